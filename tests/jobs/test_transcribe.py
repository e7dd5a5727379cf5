"""Transcriptions through the job system: results, reports, bad files, on both databases."""

import json
import shutil
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from scriba.cli.jobs import CANCELLED
from scriba.cli.worker import diarize
from scriba.jobs import queue
from scriba.resources.entity import Entity, Problem, Status
from scriba.resources.file import FileKind
from scriba.resources.limits import Limits
from scriba.resources.transcription import Identification, Speakers
from scriba.resources.versions import Version
from scriba.speech.options import Options
from scriba.speech.resample import Samples
from scriba.speech.results import Phrase
from scriba.storage import Resources
from scriba.storage.files import Files
from scriba.storage.inputs import Inputs

from .conftest import Bench, until
from .test_results import phrase, schema_errors


def contents(bench: Bench, entity: Entity) -> dict[str, Any]:
    """The documents of a transcription by name."""
    blobs = bench.blobs(entity.resource_id)
    files = Files(bench.store).list(entity.id, top=20_000)
    return {file.name: json.loads(b"".join(blobs.read(file.blob))) for file in files}


class Spoken:
    """A recogniser that hears the same in every recording, in `hold_after` of them at first."""

    def __init__(self) -> None:
        self.hold_after = 1000
        self.heard: list[Options] = []

    def transcribe(self, blocks: Iterable[Samples], options: Options) -> Iterator[Phrase]:
        self.heard.append(options)
        number = len(self.heard)
        for _ in blocks:
            while number > self.hold_after:
                time.sleep(0.02)
            yield phrase()


@pytest.fixture
def spoken(bench: Bench) -> Iterator[Spoken]:
    """The bench works with a recogniser of our own."""
    bench.speech = made = Spoken()
    yield made
    made.hold_after = 1000


def folder_of(bench: Bench, data: Path, *names: str) -> Path:
    """A folder that recordings may be taken from."""
    folder = bench.data_dir / "recordings"
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes((data / "en-quilter.flac").read_bytes())
    return folder


def test_one_url_gives_a_result_and_a_report(bench: Bench, recordings: str) -> None:
    url = f"{recordings}/en-quilter.flac?sig=SECRET"
    entity = bench.create(content_urls=(url,), words=True, display_words=True, time_to_live=3600.0)
    bench.work().submit(entity)
    ended = bench.ended(entity)
    assert ended.status is Status.SUCCEEDED, ended.error
    assert ended.result["seconds"] > 1
    assert ended.expires is not None
    assert ended.expires > ended.last_action
    documents = contents(bench, entity)
    assert sorted(documents) == ["contenturl_0.json", "report.json"]
    result = documents["contenturl_0.json"]
    assert schema_errors(Version.V2024_11, result) == []
    assert "quilter" in result["combinedRecognizedPhrases"][0]["lexical"].lower()
    best = result["recognizedPhrases"][0]["nBest"][0]
    assert " ".join(word["word"] for word in best["words"]) == best["lexical"]
    assert " ".join(word["displayText"] for word in best["displayWords"]) == best["display"]
    assert "SECRET" not in json.dumps(documents)
    assert documents["report.json"]["successfulTranscriptionsCount"] == 1
    kinds = {file.name: file.kind for file in Files(bench.store).list(entity.id)}
    assert kinds["report.json"] is FileKind.TRANSCRIPTION_REPORT
    assert kinds["contenturl_0.json"] is FileKind.TRANSCRIPTION


def test_bad_files_never_sink_a_job(
    bench: Bench, spoken: Spoken, recordings: str, data: Path
) -> None:
    empty = folder_of(bench, data, "good.wav") / "empty.wav"
    empty.touch()
    urls = (
        f"{recordings}/en-quilter.flac",
        f"{recordings}/missing.wav?sig=SECRET",
        f"{recordings}/manifest.jsonl",
        f"file://{empty}",
        "http://169.254.169.254/latest/meta-data",
        "https://127.0.0.1:1/refused.wav",
        "ftp://example.org/a.wav",
    )
    entity = bench.create(Version.V3_1, content_urls=urls)
    bench.work().submit(entity)
    ended = bench.ended(entity)
    assert ended.status is Status.SUCCEEDED
    documents = contents(bench, entity)
    assert sorted(documents) == ["contenturl_0.json", "report.json"]
    report = documents["report.json"]
    assert (report["successfulTranscriptionsCount"], report["failedTranscriptionsCount"]) == (1, 6)
    kinds = [each.get("errorKind") for each in report["details"]]
    assert "this is text." in str(report), "and not what the address answered"
    assert kinds == [
        None,
        "InvalidRecordingsUri",
        "InvalidAudioFormat",
        "EmptyAudioFile",
        "InvalidRecordingsUri",
        "InvalidRecordingsUri",
        "InvalidRecordingsUri",
    ]
    assert all(each["errorMessage"] for each in report["details"][1:])
    assert "SECRET" not in json.dumps(report)


