"""Entities in the database: whose they are, how they change, what goes with them."""

import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
import sqlalchemy as sa

from scriba.errors import EntityNotFound, ResourceNotFound
from scriba.resources.entity import Entity, Kind, Problem, Status, new_id
from scriba.resources.webhook import WebhookSpec
from scriba.storage import Entities, Files, Input, Inputs, Resources, Store
from scriba.storage.entities import row_of
from scriba.storage.tables import deliveries, files, inputs
from scriba.storage.tables import entities as entities_table

from .conftest import SECRET
from .making import START, entity, file

T = Kind.TRANSCRIPTION


@pytest.fixture
def owner(store: Store) -> str:
    """The id of a resource."""
    return Resources(store).create("owner").id


@pytest.fixture
def entities(store: Store) -> Entities:
    return Entities(store)


def test_an_entity_comes_back_as_it_was_kept(entities: Entities, owner: str) -> None:
    kept = entity(
        owner,
        description="with 'quotes' and ünïcode",
        custom_properties={"a": "1"},
        spec={"content_urls": ["https://example.com/a.wav"], "deep": {"channels": [0, 1]}},
        result={"seconds": 42.1},
        error=Problem("InvalidData", "not audio"),
        expires=START + timedelta(days=2),
        last_action=START.astimezone(timezone(timedelta(hours=5))),
    )
    entities.create(kept)
    found = entities.get(T, kept.id)
    assert found == kept
    assert found.last_action.tzinfo is UTC
    assert found.created.microsecond == START.microsecond


def test_lists_leave_addresses_out(entities: Entities, owner: str) -> None:
    many = [f"https://example.com/{i}.wav" for i in range(1000)]
    kept = entity(owner, spec={"content_urls": many, "words": True}, expires=START)
    entities.create(kept)
    assert entities.get(T, kept.id).spec["content_urls"] == many
    lists = (
        entities.list(T, owner),
        entities.with_status(T, Status.NOT_STARTED),
        entities.expired(START),
    )
    for found in lists:
        assert found == [replace(kept, spec={"words": True})]


@pytest.mark.parametrize("spec", ["[1]", '"a"', "null", "torn{"])
def test_an_entity_that_cannot_be_read_spoils_no_list(
    store: Store, entities: Entities, owner: str, spec: str
) -> None:
    good, bad = entity(owner, spec={"words": True}), entity(owner)
    for each in (good, bad):
        entities.create(each)
    if spec == "torn{" and store.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL takes nothing but JSON")
    with store.write() as connection:
        connection.execute(
            sa.text("UPDATE entities SET spec = :spec WHERE id = :id"), {"spec": spec, "id": bad.id}
        )
    assert {each.id: each.spec for each in entities.list(T, owner)} == {
        good.id: {"words": True},
        bad.id: {},
    }
    assert entities.get(T, bad.id).spec == {}
    assert entities.advance(bad.id, Status.FAILED, was=[Status.NOT_STARTED])


def test_the_status_alone(entities: Entities, owner: str) -> None:
    kept = entity(owner, status=Status.RUNNING)
    entities.create(kept)
    assert entities.status(kept.id) is Status.RUNNING
    with pytest.raises(EntityNotFound):
        entities.status(new_id())


def test_another_resource_sees_nothing(store: Store, entities: Entities, owner: str) -> None:
    other = Resources(store).create("other").id
    kept = entity(owner)
    entities.create(kept)
    with pytest.raises(EntityNotFound):
        entities.get(T, kept.id, other)
    with pytest.raises(EntityNotFound):
        entities.get(Kind.WEBHOOK, kept.id, owner)
    with pytest.raises(EntityNotFound):
        entities.update(T, kept.id, other, display_name="mine now")
    assert entities.list(T, other) == []
    assert entities.count(T, other) == 0
    assert entities.delete(T, kept.id, other) is False
    assert entities.get(T, kept.id, owner).display_name == "a test"


def test_an_entity_of_no_resource_is_refused(entities: Entities) -> None:
    with pytest.raises(ResourceNotFound):
        entities.create(entity(new_id()))


