"""The recordings of a transcription, as checkpoints of its job."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from scriba.errors import EntityNotFound
from scriba.resources.entity import Problem, Status, new_id
from scriba.storage import Entities, Input, Inputs, Resources, Store

from .making import entity


@pytest.fixture
def job(store: Store) -> str:
    """The id of a transcription."""
    made = entity(Resources(store).create("owner").id)
    Entities(store).create(made)
    return made.id


def _inputs(count: int) -> list[Input]:
    return [Input(i, f"https://example.com/{i}.wav?sig=x", f"{i}.json") for i in range(count)]


def test_adding_again_changes_nothing(store: Store, job: str) -> None:
    inputs = Inputs(store)
    inputs.add(job, [])
    inputs.add(job, _inputs(3))
    inputs.finish(job, 1, seconds=2.5)
    inputs.add(job, [Input(1, "https://example.com/other.wav", "other.json"), *_inputs(5)[3:]])
    found = inputs.all(job)
    assert [each.index for each in found] == [0, 1, 2, 3, 4]
    assert [each.source for each in found] == [each.source for each in _inputs(5)]
    assert found[1].status is Status.SUCCEEDED
    assert [each.index for each in inputs.pending(job)] == [0, 2, 3, 4]


def test_the_first_to_finish_counts(store: Store, job: str) -> None:
    inputs = Inputs(store)
    inputs.add(job, _inputs(2))
    assert inputs.finish(job, 0, seconds=2.5)
    assert not inputs.finish(job, 0, error=Problem("InvalidData", "late"))
    assert inputs.finish(job, 1, error=Problem("InvalidData", "not audio"))
    assert not inputs.finish(job, 1, seconds=1.0)
    done, failed = inputs.all(job)
    assert (done.status, done.seconds, done.error) == (Status.SUCCEEDED, 2.5, None)
    assert failed.error == Problem("InvalidData", "not audio")
    assert failed.finished is not None
    assert inputs.counts(job) == {Status.SUCCEEDED: 1, Status.FAILED: 1}
    assert inputs.pending(job) == []
    assert not inputs.finish(job, 7)
    assert not inputs.finish(new_id(), 0)


def test_one_of_many_threads_finishes(store: Store, job: str) -> None:
    inputs = Inputs(store)
    inputs.add(job, _inputs(4))
    gate = threading.Barrier(8)

    def work(number: int) -> int:
        gate.wait()
        return sum(inputs.finish(job, i, seconds=float(number)) for i in range(4))

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(work, range(8))) == 4


def test_many_threads_add_the_same(store: Store, job: str) -> None:
    gate = threading.Barrier(6)

    def work(_: int) -> None:
        gate.wait()
        Inputs(store).add(job, _inputs(50))

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(work, range(6)))
    assert [each.index for each in Inputs(store).all(job)] == list(range(50))


def test_a_retry_opens_what_failed(store: Store, job: str) -> None:
    inputs = Inputs(store)
    inputs.add(job, _inputs(3))
    inputs.finish(job, 0, seconds=1.0)
    inputs.finish(job, 1, error=Problem("InvalidData", "not audio"))
    assert inputs.reopen(job) == 1
    assert [each.index for each in inputs.pending(job)] == [1, 2]
    assert all(each.error is None and each.finished is None for each in inputs.pending(job))
    assert inputs.reopen(job) == 0


def test_inputs_of_no_transcription_are_refused(store: Store) -> None:
    with pytest.raises(EntityNotFound):
        Inputs(store).add(new_id(), _inputs(1))


def test_ten_thousand_inputs_are_kept(store: Store, job: str) -> None:
    Inputs(store).add(job, _inputs(10_000))
    assert Inputs(store).counts(job) == {Status.NOT_STARTED: 10_000}
