"""Pronunciation assessment over the WebSocket, with an assessor that says what is laid out."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from scriba.errors import AudioLost, ModelError, NothingToRead
from scriba.pronunciation.assessment import AssessedWord, Assessment, AssessmentOptions, Miscue
from scriba.server.assessments import Assessments
from scriba.server.metrics import Metrics
from scriba.server.schemas.pronunciation import AssessmentRequest
from scriba.server.sdk.assessing import Assessing, Scored
from scriba.server.tape import Reel
from scriba.speech.live_events import Draft, Ended, Event, Failed, Final, Finished, Started
from scriba.speech.results import Status, Word

from ..conftest import Running, Start
from ..fakes import ASSESSMENT, FakeAssessor
from .client import CONVERSATION, INTERACTIVE, Client, connected, wav
from .test_session import paths, phrase

TEXT = "Good morning, dear children. Today we read a story. It is about a fox."


class Reader(FakeAssessor):
    """Takes every word of the reference as said well."""

    def assess(
        self, audio: np.ndarray, heard: Sequence[Word], options: AssessmentOptions
    ) -> Assessment | None:
        super().assess(audio, heard, options)
        words = options.reference.split()
        said = tuple(
            AssessedWord(word, 1.0 + at / 10, 1.1 + at / 10, 100.0, Miscue.NONE)
            for at, word in enumerate(words)
        )
        return replace(ASSESSMENT, words=said)


def said(text: str, start: float, end: float) -> list[Event]:
    """The events of one phrase, whose words last equally long."""
    found = phrase(text, start, end)
    names = text.lower().rstrip(".").split()
    step = (end - start) / len(names)
    words = tuple(
        Word(name, start + at * step, start + (at + 1) * step, 0.9) for at, name in enumerate(names)
    )
    best = replace(found.nbest[0], lexical_words=words)
    found = replace(found, nbest=(best, *found.nbest[1:]))
    return [
        Started(start),
        Draft(start, end, names[0], "en-US"),
        Ended(end),
        Final(Status.SUCCESS, start, end, found),
    ]


def context(**parameters: Any) -> dict[str, Any]:
    assessment = {
        "dimension": "Comprehensive",
        "gradingSystem": "HundredMark",
        "granularity": "Phoneme",
        **parameters,
    }
    options = ["WordTimings", "PronunciationAssessment", "SNR"]
    return {
        "phraseDetection": {
            "language": "en-us",
            "enrichment": {"pronunciationAssessment": assessment},
        },
        "phraseOutput": {"format": "Detailed", "detailed": {"options": options}},
    }


def phrases(messages: list[tuple[str, Any]]) -> list[Any]:
    """The phrases with words."""
    found = [body for path, body in messages if path == "speech.phrase"]
    return [body for body in found if body["RecognitionStatus"] == "Success"]


def test_a_phrase_has_nested_scores(start: Start) -> None:
    assessor = FakeAssessor()
    server = start(assessor=assessor)
    server.speech.live_events = said("Good hm.", 1.0, 2.0)
    with connected(server.address, CONVERSATION, server.anywhere.key1) as client:
        messages = client.recognise(
            wav(3.0), body=context(referenceText="Good morning.", enableMiscue=True)
        )
        words = client.recognise(wav(3.0), body=context(granularity="Word"))
        whole = client.recognise(wav(3.0), body=context(granularity="FullText"))
    assert paths(messages) == [
        "turn.start",
        "speech.startDetected",
        "speech.hypothesis",
        "speech.phrase",
        "speech.endDetected",
        "speech.phrase",
        "turn.end",
    ]
    (body,) = phrases(messages)
    assert body["SNR"] == 21.12346
    # The recogniser says 1 to 2 s, the words' sounds 0.95 to 2.2 s.
    assert (body["Offset"], body["Duration"]) == (9_500_000, 12_500_000)
    best = body["NBest"][0]
    assert best["PronunciationAssessment"] == {
        "AccuracyScore": 81.2,
        "FluencyScore": 90.0,
        "CompletenessScore": 50.0,
        "PronScore": 77.8,
    }
    good, morning, hm = best["Words"]
    # The assessor's times count from 0.3 s before the phrase.
    assert good["Offset"] == good["Phonemes"][0]["Offset"] == 9_500_000
    assert good["PronunciationAssessment"] == {"AccuracyScore": 86.0, "ErrorType": "None"}
    assert morning["PronunciationAssessment"]["ErrorType"] == "Omission"
    assert hm["PronunciationAssessment"]["ErrorType"] == "Insertion"
    assert "PronunciationAssessment" not in body["NBest"][1]
    assert "DisplayWords" in best
    assert "Phonemes" not in phrases(words)[0]["NBest"][0]["Words"][0]
    plain = phrases(whole)[0]["NBest"][0]
    assert [set(each) for each in plain["Words"]] == [{"Word", "Offset", "Duration"}] * 2
    assert plain["PronunciationAssessment"]["PronScore"] == 77.8
    samples, heard, options = assessor.asked[0]
    assert samples == 25_600
    assert [(word.text, round(word.start, 3)) for word in heard] == [("good", 0.3), ("hm", 0.8)]
    assert options == AssessmentOptions("Good morning.", miscue=True)
    assert [each[2].reference for each in assessor.asked[1:]] == ["", ""]


def test_each_phrase_is_assessed_against_what_it_reads(start: Start) -> None:
    assessor = Reader()
    server = start(assessor=assessor)
    server.speech.live_events = [
        *said("Good morning dear children.", 1.0, 2.0),
        *said("It is about", 4.0, 5.0),
    ]
    body = context(referenceText=TEXT, enableMiscue=True)
    with connected(server.address, CONVERSATION, server.anywhere.key1) as client:
        messages = client.recognise(wav(6.0), body=body)
        once = phrases(client.recognise(wav(6.0), body=context(referenceText=TEXT)))
    first, second = phrases(messages)
    assert [each[2].reference for each in assessor.asked[:2]] == [
        "Good morning, dear children.",
        "Today we read a story. It is about",
    ]
    told = [
        (word["Word"], word["PronunciationAssessment"]["ErrorType"])
        for word in second["NBest"][0]["Words"]
    ]
    assert told[-3:] == [("about", "None"), ("a", "Omission"), ("fox", "Omission")]
    assert len(first["NBest"][0]["Words"]) == 4
    # Without miscue the end is not told.
    assert once[1]["NBest"][0]["Words"][-1]["Word"] == "about"
    order = [path for path in paths(messages) if path in ("speech.hypothesis", "speech.phrase")]
    assert order == ["speech.hypothesis", "speech.phrase"] * 2 + ["speech.phrase"]


def test_one_phrase_alone_gets_the_whole_text(start: Start) -> None:
    assessor = Reader()
    server = start(assessor=assessor)
    server.speech.live_events = said("Good morning.", 0.2, 0.9)
    with connected(server.address, INTERACTIVE, server.anywhere.key1) as client:
        (body,) = phrases(client.recognise(wav(2.0), body=context(referenceText=TEXT)))
    assert assessor.asked[0][2].reference == TEXT
    assert len(body["NBest"][0]["Words"]) == len(TEXT.split())


def test_events_after_a_phrase_wait_for_its_scores(start: Start) -> None:
    assessor = FakeAssessor()
    assessor.hold.clear()
    server = start(assessor=assessor)
    server.speech.live_events = [*said("Good.", 0.5, 1.0), *said("Bad.", 1.5, 2.0)]
    with connected(server.address, CONVERSATION, server.anywhere.key1) as client:
        id = client.context(body=context())
        client.audio(id, wav(3.0))
        client.end(id)
        seen = [client.next()[0] for _ in range(3)]
        assert seen == ["turn.start", "speech.startDetected", "speech.hypothesis"]
        assessor.hold.set()
        rest = client.turn()
    assert [path for path, _ in rest if path != "speech.endDetected"] == [
        "speech.phrase",
        "speech.hypothesis",
        "speech.phrase",
        "speech.phrase",
        "turn.end",
    ]


@pytest.mark.parametrize(
    ("failure", "status"), [(ModelError("gone"), "Error"), (NothingToRead(), "BadRequest")]
)
def test_an_assessor_that_fails_ends_the_turn(
    start: Start, failure: Exception, status: str
) -> None:
    server = start(assessor=FakeAssessor(failure=failure))
    server.speech.live_events = said("Good.", 0.5, 1.0)
    with connected(server.address, CONVERSATION, server.anywhere.key1) as client:
        messages = client.recognise(wav(2.0), body=context(referenceText="Good."))
    assert messages[-1][0] == "turn.end"
    assert messages[-2][1]["RecognitionStatus"] == status
    assert str(failure) in messages[-2][1]["Message"]


def test_words_that_the_audio_does_not_bear_out_are_no_match(start: Start) -> None:
    server = start(assessor=FakeAssessor(result=None))
    server.speech.live_events = said("Good.", 0.5, 1.0)
    with connected(server.address, CONVERSATION, server.anywhere.key1) as client:
        messages = client.recognise(wav(2.0), body=context())
    statuses = [body["RecognitionStatus"] for path, body in messages if path == "speech.phrase"]
    assert statuses == ["NoMatch", "EndOfDictation"]


NOTHING_HEARD: list[Event] = [Started(1.0), Ended(2.0), Final(Status.NO_MATCH, 1.0, 2.0)]


def test_speech_without_words_is_assessed_where_it_is_the_whole_reading(start: Start) -> None:
    assessor = Reader()
    server = start(assessor=assessor)
    server.speech.live_events = NOTHING_HEARD
    with connected(server.address, INTERACTIVE, server.anywhere.key1) as client:
        asked = context(referenceText="Good morning.", enableMiscue=True)
        (body,) = phrases(client.recognise(wav(3.0), body=asked))
        assert body["DisplayText"] == "Good morning."
        assert (body["Offset"], body["Duration"]) == (17_000_000, 2_000_000)
        words = body["NBest"][0]["Words"]
        assert [word["Offset"] for word in words] == [17_000_000, 18_000_000]
        assert not phrases(client.recognise(wav(3.0), body=context(referenceText="")))
    with connected(server.address, CONVERSATION, server.anywhere.key1) as client:
        assert not phrases(client.recognise(wav(3.0), body=asked))
    assert [heard for _, heard, _ in assessor.asked] == [()]


def test_speech_without_words_that_does_not_fit_the_text_is_no_match(start: Start) -> None:
    assessor = FakeAssessor(result=None)
    server = start(assessor=assessor)
    server.speech.live_events = NOTHING_HEARD
    with connected(server.address, INTERACTIVE, server.anywhere.key1) as client:
        messages = client.recognise(wav(3.0), body=context(referenceText="Good morning."))
    statuses = [body["RecognitionStatus"] for path, body in messages if path == "speech.phrase"]
    assert statuses == ["NoMatch"]
    assert len(assessor.asked) == 1


def test_a_client_that_leaves_leaves_nothing_behind(start: Start) -> None:
    assessor = FakeAssessor()
    assessor.hold.clear()
    server = start(assessor=assessor)
    server.speech.live_events = said("Good.", 0.5, 1.0)
    with connected(server.address, CONVERSATION, server.anywhere.key1) as client:
        id = client.context(body=context())
        client.audio(id, wav(2.0))
        client.end(id)
        until = time.monotonic() + 30
        while not assessor.asked and time.monotonic() < until:
            time.sleep(0.05)
    assert server.speech.lives[-1].cancelled.wait(30)
    assessor.hold.set()
    with connected(server.address, CONVERSATION, server.anywhere.key1) as client:
        assert phrases(client.recognise(wav(2.0), body=context()))


def assessing(
    reel: Reel, assessor: FakeAssessor, ended: bool, told: list[Event | Scored]
) -> Assessing:
    metrics = Metrics("model")
    return Assessing(
        AssessmentRequest(AssessmentOptions(TEXT, miscue=True)),
        Assessments(assessor, metrics),
        reel,
        told.append,
        lambda: ended,
        once=False,
        continues=False,
    )


@pytest.fixture
def reel() -> Iterator[Reel]:
    """A minute of silence."""
    made = Reel()
    made.add(np.zeros(60 * 16000, np.float32))
    yield made
    made.close()


async def until(told: list[Event | Scored], count: int) -> None:
    async with asyncio.timeout(30):
        while len(told) < count:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


def test_audio_that_is_lost_ends_the_turn(reel: Reel) -> None:
    async def run() -> list[Event | Scored]:
        told: list[Event | Scored] = []
        reel.close()
        made = assessing(reel, FakeAssessor(), False, told)
        made.take(said("Good.", 0.5, 1.0)[-1])
        made.take(Finished(2.0))
        await until(told, 1)
        return told

    (failed,) = asyncio.run(run())
    assert isinstance(failed, Failed)
    assert isinstance(failed.error, AudioLost)


def test_speech_that_waits_for_its_scores_is_behind(reel: Reel) -> None:
    async def run() -> None:
        told: list[Event | Scored] = []
        assessor = FakeAssessor()
        assessor.hold.clear()
        made = assessing(reel, assessor, False, told)
        assert made.behind == 0
        for event in [*said("Good.", 0.5, 2.0), *said("Good.", 3.0, 6.0)]:
            made.take(event)
        assert made.behind == 4.5
        assessor.hold.set()
        await until(told, 8)
        assert made.behind == 0
        made.close()
        made.take(Finished(9.0))
        assert len(told) == 8

    asyncio.run(run())


def test_a_long_phrase_is_assessed_as_far_as_half_a_minute(reel: Reel) -> None:
    async def run() -> int:
        told: list[Event | Scored] = []
        assessor = FakeAssessor()
        made = assessing(reel, assessor, False, told)
        made.take(said("Good.", 5.0, 58.0)[-1])
        await until(told, 1)
        return assessor.asked[0][0]

    assert asyncio.run(run()) == 30 * 16000


def test_the_last_phrase_is_known_by_what_follows_it(reel: Reel) -> None:
    async def run(*, ended: bool) -> str:
        told: list[Event | Scored] = []
        assessor = Reader()
        made = assessing(reel, assessor, ended, told)
        made.take(said("Good morning", 0.5, 2.0)[-1])
        made.take(Finished(9.0))
        await until(told, 2)
        assert isinstance(told[0], Scored)
        return assessor.asked[0][2].reference

    assert asyncio.run(run(ended=True)) == TEXT
    # While audio still comes nobody knows.
    assert asyncio.run(run(ended=False)) == "Good morning,"


def refusal(server: Running, body: Any, **query: str) -> str:
    with connected(server.address, CONVERSATION, server.anywhere.key1, **query) as client:
        assert isinstance(client, Client)
        client.context(body=body)
        code, why = client.closed()
    assert code == 1007
    return why


def test_what_cannot_be_assessed_is_refused(start: Start) -> None:
    server = start(assessor=FakeAssessor())
    german = context()
    german["phraseDetection"]["language"] = "de-DE"
    assert refusal(server, german) == ("Pronunciation is assessed in en-US only, not in de-DE.")
    guessed = context()
    guessed["languageId"] = {"languages": ["en-US", "de-DE"]}
    assert "en-US only" in refusal(server, guessed)
    assert refusal(server, context(nbestPhonemeCount="all")) == (
        "pronunciationAssessment.NBestPhonemeCount must be a number from 0 to 39."
    )
    assert "has no word" in refusal(server, context(referenceText="..."))
