"""The speaker model that an operator chooses."""

import json
from pathlib import Path

import numpy as np
import pytest

from scriba.cli import main
from scriba.cli.worker import diarize, diarizing
from scriba.errors import SettingsError
from scriba.jobs.speakers import Diarization
from scriba.resources.transcription import Speakers
from scriba.settings import load_settings
from scriba.speech import decode_file

from ..speech.test_embedders import wespeaker_like


def test_without_a_choice_it_is_scribas_own() -> None:
    assert diarizing(load_settings()) is diarize


@pytest.mark.parametrize("named", ["speakers.onnx", "."])
def test_a_chosen_model_tells_speakers_apart(tmp_path: Path, sample: Path, named: str) -> None:
    wespeaker_like(tmp_path / "speakers.onnx", normalize_samples="1", feature_normalize_type="none")
    made = diarizing(load_settings(speaker_model=tmp_path / named))
    heard = made(Speakers(minimum=1, maximum=1))
    sentence = np.concatenate([*decode_file(sample)])
    assert isinstance(heard, Diarization)
    for _ in range(3):
        heard.feed(sentence)
    # The vectors of the stand-in have another length than CAM++'s.
    assert {piece.embedding.shape for piece in heard._diarizer._pieces} == {(80,)}
    assert {turn.speaker for turn in heard._diarizer.finish()} == {1}


@pytest.mark.parametrize(
    ("content", "reason"),
    [(None, "no file"), (b"not a model", "onnxruntime"), ("folder", "0 files")],
)
def test_a_model_that_cannot_be_loaded_is_named_at_start(
    tmp_path: Path,
    content: bytes | str | None,
    reason: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    chosen = tmp_path / "speakers.onnx"
    if isinstance(content, bytes):
        chosen.write_bytes(content)
    elif content == "folder":
        chosen.mkdir()
    with pytest.raises(SettingsError, match=rf"SCRIBA_SPEAKER_MODEL.*{reason}"):
        diarizing(load_settings(speaker_model=chosen))
    monkeypatch.setenv("SCRIBA_SPEAKER_MODEL", str(chosen))
    for command in ("serve", "worker"):
        assert main([command, "--data-dir", str(tmp_path / "data")]) == 1
        assert reason in capsys.readouterr().err


def test_the_doctor_shows_the_speaker_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def finding() -> dict[str, object]:
        main(["doctor", "--json", "--data-dir", str(tmp_path)])
        found = json.loads(capsys.readouterr().out)["findings"]
        return next(each for each in found if each["name"] == "speakers")

    assert finding()["ok"]
    monkeypatch.setenv("SCRIBA_SPEAKER_MODEL", str(wespeaker_like(tmp_path / "mine.onnx")))
    assert finding()["ok"]
    assert "mine.onnx" in str(finding()["detail"])
    monkeypatch.setenv("SCRIBA_SPEAKER_MODEL", str(tmp_path / "none.onnx"))
    assert not finding()["ok"]
    assert "SCRIBA_SPEAKER_MODEL" in str(finding()["detail"])
