"""Rows of files."""

from dataclasses import replace
from datetime import timedelta

import pytest

from scriba.errors import EntityNotFound, FileNotKnown
from scriba.resources.entity import Entity, new_id
from scriba.storage import Entities, Files, Resources, Store

from .making import START, entity, file


@pytest.fixture
def of(store: Store) -> Entity:
    """An entity to which files belong."""
    made = entity(Resources(store).create("owner").id)
    Entities(store).create(made)
    return made


def test_a_file_comes_back_as_it_was_kept(store: Store, of: Entity) -> None:
    kept = file(of, properties={"duration": "PT5S", "url": "https://example.com/x"})
    Files(store).add(kept)
    assert Files(store).get(of.id, kept.id) == kept
    assert Files(store).list(of.id) == [kept]


def test_writing_twice_gives_one_file(store: Store, of: Entity) -> None:
    kept = file(of)
    Files(store).add(kept)
    later = replace(kept, size=99, created=START + timedelta(seconds=5))
    Files(store).add(later)
    assert Files(store).list(of.id) == [later]


def test_files_of_another_entity_are_not_found(store: Store, of: Entity) -> None:
    other = entity(of.resource_id)
    Entities(store).create(other)
    kept = file(of)
    Files(store).add(kept)
    for entity_id, file_id in ((other.id, kept.id), (of.id, new_id())):
        with pytest.raises(FileNotKnown):
            Files(store).get(entity_id, file_id)
    assert Files(store).list(other.id) == []


def test_a_file_of_a_deleted_entity_is_refused(store: Store, of: Entity) -> None:
    Entities(store).delete(of.kind, of.id, of.resource_id)
    with pytest.raises(EntityNotFound):
        Files(store).add(file(of))


def test_pages_are_complete(store: Store, of: Entity) -> None:
    for i in range(12):
        Files(store).add(file(of, f"contenturl_{i}.json"))
    pages = [Files(store).list(of.id, skip=skip, top=5) for skip in (0, 5, 10, 15)]
    assert [len(page) for page in pages] == [5, 5, 2, 0]
    assert len({each.id for page in pages for each in page}) == 12


def test_results_come_in_the_order_of_what_was_sent(store: Store, of: Entity) -> None:
    for at, (index, name) in enumerate([(10, "j"), (None, "report"), (2, "c"), (0, "a")]):
        made = file(of, name, properties={} if index is None else {"index": index})
        Files(store).add(replace(made, created=START + timedelta(seconds=at)))
    assert [each.name for each in Files(store).list(of.id)] == ["a", "c", "j", "report"]


def test_bytes_are_summed_by_resource(store: Store, of: Entity) -> None:
    files = Files(store)
    assert files.stored_bytes(of.resource_id) == 0
    files.add(file(of, "a", size=5_000_000_000))
    files.add(file(of, "b", size=7))
    files.add(file(of, "elsewhere", size=9, properties={"url": "https://example.com/c/b"}))
    other = entity(Resources(store).create("other").id)
    Entities(store).create(other)
    files.add(file(other, "c", size=100))
    assert files.stored_bytes(of.resource_id) == 5_000_000_007
    files.delete_of(of.id)
    assert files.stored_bytes(of.resource_id) == 0
    assert files.stored_bytes(other.resource_id) == 100
