"""Recordings over which a process ended: the deadly are given up, the others are not."""

import subprocess
import sys
import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from scriba.jobs import problems
from scriba.resources.entity import Entity, Kind, Status, new_id, now
from scriba.resources.transcription import TranscriptionSpec
from scriba.speech.options import Options
from scriba.speech.resample import Samples
from scriba.speech.results import Phrase
from scriba.storage import Entities, Resources, open_store
from scriba.storage.inputs import Input, Inputs

from .conftest import SECRET, Bench, until
from .test_results import phrase
from .test_transcribe import Spoken, spoken

__all__ = ["spoken"]

_LONG = 10 * 16_000


def left_behind(bench: Bench, address: str, begun: Iterable[int]) -> Entity:
    """A running transcription as killed processes leave it: how often each recording was begun."""
    counts = list(begun)
    entity = bench.create(content_urls=(address,) * len(counts))
    inputs = Inputs(bench.store)
    inputs.add(entity.id, [Input(i, address, f"{i}.json") for i in range(len(counts))])
    for index, count in enumerate(counts):
        for _ in range(count):
            inputs.begin(entity.id, index)
    bench.entities.advance(entity.id, Status.RUNNING, was=(Status.NOT_STARTED,))
    return entity


def test_a_recording_that_ends_its_process_is_given_up(
    bench: Bench, spoken: Spoken, recordings: str
) -> None:
    # Once among others, and then up to five times as the only suspect.
    entity = left_behind(bench, f"{recordings}/en-quilter.flac", (0, 1, 5, 6))
    bench.work()
    assert bench.ended(entity).status is Status.SUCCEEDED
    errors = [each.error for each in Inputs(bench.store).all(entity.id)]
    assert errors == [None, None, None, problems.DEADLY]
    assert len(spoken.heard) == 3


class Holding:
    """A recogniser that holds the long recordings until `released`, and counts those."""

    def __init__(self) -> None:
        self.released = False
        self.held = 0
        self.most = 0

    def transcribe(self, blocks: Iterable[Samples], options: Options) -> Iterator[Phrase]:
        if sum(block.size for block in blocks) > _LONG:
            self.held += 1
            self.most = max(self.most, self.held)
            until(lambda: self.released)
            self.held -= 1
        yield phrase()


@pytest.fixture
def holding(bench: Bench) -> Iterator[Holding]:
    """The bench works with a recogniser that holds long recordings."""
    bench.speech = made = Holding()
    yield made
    made.released = True


def test_suspects_are_at_work_one_at_a_time_and_hold_up_nothing_fresh(
    bench: Bench, holding: Holding, recordings: str
) -> None:
    # More jobs of nothing but suspects than a resource may have chunks at work.
    suspects = [left_behind(bench, f"{recordings}/en-hale.flac", (1, 1)) for _ in range(6)]
    bench.work()
    until(lambda: holding.held)
    fresh = [bench.create(content_urls=(f"{recordings}/en-time.flac",) * 3) for _ in range(2)]
    for entity in fresh:
        assert bench.ended(entity).result["failed"] == 0
    holding.released = True
    for entity in suspects:
        assert bench.ended(entity).result["failed"] == 0
    assert holding.most == 1


def test_a_worker_that_stops_blames_no_recording(
    bench: Bench, holding: Holding, recordings: str
) -> None:
    entity = left_behind(bench, f"{recordings}/en-hale.flac", (1, 1, 0))
    inputs = Inputs(bench.store)
    bench.work()
    until(lambda: holding.held == 2)
    # While the recogniser still holds them, as one that takes its time.
    bench.stop()
    assert [each.begun for each in inputs.all(entity.id)] == [1, 1, 0]
    assert bench.get(entity).status is Status.RUNNING


_WORKER = """
    import os, sys, time
    from pathlib import Path
    from scriba.jobs.runtime import Jobs
    from scriba.jobs.slot import Slot
    from scriba.resources.entity import Kind
    from scriba.settings import Settings
    from scriba.storage import Entities, open_store
    from scriba.storage.blobs import BlobsOf

    class Fragile:
        def transcribe(self, blocks, options):
            if sum(block.size for block in blocks) > 160_000:
                os._exit(9)
            time.sleep(0.2)
            yield from ()

    folder, secret, id = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    store = open_store(folder, None, secret)
    settings = Settings(data_dir=folder, allow_private_addresses="127.0.0.0/8")
    slot = Slot(folder)
    blobs = BlobsOf(store, str(folder / "files"))
    jobs = Jobs(settings, store, Fragile(), slot=slot, blobs=blobs, diarize=None)
    jobs.start()
    while not Entities(store).get(Kind.TRANSCRIPTION, id).status.ended:
        time.sleep(0.05)
    jobs.close()
    slot.close()
    store.close()
"""


def test_a_deadly_recording_ends_a_bounded_number_of_processes(
    tmp_path: Path, recordings: str
) -> None:
    store = open_store(tmp_path, None, SECRET)
    resources = Resources(store)
    resources.create("test")
    urls = [f"{recordings}/en-time.flac"] * 20
    urls[3] = f"{recordings}/en-hale.flac"
    common: dict[str, Any] = {"version": "2024-11-15", "host": "http://localhost"}
    entity = Entity(
        id=new_id(),
        resource_id=resources.get("test").id,
        kind=Kind.TRANSCRIPTION,
        display_name="deadly",
        locale="en-US",
        status=Status.NOT_STARTED,
        created=now(),
        last_action=now(),
        spec=TranscriptionSpec(content_urls=tuple(urls)).to_json(),
        **common,
    )
    Entities(store).create(entity)
    command = [sys.executable, "-c", textwrap.dedent(_WORKER), str(tmp_path), SECRET, entity.id]
    deaths = 0
    while subprocess.run(command, timeout=120, check=False).returncode == 9:
        deaths += 1
        assert deaths <= 6
    failed = [each for each in Inputs(store).all(entity.id) if each.error is not None]
    assert [(each.index, each.error) for each in failed] == [(3, problems.DEADLY)]
    assert Entities(store).get(Kind.TRANSCRIPTION, entity.id).result["files"] == 20
    assert deaths == 6
    store.close()
