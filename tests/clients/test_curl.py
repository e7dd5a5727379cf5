"""curl, as people paste it from documents."""

import json
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from ..server.live import SHORT, Live

pytestmark = pytest.mark.skipif(shutil.which("curl") is None, reason="no curl")


def _curl(live: Live, *options: str, key: str | None = None) -> tuple[str, str]:
    """Call the short audio endpoint; what curl prints, and what it tells of the exchange."""
    done = subprocess.run(
        [
            *("curl", "-sv", "-H", f"Ocp-Apim-Subscription-Key: {key or live.key}", *options),
            f"{live.address}{SHORT}?language=en-US",
        ],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return done.stdout, done.stderr


def test_the_printed_command_works_as_pasted(live: Live) -> None:
    lines = live.printed.splitlines()
    assert live.process.stdout is not None
    while not lines[-1].strip().startswith("curl"):
        lines.append(live.process.stdout.readline())
    live.printed = "\n".join(lines)
    done = subprocess.run(
        ["sh", "-c", lines[-1].strip()], capture_output=True, text=True, check=True, timeout=120
    )
    assert "quilter" in json.loads(done.stdout)["DisplayText"].lower()


def test_the_published_example(live: Live, sample: Path) -> None:
    """Chunked, with Expect, in the words of the short-audio documents."""
    said, told = _curl(
        live,
        *("-H", "Transfer-Encoding: chunked", "-H", "Expect: 100-continue"),
        *("-H", "Content-type: audio/wav; codecs=audio/pcm; samplerate=16000"),
        *("-H", "Accept: application/json;text/xml", "--data-binary", f"@{sample}"),
    )
    assert told.index("100 Continue") < told.index("200 OK")
    assert "quilter" in json.loads(said)["DisplayText"].lower()


@pytest.mark.parametrize("headers", [("Transfer-Encoding: chunked",), ("Content-Type: audio/wav",)])
def test_a_wrong_key_is_told_before_the_upload(
    live: Live, sample: Path, headers: tuple[str, ...]
) -> None:
    options = [part for line in (*headers, "Expect: 100-continue") for part in ("-H", line)]
    said, told = _curl(
        live,
        *(*options, "--expect100-timeout", "60", "--data-binary", f"@{sample}"),
        *("-w", "\n%{size_upload}"),
        key="wrong",
    )
    message, uploaded = said.rsplit("\n", 1)
    assert "subscription key" in json.loads(message)["Message"]
    assert "401 Unauthorized" in told
    assert "100 Continue" not in told
    assert int(float(uploaded)) == 0


def test_a_pipe_without_length_or_type(live: Live, sample: Path) -> None:
    command = (
        f"cat {shlex.quote(str(sample))} | curl -s -X POST -T - "
        f"-H 'Ocp-Apim-Subscription-Key: {live.key}' '{live.address}{SHORT}?language=en-US'"
    )
    done = subprocess.run(
        ["sh", "-c", command], capture_output=True, text=True, check=True, timeout=120
    )
    assert "quilter" in json.loads(done.stdout)["DisplayText"].lower()


def test_http_1_0(live: Live, sample: Path) -> None:
    said, _ = _curl(live, "--http1.0", "--data-binary", f"@{sample}")
    assert json.loads(said)["RecognitionStatus"] == "Success"


def test_a_token_in_a_shell_variable(live: Live, sample: Path) -> None:
    command = f"""
        token=$(curl -s -X POST '{live.address}/sts/v1.0/issueToken' \
            -H 'Ocp-Apim-Subscription-Key: {live.key}' -H 'Content-Length: 0')
        curl -s -H "Authorization: Bearer $token" --data-binary @{shlex.quote(str(sample))} \
            '{live.address}{SHORT}?language=en-US&format=detailed'
    """
    done = subprocess.run(
        ["sh", "-c", command], capture_output=True, text=True, check=True, timeout=120
    )
    assert json.loads(done.stdout)["NBest"][0]["Confidence"] > 0


@pytest.mark.parametrize("definition", ['definition={"locales":["en-US"]}', "definition=<FILE"])
def test_a_form(live: Live, sample: Path, tmp_path: Path, definition: str) -> None:
    """The fast transcription of the documents: `--form`, audio and definition."""
    file = tmp_path / "definition.json"
    file.write_text('{"locales": ["en-US"], "profanityFilterMode": "Masked"}')
    done = subprocess.run(
        [
            *("curl", "-s", "--fail-with-body", "--request", "POST"),
            *("--header", "Content-Type: multipart/form-data"),
            *("--header", f"Ocp-Apim-Subscription-Key: {live.key}"),
            *("--form", f'audio=@"{sample}"', "--form", definition.replace("FILE", str(file))),
            f"{live.address}/speechtotext/transcriptions:transcribe?api-version=2024-11-15",
        ],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert "quilter" in json.loads(done.stdout)["combinedPhrases"][0]["text"].lower()
