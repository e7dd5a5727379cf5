import pytest

from scriba.net.redact import redacted, without_secrets

SAS = "sv=2021-12-02&st=2026-01-01T00%3A00%3A00Z&se=2026-01-02&sr=c&sp=rl"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (f"https://a.blob.x/c?{SAS}&sig=abc%2B", f"https://a.blob.x/c?{SAS}&sig=REDACTED"),
        ("https://user:pw@host:1/x#frag", "https://host:1/x"),
        ("https://u@b:pw@host/x", "https://host/x"),
        ("https://h/x?token=abc&n=1", "https://h/x?token=REDACTED&n=1"),
        ("https://h/x?Access-Token=abc", "https://h/x?Access-Token=REDACTED"),
        (
            "https://h/?api_key=1&apikey=2&code=3",
            "https://h/?api_key=REDACTED&apikey=REDACTED&code=REDACTED",
        ),
        (
            "https://b.s3.x/k?X-Amz-Credential=A&X-Amz-Date=B&X-Amz-Signature=C&X-Amz-Security-Token=D",
            "https://b.s3.x/k?X-Amz-Credential=REDACTED&X-Amz-Date=B&X-Amz-Signature=REDACTED"
            "&X-Amz-Security-Token=REDACTED",
        ),
        (
            "https://h/?GoogleAccessId=a&Signature=s",
            "https://h/?GoogleAccessId=a&Signature=REDACTED",
        ),
        ("https://h/?0123456789abcdef0123456789abcdef", "https://h/?REDACTED"),
        ("https://h/?list", "https://h/?list"),
        ("https://h/?validationToken=abc", "https://h/?validationToken=REDACTED"),
        ("https://h/?sig=", "https://h/?sig="),
        ("https://h/?SIG=abc", "https://h/?SIG=REDACTED"),
        ("https://h/?s%69g=abc", "https://h/?s%69g=REDACTED"),
        ("https://h/a;sig=abc/b.wav;v=2?n=1", "https://h/a;sig=REDACTED/b.wav;v=2?n=1"),
        ("https://h/a;v=2;JSessionId=abc;x", "https://h/a;v=2;JSessionId=REDACTED;x"),
        ("https://h/a;b with a long name.wav", "https://h/a;b with a long name.wav"),
        ("https://h/?n=1;sig=abc&m=2", "https://h/?n=1;sig=REDACTED&m=2"),
        ("https://[::1/x?sig=1", "REDACTED"),
        ("", ""),
    ],
)
def test_secrets_go_and_the_rest_stays(url: str, shown: str) -> None:
    assert redacted(url) == shown


def test_urls_within_text_are_redacted() -> None:
    text = "GET https://a/b?sig=abc failed; see 's3://k:s@b/c'"
    assert without_secrets(text) == "GET https://a/b?sig=REDACTED failed; see 's3://b/c'"
