"""Short audio with Pronunciation-Assessment; the assessor says what a test lays out."""

import base64
import json
import time
from dataclasses import replace
from typing import Any

import pytest
import requests

from scriba.errors import ModelError
from scriba.pronunciation.assessment import AssessmentOptions
from scriba.server import assessments
from scriba.speech.forms import Forms
from scriba.speech.results import Hypothesis, Phrase, Recognition, Status, Word

from .conftest import Running, Start, wav
from .fakes import FakeAssessor

HEADER = "Pronunciation-Assessment"
WORDS = (Word("good", 0.25, 0.6, 0.9), Word("hm", 1.1, 1.5, 0.9))


def header(**parameters: Any) -> str:
    return base64.b64encode(json.dumps(parameters).encode()).decode()


@pytest.fixture
def assessor() -> FakeAssessor:
    return FakeAssessor()


@pytest.fixture
def assessing(start: Start, assessor: FakeAssessor) -> Running:
    """A server that hears "Good hm." and assesses."""
    server = start(assessor=assessor)
    said = Hypothesis(0.9, Forms("good hm", "good hm", "good hm", "Good hm."), (), WORDS)
    other = Hypothesis(0.5, Forms("hood", "hood", "hood", "Hood."))
    phrase = Phrase(0.25, 1.5, (said, other))
    server.speech.result = Recognition(Status.SUCCESS, 1.0, (phrase,), (0.25, 1.5))
    return server


def ask(server: Running, value: str | None = None, **options: Any) -> requests.Response:
    headers = {"Ocp-Apim-Subscription-Key": server.anywhere.key1, HEADER: value or header()}
    return server.post(headers=headers, **options)


def test_the_answer_is_flat_and_detailed_whatever_the_format(assessing: Running) -> None:
    value = header(
        ReferenceText="Good morning.",
        GradingSystem="HundredMark",
        Granularity="Word",
        Dimension="Comprehensive",
    )
    answer = ask(assessing, value)
    assert answer.status_code == 200
    body = answer.json()
    assert list(body) == [
        "RecognitionStatus", "Offset", "Duration", "DisplayText", "SNR", "NBest"
    ]  # fmt: skip
    assert body["SNR"] == 21.12346
    best, other = body["NBest"]
    assert best["Display"] == "Good hm."
    assert other == {
        "Confidence": 0.5, "Lexical": "hood", "ITN": "hood", "MaskedITN": "hood", "Display": "Hood."
    }  # fmt: skip
    scores = {name: value for name, value in best.items() if name.endswith("Score")}
    assert scores == {
        "AccuracyScore": 81.2,
        "FluencyScore": 90.0,
        "CompletenessScore": 50.0,
        "PronScore": 77.8,
    }
    assert best["Words"] == [
        {
            "Word": "Good",
            "Offset": 2_500_000,
            "Duration": 3_500_000,
            "AccuracyScore": 86.0,
            "ErrorType": "None",
        },
        {
            "Word": "morning",
            "Offset": 6_000_000,
            "Duration": 0,
            "AccuracyScore": 0.0,
            "ErrorType": "Omission",
        },
        {
            "Word": "hm",
            "Offset": 11_000_000,
            "Duration": 4_000_000,
            "AccuracyScore": 40.0,
            "ErrorType": "Insertion",
        },
    ]


def test_the_phrase_holds_the_words_that_the_sounds_time(assessing: Running) -> None:
    result = assessing.speech.result
    short = replace(result.phrases[0], start=0.4, end=1.2)
    assessing.speech.result = replace(result, phrases=(short,))
    body = ask(assessing, header(ReferenceText="Good morning.")).json()
    assert (body["Offset"], body["Duration"]) == (2_500_000, 12_500_000)


def test_the_assessor_gets_all_audio_the_lexical_words_and_what_was_asked(
    assessing: Running, assessor: FakeAssessor
) -> None:
    value = header(
        ReferenceText=" Good morning. ",
        EnableMiscue="True",
        EnableProsodyAssessment=True,
        NBestPhonemeCount="3",
    )
    assert ask(assessing, value, data=wav(2.5)).status_code == 200
    assert assessing.speech.streams[-1].words
    ((samples, heard, options),) = assessor.asked
    assert samples == 40_000
    assert heard == WORDS
    assert options == AssessmentOptions("Good morning.", True, True, 3)


