"""Resources and keys, on both databases."""

import string
import threading

import pytest
import sqlalchemy as sa

from scriba.errors import (
    InvalidName,
    InvalidRegion,
    NameTaken,
    ResourceNotFound,
    StorageInUse,
)
from scriba.resources.entity import Kind, Status
from scriba.resources.limits import S0, Limits, Rate
from scriba.resources.webhook import WebhookSpec
from scriba.storage import Entities, Files, Input, Inputs, Resources, Store, open_store
from scriba.storage.tables import blocks

from .conftest import SECRET
from .making import START, entity, file


@pytest.fixture
def resources(store: Store) -> Resources:
    return Resources(store)


def test_both_keys_of_a_new_resource_name_it(resources: Resources) -> None:
    created = resources.create("Demo", "WestUS")
    assert created.region == "westus"
    assert created.key1 != created.key2
    for key in (created.key1, created.key2):
        assert len(key) == 32
        assert set(key) <= set(string.hexdigits)
        found = resources.authenticate(key)
        assert found is not None
        assert (found.name, found.region) == ("Demo", "westus")


@pytest.mark.parametrize("wrong", ["", "0" * 32, "x" * 10_000, "ключ", "a\x00b", "' OR 1=1 --"])
def test_other_keys_name_nothing(resources: Resources, wrong: str) -> None:
    resources.create("demo")
    assert resources.authenticate(wrong) is None


def test_a_key_is_never_stored(resources: Resources, store: Store) -> None:
    created = resources.create("demo")
    with store.read() as connection:
        row = connection.execute(sa.text("SELECT * FROM resources")).one()
    stored = " ".join(str(value) for value in row)
    assert created.key1 not in stored
    assert created.key2 not in stored
    assert created.key1[-4:] in stored


def test_rotation_replaces_one_key_at_once(resources: Resources) -> None:
    created = resources.create("demo")
    new = resources.rotate("demo", 1)
    assert resources.authenticate(created.key1) is None
    assert resources.authenticate(new) is not None
    assert resources.authenticate(created.key2) is not None
    found = resources.get("demo")
    assert found.hint1 == new[-4:]
    assert found.rotated1 is not None
    assert found.rotated1 >= found.created
    assert found.rotated2 is None


def test_another_connection_sees_changes_at_once(
    resources: Resources, database_url: str, tmp_path: object
) -> None:
    created = resources.create("demo")
    other_store = open_store(tmp_path / "data", database_url, SECRET)  # type: ignore[operator]
    other = Resources(other_store)
    assert other.authenticate(created.key1) is not None
    resources.rotate("demo", 1)
    assert other.authenticate(created.key1) is None
    resources.delete("demo")
    assert other.authenticate(created.key2) is None
    other_store.close()


def test_names_are_unique_whatever_their_case(resources: Resources) -> None:
    resources.create("Demo")
    with pytest.raises(NameTaken, match="demo"):
        resources.create("demo")
    assert resources.get("DEMO").name == "Demo"
    assert [r.name for r in resources.list()] == ["Demo"]


def test_deleted_means_gone(resources: Resources) -> None:
    created = resources.create("demo")
    resources.delete("demo")
    assert resources.authenticate(created.key1) is None
    assert resources.list() == []
    for call in (resources.get, resources.delete, lambda n: resources.rotate(n, 2)):
        with pytest.raises(ResourceNotFound, match="demo"):
            call("demo")


@pytest.mark.parametrize("name", ["", " ", "-a", "a-", "a b", "a/b", "é", "a" * 65, "a\n"])
def test_bad_names_are_refused(resources: Resources, name: str) -> None:
    with pytest.raises(InvalidName):
        resources.create(name)


@pytest.mark.parametrize("region", ["west us", "west.us", "-west", "w" * 41, "вест"])
def test_bad_regions_are_refused(resources: Resources, region: str) -> None:
    with pytest.raises(InvalidRegion):
        resources.create("demo", region)


def test_threads_create_and_rotate_side_by_side(resources: Resources) -> None:
    failures: list[BaseException] = []

    def work(number: int) -> None:
        try:
            created = resources.create(f"demo{number}")
            for _ in range(5):
                key = resources.rotate(created.name, 1)
                assert resources.authenticate(key) is not None
        except BaseException as error:  # handed to the main thread
            failures.append(error)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(resources.list()) == 8


