"""Logs: written in pairs, listed in pages, removed by name, by day and by age."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from scriba.errors import EntityNotFound, FileNotKnown
from scriba.resources.entity import Entity, Kind, Status, new_id
from scriba.resources.file import FileKind
from scriba.storage import Entities, Files, Resources, Store
from scriba.storage.blobs import BlobsOf
from scriba.storage.logs import KEPT, InvalidToken, Logs

from .making import entity

AT = datetime(2026, 3, 4, 23, 59, 58, tzinfo=UTC)


class Clock:
    """A time that is set."""

    def __init__(self) -> None:
        self.at = AT

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "files"


@pytest.fixture
def logs(store: Store, folder: Path, clock: Clock) -> Logs:
    return Logs(store, BlobsOf(store, str(folder)), clock)


@pytest.fixture
def endpoint(store: Store) -> Entity:
    owner = Resources(store).create("owner").id
    made = entity(owner, kind=Kind.ENDPOINT, status=Status.SUCCEEDED)
    Entities(store).create(made)
    return made


def _blobs(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if ".drafts" not in path.parts]


def test_a_request_is_kept_as_two_files(
    store: Store, logs: Logs, endpoint: Entity, folder: Path
) -> None:
    stem = logs.write(
        endpoint.resource_id, endpoint.id, "en-US", AT, b"RIFF", {"a": "ß"}, seconds=2.5
    )
    assert stem.startswith("2026-03-04_235958_")
    found, token = logs.list(endpoint.resource_id, endpoint.id)
    assert token is None
    by_kind = {each.kind: each for each in found}
    audio, result = by_kind[FileKind.AUDIO], by_kind[FileKind.TRANSCRIPTION]
    assert (audio.name, audio.size, audio.seconds) == (f"{stem}.wav", 4, 2.5)
    assert (result.name, result.seconds) == (f"{stem}.json", None)
    blobs = BlobsOf(store, str(folder))(endpoint.resource_id)
    assert b"".join(blobs.read(result.blob)) == '{"a": "ß"}'.encode()
    assert Files(store).stored_bytes(endpoint.resource_id) == 4 + result.size
    assert logs.get(endpoint.resource_id, endpoint.id, None, audio.name) == audio
    assert logs.find(endpoint.resource_id, audio.name) == audio
    with pytest.raises(FileNotKnown):
        logs.find(Resources(store).create("other").id, audio.name)


def test_base_logs_belong_to_resource_and_locale(
    store: Store, logs: Logs, endpoint: Entity
) -> None:
    owner = endpoint.resource_id
    other = Resources(store).create("other").id
    logs.write(owner, None, "en-US", AT, b"1", {})
    logs.write(owner, None, "de-DE", AT, b"2", {})
    logs.write(other, None, "en-US", AT, b"3", {})
    logs.write(owner, endpoint.id, "en-US", AT, b"4", {})
    found, _ = logs.list(owner, None, "en-US")
    assert [each.locale for each in found] == ["en-US"] * 2
    assert len({each.name.partition(".")[0] for each in found}) == 1
    with pytest.raises(FileNotKnown):
        logs.get(owner, None, "de-DE", found[0].name)
    assert not logs.delete(owner, endpoint.id, None, found[0].name)


def test_pages_are_complete_whatever_is_added(logs: Logs, endpoint: Entity) -> None:
    owner = endpoint.resource_id
    for n in range(5):
        logs.write(owner, endpoint.id, "en-US", AT + timedelta(seconds=n // 2), b"", {})
    seen: list[str] = []
    token: str | None = None
    while True:
        found, token = logs.list(owner, endpoint.id, token=token, top=3)
        seen += [each.name for each in found]
        if token is None:
            break
    assert len(seen) == len(set(seen)) == 10
    for wrong in ("", "x", "AAAA", "é", token or "bm90aGluZw"):
        with pytest.raises(InvalidToken):
            logs.list(owner, endpoint.id, token=wrong)


def test_one_file_is_removed(logs: Logs, endpoint: Entity, folder: Path) -> None:
    stem = logs.write(endpoint.resource_id, endpoint.id, "en-US", AT, b"1", {})
    assert logs.delete(endpoint.resource_id, endpoint.id, None, f"{stem}.wav")
    assert not logs.delete(endpoint.resource_id, endpoint.id, None, f"{stem}.wav")
    assert [each.name for each in logs.list(endpoint.resource_id, endpoint.id)[0]] == [
        f"{stem}.json"
    ]
    assert not any(".wav" in path.name for path in _blobs(folder))


def test_days_are_removed_whole(logs: Logs, endpoint: Entity, clock: Clock, folder: Path) -> None:
    owner = endpoint.resource_id
    for days in range(3):
        logs.write(owner, endpoint.id, "en-US", AT + timedelta(days=days), b"1", {})
    assert logs.delete_until(owner, endpoint.id, None, date(2026, 3, 5)) == 4
    left, _ = logs.list(owner, endpoint.id)
    assert {each.created for each in left} == {AT + timedelta(days=2)}
    assert logs.purge() == 4
    assert sum(path.name == "content" for path in _blobs(folder)) == 2
    assert logs.delete_until(owner, endpoint.id, None, None) == 2
    assert logs.purge() == 2
    assert not any(path.name == "content" for path in _blobs(folder))


def test_old_ones_go_by_themselves(logs: Logs, endpoint: Entity, clock: Clock) -> None:
    logs.write(endpoint.resource_id, None, "en-US", AT, b"1", {})
    clock.at = AT + KEPT - timedelta(seconds=1)
    assert logs.purge() == 0
    clock.at = AT + KEPT
    assert logs.list(endpoint.resource_id, None, "en-US") == ([], None)
    assert logs.purge() == 2


def test_a_storage_that_fails_hides_no_other(
    store: Store, endpoint: Entity, tmp_path: Path, clock: Clock
) -> None:
    other = Resources(store).create("other", storage=str(tmp_path / "own")).id
    logs = Logs(store, BlobsOf(store, str(tmp_path / "files")), clock)
    logs.write(other, None, "en-US", AT, b"1", {})
    logs.write(endpoint.resource_id, None, "en-US", AT + timedelta(seconds=1), b"1", {})
    Resources(store).update("other", storage="gopher://nowhere", moved=True)
    clock.at = AT + KEPT + timedelta(days=1)
    assert Logs(store, BlobsOf(store, str(tmp_path / "files")), clock).purge() == 2
    with store.read() as connection:
        from scriba.storage.tables import logs as table

        assert len(list(connection.execute(table.select()))) == 2


def test_an_endpoint_that_is_gone_keeps_nothing(
    store: Store, logs: Logs, endpoint: Entity, folder: Path
) -> None:
    with pytest.raises(EntityNotFound):
        logs.write(endpoint.resource_id, new_id(), "en-US", AT, b"1", {})
    assert not any(path.name == "content" for path in _blobs(folder))
    logs.write(endpoint.resource_id, endpoint.id, "en-US", AT, b"1", {})
    Entities(store).delete(Kind.ENDPOINT, endpoint.id, endpoint.resource_id)
    assert logs.list(endpoint.resource_id, endpoint.id) == ([], None)
