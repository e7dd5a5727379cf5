import json
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from scriba.cli import main
from scriba.cli.first_key import first_key
from scriba.resources.entity import Entity, Kind, Status, new_id, now
from scriba.resources.file import File, FileKind, blob_path, file_id
from scriba.storage import Entities, Files, Resources, open_store
from scriba.storage.folder import FolderBlobs

Capture = pytest.CaptureFixture[str]


@contextmanager
def _resources(data_dir: Path) -> Iterator[Resources]:
    store = open_store(data_dir)
    try:
        yield Resources(store)
    finally:
        store.close()


def _run(capsys: Capture, data_dir: Path, *words: str) -> Any:
    assert main(["keys", *words, "--data-dir", str(data_dir), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_create_gives_two_keys_that_work(capsys: Capture, tmp_path: Path) -> None:
    made = _run(capsys, tmp_path / "new", "create", "mine", "--region", "WestUS")
    assert list(made) == ["name", "region", "key1", "key2"]
    assert (made["name"], made["region"]) == ("mine", "westus")
    with _resources(tmp_path / "new") as resources:
        for key in (made["key1"], made["key2"]):
            owner = resources.authenticate(key)
            assert owner is not None
            assert owner.name == "mine"
        assert _run(capsys, tmp_path, "create", "free")["region"] is None


def test_list_and_show_give_no_key_away(capsys: Capture, tmp_path: Path) -> None:
    made = _run(capsys, tmp_path, "create", "mine")
    (listed,) = _run(capsys, tmp_path, "list")
    assert listed == _run(capsys, tmp_path, "show", "MINE")
    assert listed["key1"] == f"...{made['key1'][-4:]}"
    main(["keys", "list", "--data-dir", str(tmp_path)])
    plain = capsys.readouterr().out
    assert "mine" in plain
    assert made["key1"] not in plain + json.dumps(listed)


def test_rotate_replaces_one_key(capsys: Capture, tmp_path: Path) -> None:
    made = _run(capsys, tmp_path, "create", "mine")
    turned = _run(capsys, tmp_path, "rotate", "mine", "--key", "2")
    with _resources(tmp_path) as resources:
        assert resources.authenticate(made["key1"])
        assert resources.authenticate(turned["key2"])
        assert resources.authenticate(made["key2"]) is None


def test_delete_takes_the_keys_with_it(capsys: Capture, tmp_path: Path) -> None:
    made = _run(capsys, tmp_path, "create", "mine")
    gone = _run(capsys, tmp_path, "delete", "mine")
    assert gone == {"name": "mine", "deleted": True, "filesLeft": None}
    with _resources(tmp_path) as resources:
        assert resources.authenticate(made["key1"]) is None
    assert _run(capsys, tmp_path, "list") == []


def test_limits_are_set_and_listed(capsys: Capture, tmp_path: Path) -> None:
    _run(capsys, tmp_path, "create", "mine", "--limits", "s0")
    shown = _run(capsys, tmp_path, "show", "mine")
    assert shown["limits"]["management"] == [100, 10.0]
    assert main(["keys", "show", "mine", "--data-dir", str(tmp_path)]) == 0
    plain = capsys.readouterr().out
    assert "100 management requests in 10 s" in plain
    assert "300 fast transcriptions in 60 s" in plain
    assert "100 recognitions at once" in plain
    assert _run(capsys, tmp_path, "update", "mine", "--limits", "none")["limits"] is None
    assert _run(capsys, tmp_path, "create", "free") is not None
    assert _run(capsys, tmp_path, "show", "free")["limits"] is None


def test_update_changes_only_what_is_given(capsys: Capture, tmp_path: Path) -> None:
    _run(capsys, tmp_path, "create", "mine", "--limits", "s0", "--storage", str(tmp_path / "own"))
    before = _run(capsys, tmp_path, "show", "mine")
    assert before["storage"] == str(tmp_path / "own")
    assert _run(capsys, tmp_path, "update", "mine") == before
    after = _run(capsys, tmp_path, "update", "mine", "--storage", "none")
    assert after == {**before, "storage": None}
    assert _run(capsys, tmp_path, "update", "mine", "--limits", "none")["limits"] is None


def test_a_storage_is_tried_out_first(capsys: Capture, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    create = ["keys", "create", "mine", "--data-dir", str(tmp_path), "--storage"]
    assert main([*create, str(tmp_path / "file" / "below")]) == 1
    assert main([*create, "ftp://somewhere/else"]) == 1
    assert main([*create, "https://here.blob.core.windows.net/mine"]) == 1
    assert "SAS URL" in capsys.readouterr().err
    assert _run(capsys, tmp_path, "list") == []


def test_files_in_use_are_not_left_behind(capsys: Capture, tmp_path: Path) -> None:
    _run(capsys, tmp_path, "create", "mine")
    with _resources(tmp_path) as resources:
        id = resources.get("mine").id
    _add_file(tmp_path, id)
    update = ["keys", "update", "mine", "--data-dir", str(tmp_path)]
    other = ["--storage", str(tmp_path / "own")]
    assert main([*update, *other]) == 1
    said = capsys.readouterr().err
    assert "1 files" in said
    assert f"{id}/" in said
    assert main([*update, "--limits", "s0"]) == 0
    assert main([*update, *other, "--moved"]) == 0


@pytest.mark.parametrize("own", [False, True])
def test_delete_says_what_becomes_of_the_files(capsys: Capture, tmp_path: Path, own: bool) -> None:
    place = tmp_path / ("own" if own else "files")
    _run(capsys, tmp_path, "create", "mine", *(["--storage", str(place)] if own else []))
    with _resources(tmp_path) as resources:
        id = resources.get("mine").id
    blob = _add_file(tmp_path, id)
    FolderBlobs(place).put(blob, b"{}")
    gone = _run(capsys, tmp_path, "delete", "mine")
    assert (place / blob).exists() == own
    assert gone["filesLeft"] == (f"{place}, under {id}/" if own else None)


def _add_file(data_dir: Path, resource_id: str) -> str:
    store = open_store(data_dir)
    entity = Entity(
        id=new_id(),
        resource_id=resource_id,
        kind=Kind.TRANSCRIPTION,
        version="v3.2",
        host="http://localhost",
        display_name="a test",
        locale="en-US",
        status=Status.SUCCEEDED,
        created=now(),
        last_action=now(),
    )
    Entities(store).create(entity)
    id = file_id(entity.id, "report.json")
    blob = blob_path(resource_id, entity.id, id)
    kind = FileKind.TRANSCRIPTION_REPORT
    Files(store).add(File(id, entity.id, "report.json", kind, 2, now(), blob))
    store.close()
    return blob


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["show", "nobody"], "no resource of this name: nobody"),
        (["rotate", "nobody"], "no resource of this name: nobody"),
        (["update", "nobody", "--limits", "s0"], "no resource of this name: nobody"),
        (["delete", "nobody"], "no resource of this name: nobody"),
        (["create", "a b"], "Not a valid resource name"),
        (["create", "a", "--region", "m?rs"], "Not a valid region"),
    ],
)
def test_what_cannot_be_done_is_said(
    capsys: Capture, tmp_path: Path, words: list[str], said: str
) -> None:
    assert main(["keys", *words, "--data-dir", str(tmp_path)]) == 1
    captured = capsys.readouterr()
    assert said in captured.err
    assert captured.out == ""


