import json
from pathlib import Path

import pytest

from scriba.cli import main
from scriba.cli.models import ready_model
from scriba.errors import ModelError
from scriba.settings import load_settings
from scriba.speech.catalogue import find

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def copied(tmp_path: Path, tiny_model: Path) -> Path:
    """A folder of models with tiny.en in it, of which a test may replace files."""
    (tmp_path / "tiny.en").mkdir()
    for file in find("tiny.en").files:
        (tmp_path / "tiny.en" / file.name).symlink_to(tiny_model / file.name)
    return tmp_path


def test_list_says_what_is_here(capsys: Capture, copied: Path) -> None:
    assert main(["models", "list", "--json", "--model-dir", str(copied)]) == 0
    rows = {row["id"]: row for row in json.loads(capsys.readouterr().out)}
    assert rows["tiny.en"]["present"]
    assert not rows["base"]["present"]
    assert rows["base"]["source"].startswith("Systran/faster-whisper-base@ebe41f70")
    assert main(["models", "list", "--model-dir", str(copied)]) == 0
    assert "not fetched" in capsys.readouterr().out


def test_pull_of_a_model_that_is_here_fetches_nothing(capsys: Capture, copied: Path) -> None:
    assert main(["models", "pull", "Whisper-Tiny.EN", "--model-dir", str(copied)]) == 0
    captured = capsys.readouterr()
    assert captured.out.strip() == str(copied / "tiny.en")
    assert captured.err == ""


def test_verify_hashes_what_is_here(capsys: Capture, copied: Path) -> None:
    assert main(["models", "verify", "--model-dir", str(copied)]) == 0
    assert capsys.readouterr().out == "tiny.en: as in the catalogue\n"
    (copied / "tiny.en" / "config.json").unlink()
    assert main(["models", "verify", "tiny.en", "--model-dir", str(copied)]) == 1
    captured = capsys.readouterr()
    assert "config.json is missing" in captured.out
    assert "scriba models pull tiny.en" in captured.err


def test_verify_without_any_model(capsys: Capture, tmp_path: Path) -> None:
    assert main(["models", "verify", "--model-dir", str(tmp_path)]) == 1
    assert "scriba models pull" in capsys.readouterr().err


def test_an_unknown_model_is_refused(capsys: Capture, tmp_path: Path) -> None:
    assert main(["models", "pull", "huge", "--model-dir", str(tmp_path)]) == 1
    assert "tiny.en" in capsys.readouterr().err


def test_a_start_refuses_a_damaged_model(copied: Path) -> None:
    config = copied / "tiny.en" / "config.json"
    content = config.read_bytes()
    config.unlink()
    config.write_bytes(content[:-1] + b" ")
    with pytest.raises(ModelError, match=r"config\.json .*scriba models pull tiny\.en"):
        ready_model(load_settings(model="tiny.en", model_dir=copied))