def test_without_the_header_nothing_is_assessed(assessing: Running, assessor: FakeAssessor) -> None:
    body = assessing.post(params={"language": "en-US", "format": "detailed"}).json()
    assert "SNR" not in body
    assert "Words" not in body["NBest"][0]
    assert not assessing.speech.streams[-1].words
    assert assessor.asked == []


def test_what_is_malformed_is_refused_before_the_body_is_read(assessing: Running) -> None:
    for value, said in (
        (header(Granularity="Letter"), "Granularity must be one of: Phoneme, Word, FullText"),
        ("!!!", "is not base64"),
    ):
        answer = ask(assessing, value)
        assert answer.status_code == 400
        assert HEADER in answer.json()["Message"]
        assert said in answer.json()["Message"]
    assert assessing.speech.streams == []


def test_a_header_that_is_sent_twice_is_refused(assessing: Running) -> None:
    data = wav()
    head = assessing.head(
        f"{HEADER}: e30=", f"{HEADER}: e30=", f"Content-Length: {len(data)}", "Connection: close"
    )
    answer = assessing.raw(head + data)
    assert answer.startswith(b"HTTP/1.1 400")
    assert b"2 times" in answer


def test_other_languages_are_refused(assessing: Running) -> None:
    for language in ("en-GB", "de-DE"):
        answer = ask(assessing, params={"language": language})
        assert answer.status_code == 400
        assert answer.json()["Message"] == (
            f"Pronunciation is assessed in en-US only, not in {language}."
        )


def test_without_an_assessor_it_is_refused(server: Running) -> None:
    answer = ask(server)
    assert answer.status_code == 400
    assert "not available" in answer.json()["Message"]


def test_at_most_thirty_seconds(assessing: Running, assessor: FakeAssessor) -> None:
    assert ask(assessing, data=wav(30.0)).status_code == 200
    answer = ask(assessing, data=wav(30.5))
    assert answer.status_code == 400
    assert "30" in answer.json()["Message"]
    assert len(assessor.asked) == 1
    assert assessing.post(data=wav(30.5)).status_code == 200


def test_where_nothing_is_said_nothing_is_scored(
    assessing: Running, assessor: FakeAssessor
) -> None:
    for status in (Status.NO_MATCH, Status.INITIAL_SILENCE, Status.BABBLE):
        assessing.speech.result = Recognition(status, 1.0)
        body = ask(assessing).json()
        assert set(body) == {"RecognitionStatus", "Offset", "Duration"}
        assert body["RecognitionStatus"] == str(status)
    assert assessor.asked == []


def test_words_that_the_audio_does_not_bear_out_are_no_match(
    assessing: Running, assessor: FakeAssessor
) -> None:
    assessor.result = None
    body = ask(assessing).json()
    assert set(body) == {"RecognitionStatus", "Offset", "Duration"}
    assert body["RecognitionStatus"] == "NoMatch"


def test_an_assessor_that_fails_is_no_success(assessing: Running, assessor: FakeAssessor) -> None:
    assessor.failure = ModelError("the weights are gone")
    answer = ask(assessing)
    assert answer.status_code == 500
    assert "the weights are gone" in answer.json()["Message"]
    assessor.failure = None
    assert ask(assessing).status_code == 200


def test_there_is_a_limit_to_what_waits(
    start: Start, assessor: FakeAssessor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assessments.Assessments.__init__, "__defaults__", (0,))
    full = start(assessor=assessor)
    answer = ask(full)
    assert answer.status_code == 429
    assert "Retry-After" in answer.headers
    assert full.post().status_code == 200


def test_who_leaves_gives_the_place_back(assessing: Running, assessor: FakeAssessor) -> None:
    assessor.hold.clear()
    data = wav()
    head = assessing.head(f"{HEADER}: e30=", f"Content-Length: {len(data)}")
    assessing.raw(head + data, seconds=2.0)
    stream = assessing.speech.streams[-1]
    assert stream.cancelled.wait(20)
    assessor.hold.set()
    assert ask(assessing).status_code == 200


def test_assessments_are_counted(assessing: Running) -> None:
    ask(assessing)
    until = time.monotonic() + 20
    text = ""
    while "assessment_seconds_count 1.0" not in text and time.monotonic() < until:
        text = assessing.get("/metrics").text
    assert 'scriba_assessments_total{outcome="done"} 1.0' in text
    assert "scriba_assessment_seconds_count 1.0" in text
