"""Blocks of datasets: sent in any order, again, and put together once."""

import threading
from pathlib import Path

import pytest

from scriba.customization.kinds import DatasetKind
from scriba.errors import AlreadyCommitted, BlockNotFound, DatasetTooLarge, EntityNotFound
from scriba.resources.dataset import DatasetSpec
from scriba.resources.entity import Entity, Kind, now
from scriba.storage import Entities, Files, Resources, Store
from scriba.storage.blobs import BlobsOf
from scriba.storage.blocks import KEPT, Blocks

from .making import entity


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "files"


@pytest.fixture
def blocks(store: Store, folder: Path) -> Blocks:
    return Blocks(store, BlobsOf(store, str(folder)))


@pytest.fixture
def dataset(store: Store) -> Entity:
    return _dataset(store, DatasetKind.LANGUAGE)


def _dataset(store: Store, kind: DatasetKind) -> Entity:
    owner = Resources(store).create("owner").id
    spec = DatasetSpec(kind, "blocks", waits=True)
    made = entity(owner, kind=Kind.DATASET, spec=spec.to_json(), expires=now() + KEPT)
    Entities(store).create(made)
    return made


def _stored(folder: Path) -> int:
    return sum(path.name == "block" for path in folder.rglob("*"))


def test_blocks_are_put_together_in_the_order_of_the_list(
    store: Store, blocks: Blocks, dataset: Entity, folder: Path
) -> None:
    for name, data in (("B", b"two"), ("A", b"one"), ("C", b"three"), ("A", b"ONE")):
        blocks.put(dataset, name, data)
    assert [(each.name, each.size, each.committed) for each in blocks.list(dataset.id)] == [
        ("B", 3, False),
        ("C", 5, False),
        ("A", 3, False),
    ]
    assert _stored(folder) == 3
    assert Files(store).stored_bytes(dataset.resource_id) == 11
    after = blocks.commit(dataset, [("Uncommitted", "A"), ("Latest", "B")])
    assert not DatasetSpec.from_json(after.spec).waits
    assert after.expires is None
    assert b"".join(blocks.read(dataset)) == b"ONEtwo"
    assert [each.name for each in blocks.list(dataset.id)] == ["A", "B"]
    assert _stored(folder) == 2


def test_committing_again_changes_nothing(blocks: Blocks, dataset: Entity) -> None:
    blocks.put(dataset, "A", b"a")
    blocks.put(dataset, "B", b"b")
    blocks.commit(dataset, [("Latest", "B"), ("Latest", "A")])
    blocks.commit(dataset, [("Committed", "B"), ("Uncommitted", "A")])
    with pytest.raises(AlreadyCommitted):
        blocks.commit(dataset, [("Latest", "A"), ("Latest", "B")])
    with pytest.raises(AlreadyCommitted):
        blocks.put(dataset, "C", b"c")
    assert b"".join(blocks.read(dataset)) == b"ba"


def test_unknown_blocks_commit_nothing(blocks: Blocks, dataset: Entity) -> None:
    blocks.put(dataset, "A", b"a")
    for wanted in ([("Latest", "A"), ("Latest", "B")], [("Committed", "A")]):
        with pytest.raises(BlockNotFound):
            blocks.commit(dataset, wanted)  # type: ignore[arg-type]
    assert not blocks.list(dataset.id)[0].committed
    assert b"".join(blocks.read(dataset)) == b""


def test_what_is_too_much_is_not_kept(store: Store, blocks: Blocks, folder: Path) -> None:
    dataset = _dataset(store, DatasetKind.PRONUNCIATION)
    blocks.put(dataset, "A", bytes(1 << 20))
    with pytest.raises(DatasetTooLarge, match="1048576"):
        blocks.put(dataset, "B", b"b")
    blocks.put(dataset, "A", bytes(1000))
    blocks.put(dataset, "B", b"b")
    assert _stored(folder) == 2


def test_a_dataset_that_is_gone_keeps_nothing(
    store: Store, blocks: Blocks, dataset: Entity, folder: Path
) -> None:
    Entities(store).delete(Kind.DATASET, dataset.id, dataset.resource_id)
    with pytest.raises(EntityNotFound):
        blocks.put(dataset, "A", b"a")
    with pytest.raises(EntityNotFound):
        blocks.commit(dataset, [])
    assert _stored(folder) == 0


def test_bytes_are_forgotten_and_names_stay(
    store: Store, blocks: Blocks, dataset: Entity, folder: Path
) -> None:
    blocks.put(dataset, "A", b"abc")
    blocks.commit(dataset, [("Latest", "A")])
    blocks.forget(dataset)
    blocks.forget(dataset)
    assert (_stored(folder), Files(store).stored_bytes(dataset.resource_id)) == (0, 0)
    assert [(each.name, each.size) for each in blocks.list(dataset.id)] == [("A", 3)]


def test_clients_send_several_at_once(blocks: Blocks, dataset: Entity, folder: Path) -> None:
    def send(n: int) -> None:
        for i in range(6):
            blocks.put(dataset, f"{i}", f"{n}{i}".encode())

    threads = [threading.Thread(target=send, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    blocks.commit(dataset, [("Latest", f"{i}") for i in range(6)])
    data = b"".join(blocks.read(dataset))
    assert len(data) == 12
    assert data[1::2] == b"012345"
    assert _stored(folder) == 6
