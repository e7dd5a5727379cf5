"""Pronunciation assessment with the real SDKs, and the same with requests."""

import base64
import json
from typing import Any

import pytest
import requests

from ..server.live import SHORT, Live
from .client import ASKED, AT_ONCE, CONTINUOUS
from .conftest import Ask
from .recordings import Recordings


def sentence(text: str) -> str:
    """A text of capitals as people write it."""
    return f"{text.capitalize()}."


def plain(text: str) -> list[str]:
    return ["".join(char for char in word.lower() if char.isalnum()) for word in text.split()]


def errors(scores: Any) -> list[tuple[str, str]]:
    return [(word["word"], word["error"]) for word in scores["words"] if word["error"] != "None"]


def in_words(word: dict[str, Any]) -> bool:
    """Whether a word has syllables and phones."""
    return bool(word["phonemes"]) and bool(word["syllables"])


@pytest.mark.parametrize("granularity", ["Phoneme", "Word", "FullText"])
def test_every_granularity(ask: Ask, recordings: Recordings, granularity: str) -> None:
    heard = recordings.joined("en-quilter")
    asked = {**ASKED, "text": sentence(heard.text), "granularity": granularity, "miscue": True}
    (result,) = ask(**heard.job, assessment=asked).results("result")
    scores = result.fields["scores"]
    for name in ("accuracy", "fluency", "completeness", "total"):
        assert 50 < scores[name] <= 100, (name, scores)
    assert scores["prosody"] is None
    assert result.fields["json"]["SNR"] > 10
    words = scores["words"]
    if granularity == "FullText":
        assert all(word["accuracy"] is None for word in words)
        return
    assert [each for word in words for each in plain(word["word"])] == plain(heard.text)
    assert errors(scores) == []
    assert all(60 <= word["accuracy"] <= 100 for word in words)
    assert [in_words(word) for word in words] == [granularity == "Phoneme"] * len(words)


def test_everything_that_can_be_asked(ask: Ask, recordings: Recordings) -> None:
    heard = recordings.joined("en-quilter")
    asked = {
        **ASKED,
        "text": sentence(heard.text),
        "grading": "FivePoint",
        "prosody": True,
        "alphabet": "IPA",
        "rivals": 3,
    }
    (result,) = ask(**heard.job, assessment=asked).results("result")
    scores = result.fields["scores"]
    for name in ("accuracy", "fluency", "completeness", "prosody", "total"):
        assert 2 < scores[name] <= 5, (name, scores)
    first = scores["words"][0]
    assert all(len(each["rivals"]) == 3 for each in first["phonemes"])
    syllables = [each[0] for word in scores["words"] for each in word["syllables"]]
    assert not all(each.isascii() for each in syllables)
    assert "".join(each[1] for each in first["syllables"]).lower() == first["word"].lower()
    body = result.fields["json"]["NBest"][0]["Words"][0]
    prosody = body["PronunciationAssessment"]["Feedback"]["Prosody"]
    assert prosody["Break"]["ErrorTypes"]
    assert body["Offset"] == body["Phonemes"][0]["Offset"] >= result.fields["json"]["Offset"]


def test_without_a_text_what_was_said_is_assessed(ask: Ask, recordings: Recordings) -> None:
    heard = recordings.joined("en-quilter")
    (result,) = ask(**heard.job, assessment={**ASKED, "miscue": True}).results("result")
    scores = result.fields["scores"]
    assert scores["total"] > 50
    assert {error for _, error in errors(scores)} <= {"Mispronunciation"}
    assert " ".join(word["word"] for word in scores["words"]).lower().startswith("mister quilter")


def test_what_was_not_read_is_told_once(ask: Ask, recordings: Recordings) -> None:
    heard = recordings.joined("en-quilter", "en-wizard")
    first = sentence(recordings.text("en-quilter"))
    second = sentence(recordings.text("en-wizard"))
    skipped = "Nobody had expected anything else of either"
    text = f"{first} {skipped}. {second} So it ended happily for everybody."
    told = ask(
        **heard.job,
        assessment={**ASKED, "text": text, "granularity": "Word", "miscue": True},
        steps=CONTINUOUS,
        named_properties=AT_ONCE,
    )
    found = [final.fields["scores"] for final in told.finals]
    words = [each for scores in found for word in scores["words"] for each in plain(word["word"])]
    assert words == plain(text)
    omitted = [word for scores in found for word, error in errors(scores) if error == "Omission"]
    assert " ".join(omitted) == f"{skipped} So it ended happily for everybody"
    assert [error for scores in found for _, error in errors(scores)] == ["Omission"] * 13


def test_silence_has_no_scores(ask: Ask, recordings: Recordings) -> None:
    heard = recordings.joined("silence")
    (result,) = ask(**heard.job, assessment={**ASKED, "text": "Good morning."}).results("result")
    assert result.fields["reason"] == "NoMatch"
    assert "PronunciationAssessment" not in json.dumps(result.fields["json"])


def test_short_audio_gives_the_same_scores(live: Live, recordings: Recordings) -> None:
    heard = recordings.joined("en-quilter")
    text = sentence(heard.text).replace("Mister", "Mr.")

    def post(data: bytes | None = None, **parameters: Any) -> Any:
        asked = {"ReferenceText": text, "Dimension": "Comprehensive", **parameters}
        answer = requests.post(
            live.address + SHORT,
            params={"language": "en-US"},
            headers={
                "Ocp-Apim-Subscription-Key": live.key,
                "Pronunciation-Assessment": base64.b64encode(json.dumps(asked).encode()).decode(),
            },
            data=heard.path.read_bytes() if data is None else data,
            timeout=120,
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    body = post(GradingSystem="HundredMark", EnableProsodyAssessment=True)
    best = body["NBest"][0]
    assert best["PronScore"] > 50
    assert best["ProsodyScore"] > 50
    assert [each for word in best["Words"] for each in plain(word["Word"])] == plain(text)
    assert all(word["Syllables"] and word["Phonemes"] for word in best["Words"])
    assert "Feedback" in best["Words"][0]
    assert post(GradingSystem="HundredMark", EnableProsodyAssessment=True) == body
    five = post()["NBest"][0]
    assert abs(five["PronScore"] * 20 - best["PronScore"]) <= 0.15
    wrong = post(ReferenceText="A completely different sentence about cooking rice at home.")
    assert wrong["NBest"][0]["PronScore"] < five["PronScore"] / 2
    silent = post((recordings.joined("silence")).path.read_bytes())
    assert set(silent) == {"RecognitionStatus", "Offset", "Duration"}