def test_limits_and_storage_are_kept_and_changed(resources: Resources) -> None:
    made = resources.create("demo", limits=S0, storage="s3://bucket/demo")
    found = resources.get("demo")
    assert (found.id, found.limits, found.storage) == (made.id, S0, "s3://bucket/demo")
    assert resources.by_id(made.id) == found
    assert resources.authenticate(made.key1) == found
    assert resources.update("DEMO") == found
    assert resources.update("demo", limits=None).limits is None
    assert resources.update("demo", storage=None).storage is None
    own = Limits(recognitions=3, fast=Rate(5, 2.5))
    assert resources.update("demo", limits=own).limits == own
    assert "s3://" not in repr(found)
    assert made.key1 not in repr(made)
    for call in (lambda: resources.by_id("none"), lambda: resources.update("none", limits=S0)):
        with pytest.raises(ResourceNotFound):
            call()


def test_storage_with_files_in_it_is_not_changed_by_mistake(
    resources: Resources, store: Store
) -> None:
    made = resources.create("demo")
    work = entity(made.id)
    Entities(store).create(work)
    with pytest.raises(StorageInUse, match=r"0 files there, .* and 1 entities"):
        resources.update("demo", storage="/other")
    Entities(store).advance(work.id, Status.FAILED, was=list(Status))
    Files(store).add(file(work))
    with pytest.raises(StorageInUse, match=r"1 files there, .* and 0 entities"):
        resources.update("demo", storage="/other", limits=S0)
    assert resources.get("demo").limits is None
    assert resources.update("demo", storage=None).storage is None
    container = "https://here.blob.core.windows.net/mine"
    resources.update("demo", storage=f"{container}?sig=old", moved=True)
    renewed = resources.update("demo", storage=f"{container}?sig=new")
    assert renewed.storage == f"{container}?sig=new"
    assert resources.update("demo", storage="/other", moved=True).storage == "/other"
    Files(store).delete_of(work.id)
    assert resources.update("demo", storage="/another").storage == "/another"


def test_only_what_lies_in_a_storage_or_will_keeps_it(resources: Resources, store: Store) -> None:
    made, entities = resources.create("demo"), Entities(store)
    waiting = entity(made.id, kind=Kind.DATASET, spec={"kind": "Acoustic", "waits": True})
    done = entity(made.id, status=Status.SUCCEEDED)
    for each in (
        waiting,
        done,
        entity(made.id, kind=Kind.AUTHORIZATION),
        entity(made.id, kind=Kind.WEBHOOK),
    ):
        entities.create(each)
    elsewhere = {"url": "https://here.blob.core.windows.net/theirs/report.json"}
    Files(store).add(file(done, properties=elsewhere))
    assert resources.update("demo", storage="/second").storage == "/second"
    block = {"dataset_id": waiting.id, "name": "b", "size": 5, "created": START}
    with store.write() as connection:
        connection.execute(blocks.insert().values(**block, blob=f"{made.id}/x"))
    with pytest.raises(StorageInUse, match=r"1 files there, .* and 0 entities"):
        resources.update("demo", storage="/third")
    with store.write() as connection:
        connection.execute(blocks.update().values(blob=None))
    entities.update(Kind.DATASET, waiting.id, made.id, spec={"kind": "Acoustic", "waits": False})
    with pytest.raises(StorageInUse, match=r"0 files there, .* and 1 entities"):
        resources.update("demo", storage="/third")


def test_a_deleted_resource_takes_all_rows_along(resources: Resources, store: Store) -> None:
    for name in ("demo", "other"):
        id = resources.create(name).id
        hook = WebhookSpec("https://example.com", {"transcriptionCreation": True}).to_json()
        Entities(store).create(
            entity(id, kind=Kind.WEBHOOK, status=Status.SUCCEEDED, spec=hook, locale=None)
        )
        work = entity(id)
        Entities(store).create(work)
        Files(store).add(file(work))
        Inputs(store).add(work.id, [Input(0, "https://example.com/a.wav", "a.json")])
    resources.delete("demo")
    with store.read() as connection:
        for table, count in (("entities", 2), ("files", 1), ("inputs", 1), ("deliveries", 1)):
            found = connection.execute(sa.text(f"SELECT count(*) FROM {table}")).scalar()
            assert found == count, table
