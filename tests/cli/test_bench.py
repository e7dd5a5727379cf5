"""`scriba bench pronunciation`, on six readings."""

import json
import shutil
from pathlib import Path

import pytest

from scriba.cli import main

DATA = Path(__file__).parents[1] / "data" / "speechocean"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(DATA, tmp_path / "speechocean"))


def _rows(file: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def test_scores_are_written_and_compared(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "predictions.jsonl"
    assert main(["bench", "pronunciation", "--data", str(folder), "--predictions", str(out)]) == 0
    printed = capsys.readouterr().out
    for level in ("phone", "word", "accuracy", "fluency", "prosodic", "total"):
        assert f"\n{level} " in printed
    labels, found = _rows(folder / "labels.jsonl"), _rows(out)
    assert [row["id"] for row in found] == [row["id"] for row in labels]
    for label, row in zip(labels, found, strict=True):
        words, own = label["words"], row["words"]
        assert isinstance(words, list)
        assert isinstance(own, list)
        assert [word["text"] for word in own] == [word["text"] for word in words]
        assert [len(word["phones"]) for word in own] == [len(word["phones"]) for word in words]
        assert all(0 <= score <= 2 for word in own for score in word["phones"])
        assert all(0 <= word["accuracy"] <= 10 for word in own)
    totals = {str(row["id"]): float(str(row["total"])) for row in found}
    # The poorest of the readings and the best, according to the experts.
    assert totals["096040015"] < totals["000260015"]


def test_labels_may_hold_no_scores(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = [
        {
            "id": row["id"],
            "path": row["path"],
            "text": row["text"],
            "words": [
                {"text": word["text"], "phones": word["phones"]}
                for word in row["words"]  # type: ignore[attr-defined]
            ],
        }
        for row in _rows(folder / "labels.jsonl")
    ]
    lines = "".join(json.dumps(row) + "\n" for row in kept)
    (folder / "labels.jsonl").write_text(lines, "utf-8")
    out = tmp_path / "predictions.jsonl"
    assert main(["bench", "pronunciation", "--data", str(folder), "--predictions", str(out)]) == 0
    assert len(_rows(out)) == 6
    assert "Pearson" not in capsys.readouterr().out


def test_a_recording_that_cannot_be_read_is_named_and_the_others_are_scored(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "000480125.ogg").write_bytes(b"this is text")
    out = tmp_path / "predictions.jsonl"
    assert main(["bench", "pronunciation", "--data", str(folder), "--predictions", str(out)]) == 1
    assert "000480125" in capsys.readouterr().err
    assert sum("error" in row for row in _rows(out)) == 1


@pytest.mark.parametrize("content", ["", "{]\n", '{"id": "1"}\n'])
def test_labels_that_cannot_be_read_are_refused(
    content: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if content:
        (tmp_path / "labels.jsonl").write_text(content, "utf-8")
    assert main(["bench", "pronunciation", "--data", str(tmp_path)]) == 2
    assert "labels.jsonl" in capsys.readouterr().err