def test_the_folder_may_be_named_before_the_command(capsys: Capture, tmp_path: Path) -> None:
    assert main(["--data-dir", str(tmp_path), "keys", "create", "mine"]) == 0
    assert main(["keys", "--data-dir", str(tmp_path), "show", "mine"]) == 0
    assert (tmp_path / "scriba.db").exists()


def test_a_name_is_not_taken_twice(capsys: Capture, tmp_path: Path) -> None:
    _run(capsys, tmp_path, "create", "mine")
    assert main(["keys", "create", "Mine", "--data-dir", str(tmp_path)]) == 1
    assert "exists already" in capsys.readouterr().err


def test_the_first_start_makes_a_key_and_later_ones_know_it(tmp_path: Path) -> None:
    with _resources(tmp_path) as resources:
        key = first_key(resources, tmp_path)
        assert key is not None
        assert [resource.name for resource in resources.list()] == ["default"]
        assert first_key(resources, tmp_path) == key
        mode = (tmp_path / "default-key.json").stat().st_mode
        assert stat.S_IMODE(mode) == 0o600


def test_a_key_that_no_longer_works_is_not_told(tmp_path: Path) -> None:
    with _resources(tmp_path) as resources:
        key = first_key(resources, tmp_path)
        resources.rotate("default", 1)
        other = first_key(resources, tmp_path)
        assert other not in (None, key)
        resources.rotate("default", 2)
        assert first_key(resources, tmp_path) is None
        resources.delete("default")
        resources.create("mine")
        assert first_key(resources, tmp_path) is None


def test_rotating_the_default_key_is_remembered(capsys: Capture, tmp_path: Path) -> None:
    with _resources(tmp_path) as resources:
        first_key(resources, tmp_path)
        turned = _run(capsys, tmp_path, "rotate", "default")
        assert first_key(resources, tmp_path) == turned["key1"]
        (tmp_path / "default-key.json").unlink()
        assert first_key(resources, tmp_path) is None
        _run(capsys, tmp_path, "rotate", "default")
        assert not (tmp_path / "default-key.json").exists()


@pytest.mark.parametrize("content", ["", "[]", "nonsense", '{"key1": 5}', '{"key1": "wrong"}'])
def test_a_broken_key_file_is_no_key(tmp_path: Path, content: str) -> None:
    with _resources(tmp_path) as resources:
        first_key(resources, tmp_path)
        (tmp_path / "default-key.json").write_text(content)
        assert first_key(resources, tmp_path) is None