def test_a_job_fails_only_when_every_file_does(
    bench: Bench, spoken: Spoken, recordings: str
) -> None:
    urls = (f"{recordings}/missing.wav", f"{recordings}/manifest.jsonl")
    several = bench.create(content_urls=urls, time_to_live=7200.0)
    one = bench.create(content_urls=urls[:1])
    bench.work()
    ended = bench.ended(several)
    assert ended.status is Status.FAILED
    assert ended.error is not None
    assert ended.error.code == "InvalidData"
    assert "None of the 2 recordings" in ended.error.message
    assert ended.expires is not None
    assert list(contents(bench, several)) == ["report.json"]
    alone = bench.ended(one).error
    assert alone is not None
    assert (alone.code, "404" in alone.message) == ("InvalidRecordingsUri", True)


def test_a_container_gives_results_with_the_names_of_its_blobs(
    bench: Bench, spoken: Spoken, data: Path
) -> None:
    folder = folder_of(bench, data, "a.wav", "calls/b.wav")
    entity = bench.create(container_url=f"file://{folder}")
    bench.work()
    assert bench.ended(entity).status is Status.SUCCEEDED
    documents = contents(bench, entity)
    assert sorted(documents) == ["a.wav.json", "calls/b.wav.json", "report.json"]
    assert documents["calls/b.wav.json"]["source"] == "calls/b.wav"
    sources = [each["source"] for each in documents["report.json"]["details"]]
    assert sources == ["a.wav", "calls/b.wav"]


@pytest.mark.parametrize(
    ("wanted", "code", "said"),
    [
        ({"container": "empty"}, "InvalidData", "holds no recordings"),
        ({"container": "absent"}, "InvalidRecordingsUri", "container cannot be used"),
        ({"dataset": "d"}, "InvalidDataset", "dataset"),
    ],
)
def test_nothing_to_transcribe_fails_with_a_reason(
    bench: Bench, spoken: Spoken, wanted: dict[str, str], code: str, said: str
) -> None:
    (bench.data_dir / "empty").mkdir()
    spec: dict[str, Any] = {"dataset": wanted.get("dataset")}
    if "container" in wanted:
        spec = {"container_url": f"file://{bench.data_dir / wanted['container']}"}
    entity = bench.create(**spec)
    bench.work()
    ended = bench.ended(entity)
    assert ended.status is Status.FAILED
    assert ended.error is not None
    assert ended.error.code == code
    assert said in ended.error.message


def test_a_container_with_more_files_than_the_resource_may_have(bench: Bench, data: Path) -> None:
    folder = bench.data_dir / "three"
    folder.mkdir(parents=True)
    for i in range(3):
        shutil.copy(data / "en-time.flac", folder / f"{i}.flac")
    Resources(bench.store).update("test", limits=Limits(files_per_job=2))
    bench.work()
    ended = bench.ended(bench.create(container_url=f"file://{folder}"))
    assert ended.status is Status.FAILED
    assert ended.error is not None
    assert ended.error.code == "ExceededNumberOfRecordingsUris"
    assert "2 files" in ended.error.message


