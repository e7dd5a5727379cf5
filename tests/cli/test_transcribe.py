import json
import subprocess
import sys
from pathlib import Path

import pytest

from scriba.cli import main

Capture = pytest.CaptureFixture[str]


def _run(*words: str | Path) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "scriba", "transcribe", "--model", "tiny.en"]
    return subprocess.run(
        [*command, *map(str, words)], capture_output=True, text=True, encoding="utf-8"
    )


def test_text(sample: Path, tiny_model: Path) -> None:
    done = _run(sample)
    assert done.returncode == 0
    assert "Quilter is the apostle of the middle classes" in done.stdout
    assert done.stderr == ""


def test_a_bad_file_does_not_stop_the_others(
    sample: Path, data: Path, tiny_model: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.wav"
    broken.write_bytes(b"this is not audio")
    done = _run(tmp_path / "absent.wav", sample, broken, data / "en-time.flac", "--format", "json")
    assert done.returncode == 1
    first, second = (json.loads(line) for line in done.stdout.splitlines())
    assert "Quilter" in first["text"]
    assert second["file"].endswith("en-time.flac")
    assert second["text"]
    assert "absent.wav" in done.stderr
    assert "broken.wav" in done.stderr


def test_detailed(sample: Path, tiny_model: Path) -> None:
    document = json.loads(_run(sample, "--format", "detailed").stdout)
    assert document["language"] == "en-US"
    assert document["duration"] == pytest.approx(5.855, abs=0.01)
    (phrase,) = document["phrases"]
    best = phrase["nbest"][0]
    assert best["display"] == phrase["text"] == document["text"]
    assert best["lexical"].startswith("mister quilter is the apostle")
    assert [word["text"] for word in best["words"]] == best["display"].split()
    assert 0 <= phrase["start"] < phrase["end"] <= document["duration"]


@pytest.mark.parametrize(("form", "start"), [("srt", "1\n00:00:00,"), ("vtt", "WEBVTT\n\n00:00:")])
def test_subtitles_to_a_folder(
    sample: Path, tiny_model: Path, tmp_path: Path, form: str, start: str
) -> None:
    done = _run(sample, "--format", form, "--output-dir", tmp_path / "out")
    assert done.stdout == ""
    (written,) = (tmp_path / "out").iterdir()
    assert written.name == f"quilter.{form}"
    text = written.read_text("utf-8")
    assert text.startswith(start)
    assert "Quilter" in text


def test_silence_is_no_text(data: Path, tiny_model: Path) -> None:
    done = _run(data / "silence.flac")
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["a.wav", "b.wav", "--format", "srt"], 2, "--output-dir"),
        (["x/a.wav", "y/a.mp3", "--output-dir", "out"], 2, "same name"),
        (["a.wav", "--language", "xx-XX"], 1, "xx-XX"),
        (["a.wav"], 1, "a.wav: No such file"),
    ],
)
def test_what_cannot_be_done_is_said_before_a_model_is_loaded(
    capsys: Capture, tmp_path: Path, words: list[str], code: int, said: str
) -> None:
    assert main(["transcribe", *words, "--model-dir", str(tmp_path)]) == code
    assert said in capsys.readouterr().err
