"""`scriba train`: the whole circle from files, without a service."""

import json
import shutil
from pathlib import Path

import pytest

from scriba.cli import main
from scriba.resources.endpoint import EndpointSpec
from scriba.resources.entity import Kind, Status
from scriba.storage import Entities, Resources, open_store

_RULES = "#rewrite\nmiddle classes\tMIDDLE CLASSES\n"


@pytest.fixture
def held_back(data: Path, tmp_path: Path) -> Path:
    """A folder with a recording and its transcript."""
    folder = tmp_path / "held back"
    folder.mkdir()
    rows = map(json.loads, (data / "manifest.jsonl").read_text().splitlines())
    text = {row["path"]: row["text"] for row in rows}["en-quilter.flac"]
    shutil.copy(data / "en-quilter.flac", folder)
    (folder / "trans.txt").write_text(f"en-quilter.flac\t{text}\n")
    return folder


def test_the_whole_circle(
    tiny_model: Path,
    held_back: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert tiny_model.is_dir()
    monkeypatch.setenv("SCRIBA_MODEL", "tiny.en")
    folder = tmp_path / "data"
    monkeypatch.setenv("SCRIBA_DATA_DIR", str(folder))
    rules = tmp_path / "rules.md"
    rules.write_text(_RULES)
    options = ["--locale", "en-US", "--formatting", str(rules), "--test", str(held_back)]
    assert main(["train", "circle", *options]) == 0
    out = capsys.readouterr().out
    assert f"{rules}: 1 accepted, 0 rejected" in out
    rate = next(line for line in out.splitlines() if line.startswith("token error rate"))
    before, own = (float(each) for each in rate.removeprefix("token error rate").split()[::2])
    # The transcript is in capitals, as the rule writes two of the words.
    assert own < before
    endpoint = out.split("Endpoint")[1].split()[0]
    store = open_store(folder, f"sqlite:///{folder / 'scriba.db'}", None)
    try:
        owner = Resources(store).get("default").id
        found = Entities(store).get(Kind.ENDPOINT, endpoint, owner)
        model = Entities(store).get(Kind.MODEL, EndpointSpec.from_json(found.spec).model or "")
    finally:
        store.close()
    assert model.status is Status.SUCCEEDED
    assert model.display_name == "circle"


def test_data_that_cannot_be_used(
    tiny_model: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert tiny_model.is_dir()
    monkeypatch.setenv("SCRIBA_MODEL", "tiny.en")
    monkeypatch.setenv("SCRIBA_DATA_DIR", str(tmp_path / "data"))
    text = tmp_path / "text.txt"
    text.write_text("https://example.com/only/an/address\n")
    assert main(["train", "circle", "--locale", "en-US", "--text", str(text)]) == 1
    told = capsys.readouterr().err
    assert "text.txt failed" in told
    assert "line 1" in told


def test_what_is_asked_wrongly(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    absent = str(tmp_path / "absent.txt")
    assert main(["train", "circle", "--locale", "en-US"]) == 2
    assert "nothing to train with" in capsys.readouterr().err
    assert main(["train", "circle", "--locale", "en-US", "--text", absent]) == 2
    assert "absent.txt" in capsys.readouterr().err