def test_what_is_asked_reaches_the_recogniser(
    bench: Bench, spoken: Spoken, recordings: str
) -> None:
    entity = bench.create(
        Version.V3_2,
        content_urls=(f"{recordings}/en-quilter.flac",),
        profanity="tags",
        punctuation="none",
        identification=Identification(("de-DE", "fr-FR"), "continuous"),
        locale="de-DE",
    )
    bench.work()
    assert bench.ended(entity).status is Status.SUCCEEDED
    [options] = spoken.heard
    assert options.candidates == ("de-DE", "fr-FR")
    assert (options.language, options.identification) == ("de-DE", "continuous")
    assert (options.profanity, options.punctuation) == ("tags", "none")
    assert not options.words
    result = contents(bench, entity)["contenturl_0.json"]
    assert result["recognizedPhrases"][0]["locale"] == "en-US"
    assert "words" not in result["recognizedPhrases"][0]["nBest"][0]


def test_channels_that_are_not_there_are_said(
    bench: Bench, spoken: Spoken, recordings: str
) -> None:
    url = f"{recordings}/en-two-channels.flac"
    both = bench.create(content_urls=(url,))
    second = bench.create(content_urls=(url,), channels=(1,))
    third = bench.create(content_urls=(url,), channels=(2,))
    bench.work()
    bench.ended(both)
    assert [
        each["channel"]
        for each in contents(bench, both)["contenturl_0.json"]["combinedRecognizedPhrases"]
    ] == [0, 1]
    bench.ended(second)
    found = contents(bench, second)["contenturl_0.json"]["combinedRecognizedPhrases"]
    assert [each["channel"] for each in found] == [1]
    problem = bench.ended(third).error
    assert problem is not None
    assert problem.code == "BadChannelConfiguration"


class Alternating:
    """Two speakers who take turns phrase by phrase."""

    def __init__(self, speakers: Speakers) -> None:
        self.speakers = speakers
        self.samples = 0

    def feed(self, samples: Samples) -> None:
        self.samples += samples.size

    def assign(self, phrases: Iterable[Phrase]) -> Iterator[Phrase]:
        assert self.samples
        for number, each in enumerate(phrases):
            yield phrase(each.start, each.end, speaker=1 + number % self.speakers.minimum)


def test_speakers_are_told_apart_in_one_channel_only(
    bench: Bench, spoken: Spoken, recordings: str
) -> None:
    wanted = Speakers(2, 3)
    one = bench.create(content_urls=(f"{recordings}/en-quilter.flac",), diarization=wanted)
    two = bench.create(content_urls=(f"{recordings}/en-two-channels.flac",), diarization=wanted)
    chosen = bench.create(
        content_urls=(f"{recordings}/en-two-channels.flac",), diarization=wanted, channels=(1,)
    )
    bench.work(Alternating)
    assert bench.ended(one).status is Status.SUCCEEDED
    phrases = contents(bench, one)["contenturl_0.json"]["recognizedPhrases"]
    assert phrases[0]["speaker"] == 1
    assert all(options.words for options in spoken.heard)
    problem = bench.ended(two).error
    assert problem is not None
    assert problem.code == "BadChannelConfiguration"
    assert bench.ended(chosen).status is Status.SUCCEEDED


def test_a_single_speaker_is_the_first(bench: Bench, recordings: str) -> None:
    entity = bench.create(content_urls=(f"{recordings}/en-hale.flac",), diarization=Speakers(1, 4))
    bench.work(diarize)
    assert bench.ended(entity).status is Status.SUCCEEDED
    phrases = contents(bench, entity)["contenturl_0.json"]["recognizedPhrases"]
    assert {each["speaker"] for each in phrases} == {1}


def test_a_stopped_worker_leaves_its_work_to_the_next(
    bench: Bench, spoken: Spoken, recordings: str
) -> None:
    entity = bench.create(content_urls=(f"{recordings}/en-quilter.flac",) * 20)
    spoken.hold_after = 4
    bench.work()
    until(lambda: len(spoken.heard) > 4)
    until(lambda: Inputs(bench.store).counts(entity.id)[Status.SUCCEEDED] == 4)
    bench.stop()
    assert bench.get(entity).status is Status.RUNNING
    done = Inputs(bench.store).counts(entity.id)[Status.SUCCEEDED]
    assert done == 4
    spoken.hold_after = 1000
    first = {file.id: file.created for file in Files(bench.store).list(entity.id)}
    bench.work()
    assert bench.ended(entity).status is Status.SUCCEEDED
    files = Files(bench.store).list(entity.id)
    assert len(files) == 21
    again = {file.id: file.created for file in files}
    finished = {each: at for each, at in first.items() if again[each] == at}
    assert len(finished) >= done


