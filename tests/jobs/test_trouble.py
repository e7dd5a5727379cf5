"""Full disks, broken storages, hosts that hang, and containers of the client's own."""

import errno
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from scriba.errors import BlobError
from scriba.jobs import patience, problems, runtime
from scriba.net import reserve
from scriba.resources.entity import Status
from scriba.storage.blobs import BlobsOf
from scriba.storage.files import Files

from ..azurite.emulator import Azurite
from .conftest import Bench, until
from .test_transcribe import Spoken, contents, spoken

__all__ = ["spoken"]


class Failing:
    """Blobs that cannot be written for a while."""

    def __init__(self, blobs: BlobsOf, cause: OSError | None) -> None:
        self._blobs = blobs
        self._cause = cause
        self.failing = True
        self.failed = 0

    def __call__(self, resource_id: str) -> Any:
        found = self._blobs(resource_id)
        if not self.failing:
            return found
        self.failed += 1
        raise BlobError("it cannot be written, see https://host/?sig=SECRET") from self._cause


def test_a_job_waits_for_a_full_disk_and_goes_on(
    bench: Bench, spoken: Spoken, recordings: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # However long it takes: only other failures are given up.
    monkeypatch.setattr(patience, "PATIENCE", 0.0)
    blobs = Failing(bench.blobs, OSError(errno.ENOSPC, "No space left on device"))
    bench.blobs = blobs  # type: ignore[assignment]
    entity = bench.create(content_urls=(f"{recordings}/en-quilter.flac",))
    jobs = bench.work()
    until(lambda: blobs.failed >= 2)
    assert bench.get(entity).status is Status.RUNNING
    jobs.check()
    blobs.failing = False
    ended = bench.ended(entity)
    assert (ended.status, ended.result["failed"]) == (Status.SUCCEEDED, 0)
    assert len(spoken.heard) == 1


def test_a_storage_that_stays_broken_fails_the_recording_with_a_reason(
    bench: Bench, spoken: Spoken, recordings: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "PATIENCE", 0.0)
    bench.blobs = Failing(bench.blobs, None)  # type: ignore[assignment]
    entity = bench.create(content_urls=(f"{recordings}/en-quilter.flac",))
    bench.work()
    ended = bench.ended(entity)
    assert ended.status is Status.FAILED
    assert ended.error is not None
    assert ended.error.code == "ServiceUnavailable"
    assert "SECRET" not in ended.error.message


class Disk:
    """A disk of 1000 MB of which the reserve, 50 MB, and `spare` bytes more are free."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.spare = 0
        self.asked = 0
        monkeypatch.setattr(reserve, "disk_usage", self._usage)

    def _usage(self, where: Path) -> SimpleNamespace:
        self.asked += 1
        return SimpleNamespace(total=1000 * 10**6, free=50 * 10**6 + self.spare)


def test_a_recording_that_the_disk_can_never_take_fails_with_a_reason(
    bench: Bench, spoken: Spoken, recordings: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "PATIENCE", 0.0)
    disk = Disk(monkeypatch)
    disk.spare = 50_000
    entity = bench.create(content_urls=(f"{recordings}/en-quilter.flac",))
    bench.work()
    assert bench.ended(entity).error == problems.NO_ROOM
    assert spoken.heard == []


def test_a_recording_waits_while_others_have_the_room_that_it_needs(
    bench: Bench, spoken: Spoken, recordings: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "PATIENCE", 0.0)
    disk = Disk(monkeypatch)
    # The draft of another worker.
    other = bench.data_dir / "workers" / "other" / "audio"
    other.parent.mkdir(parents=True)
    other.write_bytes(bytes(1 << 20))
    entity = bench.create(content_urls=(f"{recordings}/en-quilter.flac",))
    bench.work()
    until(lambda: disk.asked >= 6)
    assert bench.get(entity).status is Status.RUNNING
    disk.spare = 1 << 30
    ended = bench.ended(entity)
    assert (ended.status, ended.result["failed"]) == (Status.SUCCEEDED, 0)


@pytest.fixture
def mute() -> Iterator[str]:
    """A host that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/a.wav"


def test_a_host_that_hangs_holds_up_nothing_else(
    bench: Bench, spoken: Spoken, recordings: str, mute: str
) -> None:
    bench.options["stall_timeout"] = 0.5
    hanging = bench.create(content_urls=(mute, f"{recordings}/en-quilter.flac"))
    bench.work()
    ended = bench.ended(hanging)
    assert (ended.status, ended.result["failed"]) == (Status.SUCCEEDED, 1)


def test_a_stop_does_not_wait_for_a_host_that_hangs(
    bench: Bench, spoken: Spoken, mute: str
) -> None:
    bench.options["stall_timeout"] = 3600.0
    entity = bench.create(content_urls=(mute,))
    jobs = bench.work()
    until(lambda: bench.get(entity).status is Status.RUNNING)
    bench.stop()
    assert jobs.in_hand == 0
    assert bench.get(entity).status is Status.RUNNING


def test_recordings_from_a_container_and_results_into_another(
    bench: Bench, spoken: Spoken, data: Path, azurite: Azurite
) -> None:
    source, target = azurite.container(), azurite.container()
    for name in ("a.flac", "calls/b c.flac"):
        azurite.put(source, name, (data / "en-quilter.flac").read_bytes())
    entity = bench.create(container_url=source, destination=target, time_to_live=1.0)
    bench.work()
    assert bench.ended(entity).status is Status.SUCCEEDED
    result = json.loads(azurite.get(target, "calls/b c.flac.json"))
    assert result["source"] == "calls/b c.flac"
    assert json.loads(azurite.get(target, "report.json"))["successfulTranscriptionsCount"] == 2
    for file in Files(bench.store).list(entity.id):
        assert "sig=" not in file.properties["url"]
    # What is in the client's container outlives the transcription.
    until(lambda: not Files(bench.store).list(entity.id))
    assert azurite.get(target, "a.flac.json")
    assert not list((bench.data_dir / "files").rglob(f"*{entity.id}*/*"))


def test_a_destination_that_may_not_be_written_is_said(
    bench: Bench, spoken: Spoken, recordings: str, azurite: Azurite
) -> None:
    target = azurite.container("rl")
    entity = bench.create(content_urls=(f"{recordings}/en-quilter.flac",), destination=target)
    bench.work()
    ended = bench.ended(entity)
    assert ended.status is Status.FAILED
    assert ended.error is not None
    assert "destination container" in ended.error.message
    assert spoken.heard == [], "before any work was done for it"
    assert "sig=" not in ended.error.message.replace("sig=REDACTED", "")


@pytest.mark.parametrize("spec", ['{"diarization": 5, "content_urls": ["a"]}', "{}", "[1]"])
def test_a_job_that_cannot_be_read_ends(
    bench: Bench, spoken: Spoken, spec: str, caplog: pytest.LogCaptureFixture
) -> None:
    entity = bench.create(content_urls=("https://example.com/a.wav",))
    with bench.store.write() as connection:
        connection.exec_driver_sql(f"UPDATE entities SET spec = '{spec}'")
    bench.work()
    ended = bench.ended(entity)
    assert (ended.status, ended.error) == (Status.FAILED, problems.UNREADABLE)
    assert entity.id in caplog.text


def test_a_job_whose_work_fails_for_no_foreseen_reason_ends(
    bench: Bench, spoken: Spoken, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(runtime, "_ORPHANS_SECONDS", 0.2)

    class Broken:
        def add(self, *_: object) -> None:
            raise RuntimeError("see https://host/a?sig=SECRET")

    monkeypatch.setattr("scriba.storage.inputs.Inputs.add", Broken().add)
    entity = bench.create(content_urls=("https://example.com/a.wav",))
    bench.work()
    ended = bench.ended(entity)
    assert ended.error == problems.UNEXPECTED_JOB
    assert caplog.text.count("RuntimeError: see") >= 3
    assert "SECRET" not in caplog.text


def test_a_recording_that_was_cut_off_is_told_from_a_whole_one(
    bench: Bench, spoken: Spoken, data: Path
) -> None:
    whole = (data / "en-quilter.flac").read_bytes()
    folder = bench.data_dir / "recordings"
    folder.mkdir(parents=True)
    (folder / "cut.flac").write_bytes(whole[: len(whole) // 2])
    (folder / "whole.flac").write_bytes(whole)
    (folder / "head.flac").write_bytes(whole[:2500])
    urls = tuple(f"file://{folder}/{name}.flac" for name in ("cut", "whole", "head"))
    entity = bench.create(content_urls=urls)
    bench.work()
    assert bench.ended(entity).result == {
        "seconds": pytest.approx(8.6, abs=0.5),
        "files": 3,
        "failed": 1,
    }
    documents = contents(bench, entity)
    cut, good, head = documents["report.json"]["details"]
    assert cut["status"] == "Succeeded"
    assert "its header says that it lasts 5.9 s" in cut["errorMessage"]
    assert "errorKind" not in cut
    assert set(good) == {"source", "status"}
    assert (head["status"], head["errorKind"]) == ("Failed", "InvalidAudioFormat")
