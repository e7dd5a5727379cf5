from hypothesis import given
from hypothesis import strategies as st

from scriba.jobs.names import of_blobs, of_urls


def test_names_of_urls_are_as_published() -> None:
    assert list(of_urls(2)) == ["contenturl_0.json", "contenturl_1.json"]


def test_names_of_blobs_follow_the_blobs() -> None:
    blobs = ["a.wav", "calls/b.wav", "A.WAV", "report", "../../etc/passwd", "C:\\x\\..\\y.wav"]
    assert list(of_blobs(blobs)) == [
        "a.wav.json",
        "calls/b.wav.json",
        "A.WAV-2.json",
        "report-2.json",
        "etc/passwd.json",
        "C_/x/y.wav.json",
    ]


@given(st.lists(st.text(max_size=300), max_size=20))
def test_any_names_become_safe_and_unique(blobs: list[str]) -> None:
    names = list(of_blobs(blobs))
    assert len({name.lower() for name in names}) == len(blobs)
    for name in names:
        assert not name.startswith("/")
        assert not {"..", ".", ""} & set(name.split("/"))
        assert name.isprintable() or not any(ord(c) < 32 or c in '<>:"|?*\\' for c in name)
        assert len(name) < 220
        assert name.lower() != "report.json"