def test_cancelling_ends_a_running_job_and_a_retry_does_the_rest(
    bench: Bench, spoken: Spoken, recordings: str
) -> None:
    entity = bench.create(content_urls=(f"{recordings}/en-quilter.flac",) * 20)
    spoken.hold_after = 4
    jobs = bench.work()
    until(lambda: Inputs(bench.store).counts(entity.id)[Status.SUCCEEDED] == 4)
    bench.entities.advance(entity.id, Status.FAILED, was=(Status.RUNNING,), error=CANCELLED)
    spoken.hold_after = 1000
    until(lambda: jobs.in_hand == 0)
    done = Inputs(bench.store).counts(entity.id)[Status.SUCCEEDED]
    assert done < 20
    assert bench.get(entity).error == CANCELLED
    bench.entities.advance(entity.id, Status.NOT_STARTED, was=(Status.FAILED,), result={})
    jobs.submit(entity)
    ended = bench.ended(entity)
    assert (ended.status, ended.error) == (Status.SUCCEEDED, None)
    assert len(Files(bench.store).list(entity.id)) == 21


def test_a_failed_recording_is_tried_again_by_a_retry(
    bench: Bench, spoken: Spoken, data: Path
) -> None:
    folder = folder_of(bench, data, "a.wav")
    late = folder / "late.wav"
    entity = bench.create(content_urls=(f"file://{folder / 'a.wav'}", f"file://{late}"))
    jobs = bench.work()
    assert bench.ended(entity).result["failed"] == 1
    folder_of(bench, data, "late.wav")
    assert Inputs(bench.store).reopen(entity.id) == 1
    bench.entities.advance(entity.id, Status.NOT_STARTED, was=(Status.SUCCEEDED,), result={})
    jobs.submit(entity)
    assert bench.ended(entity).result["failed"] == 0
    assert contents(bench, entity)["report.json"]["failedTranscriptionsCount"] == 0
    assert len(spoken.heard) == 2


def test_an_unforeseen_error_is_the_recordings_own(
    bench: Bench, spoken: Spoken, recordings: str, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken(Spoken):
        def transcribe(self, blocks: Iterable[Samples], options: Options) -> Iterator[Phrase]:
            raise RuntimeError("see https://host/a?sig=SECRET")
            yield

    bench.speech = Broken()
    entity = bench.create(content_urls=(f"{recordings}/en-quilter.flac",))
    bench.work()
    ended = bench.ended(entity)
    assert ended.error == Problem("InternalServerError", "The recording could not be processed.")
    assert "RuntimeError" in caplog.text
    assert "SECRET" not in caplog.text


def test_what_has_lived_long_enough_goes_with_its_files(
    bench: Bench, spoken: Spoken, recordings: str
) -> None:
    entity = bench.create(content_urls=(f"{recordings}/en-quilter.flac",), time_to_live=1.0)
    kept = bench.create(content_urls=(f"{recordings}/en-quilter.flac",))
    bench.work()
    bench.ended(kept)
    until(
        lambda: [each.id for each in bench.entities.list(kept.kind, bench.resource_id)] == [kept.id]
    )
    assert list((bench.data_dir / "files").rglob(f"*{kept.id}/*"))
    assert not list((bench.data_dir / "files").rglob(f"*{entity.id}/*"))
    assert Files(bench.store).list(entity.id) == []


def test_a_job_that_no_queue_knows_is_taken_up_again(
    bench: Bench, spoken: Spoken, recordings: str
) -> None:
    entity = bench.create(content_urls=(f"{recordings}/en-quilter.flac",))
    bench.entities.advance(entity.id, Status.RUNNING, was=(Status.NOT_STARTED,))
    bench.work()
    assert bench.ended(entity).status is Status.SUCCEEDED


def test_an_idle_worker_waits_for_no_queue(
    bench: Bench, spoken: Spoken, recordings: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # It would look into its queue after an hour.
    monkeypatch.setattr(queue, "_POLL_SECONDS", 3600.0)
    entity = bench.create(content_urls=(f"{recordings}/en-quilter.flac",))
    bench.work().submit(entity)
    assert bench.ended(entity).status is Status.SUCCEEDED