def test_a_time_without_a_zone_is_refused(entities: Entities, owner: str) -> None:
    with pytest.raises(Exception, match="time zone"):
        entities.create(entity(owner, created=datetime(2026, 1, 1)))


def test_pages_are_in_order_and_complete(entities: Entities, owner: str) -> None:
    made = [entity(owner, created=START + timedelta(seconds=i // 3)) for i in range(25)]
    for each in reversed(made):
        entities.create(each)
    wanted = sorted(made, key=lambda each: (each.created, each.id))
    pages = [entities.list(T, owner, skip=skip, top=7) for skip in range(0, 28, 7)]
    assert [len(page) for page in pages] == [7, 7, 7, 4]
    assert [each for page in pages for each in page] == wanted
    assert entities.count(T, owner) == 25
    assert entities.list(T, owner, skip=25) == []


def test_update_changes_what_is_given(entities: Entities, owner: str) -> None:
    kept = entity(owner, description="old", custom_properties={"a": "1"})
    entities.create(kept)
    assert entities.update(T, kept.id, owner) == kept
    changed = entities.update(T, kept.id, owner, display_name="new", description=None)
    assert changed == replace(kept, display_name="new", description=None)
    changed = entities.update(T, kept.id, owner, custom_properties={}, spec={"x": 1})
    assert (changed.custom_properties, changed.spec) == ({}, {"x": 1})
    with pytest.raises(ValueError, match="status"):
        entities.update(T, kept.id, owner, status="Succeeded")  # type: ignore[call-arg]


def test_advance_keeps_times_results_and_errors(entities: Entities, owner: str) -> None:
    kept = entity(owner)
    entities.create(kept)
    assert entities.advance(kept.id, Status.RUNNING, was=[Status.NOT_STARTED])
    running = entities.get(T, kept.id)
    assert running.status is Status.RUNNING
    assert running.last_action > kept.last_action
    assert not entities.advance(kept.id, Status.RUNNING, was=[Status.NOT_STARTED])
    assert entities.get(T, kept.id) == running
    expires = START + timedelta(days=1)
    assert entities.advance(
        kept.id,
        Status.FAILED,
        was=[Status.RUNNING],
        result={"seconds": 1.5},
        error=Problem("InvalidData", "all failed"),
        expires=expires,
    )
    ended = entities.get(T, kept.id)
    assert (ended.result, ended.error, ended.expires) == (
        {"seconds": 1.5},
        Problem("InvalidData", "all failed"),
        expires,
    )
    assert entities.advance(kept.id, Status.NOT_STARTED, was=[Status.FAILED])
    again = entities.get(T, kept.id)
    assert (again.error, again.expires, again.result) == (None, None, {"seconds": 1.5})
    assert not entities.advance(new_id(), Status.RUNNING, was=list(Status))


def _together(work: Callable[[int], bool], count: int) -> list[bool]:
    """What `count` threads get that all begin at once."""
    gate = threading.Barrier(count)

    def run(number: int) -> bool:
        gate.wait()
        return work(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def test_one_of_many_threads_advances(entities: Entities, owner: str) -> None:
    for _ in range(5):
        kept = entity(owner)
        entities.create(kept)
        got = _together(
            lambda _, id=kept.id: entities.advance(  # type: ignore[misc]
                id, Status.RUNNING, was=[Status.NOT_STARTED]
            ),
            8,
        )
        assert sum(got) == 1


def test_one_of_many_threads_deletes(entities: Entities, owner: str) -> None:
    for _ in range(5):
        kept = entity(owner)
        entities.create(kept)
        got = _together(
            lambda _, id=kept.id: entities.delete(T, id, owner),  # type: ignore[misc]
            8,
        )
        assert sum(got) == 1


def test_a_start_and_a_deletion_exclude_each_other(entities: Entities, owner: str) -> None:
    for _ in range(10):
        kept = entity(owner)
        entities.create(kept)

        def work(number: int, id: str = kept.id) -> bool:
            if number:
                return entities.delete(T, id, owner, unless=[Status.RUNNING])
            return entities.advance(id, Status.RUNNING, was=[Status.NOT_STARTED])

        started, deleted = _together(work, 2)
        assert started != deleted


_WORK = """
import sys
from pathlib import Path
from scriba.resources.entity import Kind, Status
from scriba.storage import Entities, open_store
store = open_store(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
entities, done = Entities(store), 0
for entity in entities.list(Kind.TRANSCRIPTION, sys.argv[4], top=200):
    done += entities.advance(entity.id, Status.RUNNING, was=[Status.NOT_STARTED])
store.close()
print(done)
"""


def test_several_processes_share_the_work(
    entities: Entities, owner: str, tmp_path: Path, database_url: str
) -> None:
    for _ in range(100):
        entities.create(entity(owner))
    command = [sys.executable, "-c", _WORK, str(tmp_path / "data"), database_url, SECRET, owner]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    counts = [int(process.communicate(timeout=120)[0]) for process in running]
    assert sum(counts) == 100
    assert entities.unfinished(Status.NOT_STARTED) == []
    assert len(entities.with_status(T, Status.RUNNING)) == 100


def test_deletion_spares_a_status_and_takes_the_rows_along(
    store: Store, entities: Entities, owner: str
) -> None:
    kept, other = entity(owner, status=Status.RUNNING), entity(owner)
    for each in (kept, other):
        entities.create(each)
        Files(store).add(file(each))
        Inputs(store).add(each.id, [Input(0, "https://example.com/a.wav", "a.json")])
    assert entities.delete(T, kept.id, owner, unless=[Status.RUNNING]) is False
    assert Files(store).list(kept.id)
    assert entities.delete(T, kept.id, owner) is True
    with store.read() as connection:
        for table, column in ((files, files.c.entity_id), (inputs, inputs.c.transcription_id)):
            left = connection.execute(sa.select(column).select_from(table)).scalars().all()
            assert left == [other.id]


def test_expired_and_waiting_are_of_all_resources(
    store: Store, entities: Entities, owner: str
) -> None:
    other = Resources(store).create("other").id
    past, future = START - timedelta(hours=1), START + timedelta(hours=1)
    old = [entity(of, status=Status.SUCCEEDED, expires=past) for of in (owner, other)]
    rest = [entity(owner, status=Status.SUCCEEDED, expires=future), entity(other), entity(owner)]
    for each in old + rest:
        entities.create(each)
    assert {each.id for each in entities.expired(START)} == {each.id for each in old}
    assert [each.id for each in entities.expired(START, spared=[other])] == [old[0].id]
    waiting = entities.unfinished(Status.NOT_STARTED)
    assert {each.id for each in waiting} == {each.id for each in rest[1:]}


def test_a_resource_with_many_waiting_hides_no_other(
    store: Store, entities: Entities, owner: str
) -> None:
    for _ in range(3):
        entities.create(entity(owner))
    late = entity(Resources(store).create("other").id)
    entities.create(replace(late, created=late.created + timedelta(hours=1)))
    assert late.id in [each.id for each in entities.unfinished(Status.NOT_STARTED)[:2]]


def _hook(owner: str, event: str) -> Entity:
    spec = WebhookSpec(web_url="https://example.com/hook", events={event: True}).to_json()
    return entity(owner, kind=Kind.WEBHOOK, status=Status.SUCCEEDED, locale=None, spec=spec)


def _told(store: Store) -> list[str]:
    with store.read() as connection:
        found = connection.execute(sa.select(deliveries.c.event).order_by(deliveries.c.created))
        return list(found.scalars())


def test_changes_are_told_to_webhooks_with_the_change(
    store: Store, entities: Entities, owner: str
) -> None:
    names = ("Creation", "Processing", "Completion", "Deletion")
    for name in names:
        entities.create(_hook(owner, f"transcription{name}"))
    kept = entity(owner)
    entities.create(kept)
    entities.advance(kept.id, Status.RUNNING, was=[Status.NOT_STARTED])
    entities.advance(kept.id, Status.RUNNING, was=[Status.NOT_STARTED])
    entities.advance(kept.id, Status.FAILED, was=[Status.RUNNING])
    entities.delete(T, kept.id, owner)
    entities.delete(T, kept.id, owner)
    assert _told(store) == [f"transcription{name}" for name in names]


def test_what_fails_is_told_to_nobody(
    store: Store, entities: Entities, owner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    entities.create(_hook(owner, "transcriptionCompletion"))
    kept = entity(owner, status=Status.RUNNING)
    entities.create(kept)

    def fail(*_: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setattr("scriba.storage.entities.record", fail)
        with pytest.raises(RuntimeError):
            entities.advance(kept.id, Status.SUCCEEDED, was=[Status.RUNNING])
    assert entities.get(T, kept.id).status is Status.RUNNING
    assert _told(store) == []


def test_a_deleted_webhook_leaves_no_deliveries(
    store: Store, entities: Entities, owner: str
) -> None:
    hook = _hook(owner, "transcriptionCreation")
    entities.create(hook)
    entities.create(entity(owner))
    assert _told(store) == ["transcriptionCreation"]
    assert entities.delete(Kind.WEBHOOK, hook.id, owner)
    assert _told(store) == []


def test_what_is_at_work_with_an_id(entities: Entities, owner: str, store: Store) -> None:
    id, kinds = new_id(), (Kind.MODEL, T)
    others = Resources(store).create("others").id
    hidden = [f"https://example.com/{n}" for n in range(3)]
    wanted = {
        each.id: each
        for each in (
            entity(owner, kind=Kind.MODEL, spec={"base": id}),
            entity(owner, kind=Kind.MODEL, status=Status.RUNNING, spec={"datasets": ["x", id]}),
            entity(owner, spec={"identification": {"models": {"de-DE": id}}}),
        )
    }
    for each in (
        *wanted.values(),
        entity(owner, kind=Kind.EVALUATION, spec={"model1": id}),
        entity(owner, status=Status.SUCCEEDED, spec={"model": id}),
        entity(others, spec={"model": id}),
        entity(owner, spec={"model": new_id(), "content_urls": hidden}),
    ):
        entities.create(each)
    found = {each.id: each for each in entities.at_work_with(kinds, owner, id)}
    assert found == wanted
    assert list(entities.at_work_with(kinds, owner, "%")) == []


def test_one_at_work_is_found_among_a_thousand(
    store: Store, entities: Entities, owner: str
) -> None:
    id = new_id()
    used = [entity(owner, spec={"dataset": id, "words": bool(n % 2)}) for n in range(501)]
    rest = [entity(owner, spec={"dataset": new_id()}) for _ in range(1000)]
    with store.write() as connection:
        connection.execute(entities_table.insert(), [row_of(each) for each in rest + used])
    found = [each.id for each in entities.at_work_with([T], owner, id)]
    assert sorted(found) == sorted(each.id for each in used)


def test_an_authorization_is_good_for_one(store: Store, entities: Entities, owner: str) -> None:
    given = entity(owner, kind=Kind.AUTHORIZATION)
    entities.create(given)
    lost = entity(new_id(), kind=Kind.MODEL)
    with pytest.raises(ResourceNotFound):
        entities.create_authorized(lost, given.id)
    assert entities.status(given.id) is Status.NOT_STARTED
    made = entity(owner, kind=Kind.MODEL)
    assert entities.create_authorized(made, given.id)
    assert entities.status(given.id) is Status.SUCCEEDED
    assert not entities.create_authorized(entity(owner, kind=Kind.MODEL), given.id)
    assert not entities.create_authorized(entity(owner, kind=Kind.MODEL), made.id)
    assert [each.id for each in entities.list(Kind.MODEL, owner)] == [made.id]


def test_deletions_are_told_in_this_process(store: Store, entities: Entities, owner: str) -> None:
    told: list[str] = []
    end = store.when_deleted(lambda each: told.append(each.id))
    one, other = entity(owner), entity(owner)
    for each in (one, other):
        entities.create(each)
    assert not entities.delete(T, one.id, owner, unless=[Status.NOT_STARTED])
    assert told == []
    # With another handle on the same store, as the parts of a service have.
    assert Entities(store).delete(T, one.id, owner)
    assert not entities.delete(T, one.id, owner)
    assert told == [one.id]
    end()
    assert entities.delete(T, other.id, owner)
    assert told == [one.id]
