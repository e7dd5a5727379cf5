import json
from pathlib import Path
from typing import Any

import pytest

from scriba.cli import main
from scriba.speech.catalogue import find
from scriba.storage import open_store

Capture = pytest.CaptureFixture[str]


def _doctor(capsys: Capture, *words: str) -> tuple[int, dict[str, Any]]:
    code = main(["doctor", "--json", *words])
    answer = json.loads(capsys.readouterr().out)
    assert answer["ok"] == (code == 0)
    return code, {finding["name"]: finding for finding in answer["findings"]}


def test_a_whole_installation(capsys: Capture, tmp_path: Path, base_model: Path) -> None:
    open_store(tmp_path).close()
    code, findings = _doctor(capsys, "--data-dir", str(tmp_path))
    assert code == 0
    assert str(base_model) in findings["model"]["detail"]
    assert "usable CPU" in findings["compute"]["detail"]
    assert "answers" in findings["database"]["detail"]
    assert "ctranslate2" in findings["packages"]["detail"]
    assert main(["doctor", "--data-dir", str(tmp_path)]) == 0
    assert "MISSING" not in capsys.readouterr().out


def test_nothing_is_made_by_looking(capsys: Capture, tmp_path: Path, base_model: Path) -> None:
    code, findings = _doctor(capsys, "--data-dir", str(tmp_path / "new"))
    assert code == 0
    assert "made on first start" in findings["database"]["detail"]
    assert not (tmp_path / "new").exists()


def test_an_absent_model_is_missing(capsys: Capture, tmp_path: Path) -> None:
    code, findings = _doctor(capsys, "--model-dir", str(tmp_path))
    assert code == 1
    assert "scriba models pull base" in findings["model"]["detail"]
    assert main(["doctor", "--model-dir", str(tmp_path)]) == 1
    assert "MISSING model" in capsys.readouterr().out


def test_a_damaged_model_is_named(
    capsys: Capture, tmp_path: Path, base_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "base"
    folder.mkdir()
    for file in find("base").files:
        (folder / file.name).symlink_to(base_model / file.name)
    (folder / "config.json").unlink()
    (folder / "config.json").write_bytes((base_model / "config.json").read_bytes()[:-1] + b" ")
    code, findings = _doctor(capsys, "--model-dir", str(tmp_path))
    assert code == 1
    assert "config.json" in findings["model"]["detail"]


def test_a_lost_secret_is_named(capsys: Capture, tmp_path: Path, base_model: Path) -> None:
    open_store(tmp_path).close()
    (tmp_path / "secret").unlink()
    code, findings = _doctor(capsys, "--data-dir", str(tmp_path))
    assert code == 1
    assert "SCRIBA_SECRET" in findings["database"]["detail"]
    assert not (tmp_path / "secret").exists()


def test_a_broken_database_is_named(capsys: Capture, tmp_path: Path, base_model: Path) -> None:
    open_store(tmp_path).close()
    for path in tmp_path.glob("scriba.db*"):
        path.unlink()
    (tmp_path / "scriba.db").write_bytes(b"not a database, but long enough to look at" * 100)
    code, findings = _doctor(capsys, "--data-dir", str(tmp_path))
    assert code == 1
    assert not findings["database"]["ok"]
