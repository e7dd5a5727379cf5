"""What one can ask of the Speech SDKs, each of it with the real SDK and real recordings."""

from itertools import pairwise

import pytest

from ..server.live import Live
from .checks import check_events
from .client import AT_ONCE, CONTINUOUS, Told
from .conftest import Ask
from .recordings import Recordings, word_errors


def test_once(ask: Ask, recordings: Recordings) -> None:
    heard = recordings.joined("en-quilter")
    told = ask(**heard.job)
    (result,) = told.results("result")
    assert result.fields["reason"] == "RecognizedSpeech"
    assert word_errors(heard.text, result.text) <= 0.1
    assert result.text[0].isupper()
    assert result.text.endswith(".")
    assert result.fields["json"]["RecognitionStatus"] == "Success"
    check_events(told, heard.seconds)


def test_once_hears_one_phrase_of_two(ask: Ask, recordings: Recordings) -> None:
    heard = recordings.joined("en-brooklyn", "en-wizard")
    (result,) = ask(**heard.job).results("result")
    assert word_errors(recordings.text("en-brooklyn"), result.text) <= 0.2
    assert result.end < 4


def test_continuous(ask: Ask, recordings: Recordings) -> None:
    heard = recordings.joined("en-quilter", "en-wizard")
    told = ask(**heard.job, steps=CONTINUOUS)
    check_events(told, heard.seconds)
    assert word_errors(heard.text, told.text) <= 0.1
    assert len(told.finals) >= 2
    # The second sentence begins after the first one and the pause.
    assert any(abs(each.start - 7.4) < 1 for each in told.finals), told
    assert [each["canceled"] for each in told.of("canceled")] == ["EndOfStream"]


def test_dictation(ask: Ask, recordings: Recordings) -> None:
    heard = recordings.joined("en-dictated")
    told = ask(**heard.job, dictation=True, steps=CONTINUOUS)
    assert told.text == "Please call me tomorrow?"
    check_events(told, heard.seconds)
    undictated = ask(**heard.job, steps=CONTINUOUS)
    assert "question mark" in undictated.text.lower()


def test_detailed_with_word_times(ask: Ask, recordings: Recordings) -> None:
    heard = recordings.joined("en-time", "en-quilter")
    told = ask(**heard.job, detailed=True, words=True, steps=CONTINUOUS)
    check_events(told, heard.seconds)
    for final in told.finals:
        body = final.fields["json"]
        best = body["NBest"][0]
        assert set(best) >= {"Confidence", "Lexical", "ITN", "MaskedITN", "Display", "Words"}
        assert all(0 <= each["Confidence"] <= 1 for each in body["NBest"])
        assert final.text == best["Display"]
        words = best["Words"]
        assert [each["Word"] for each in words] == best["Lexical"].split()
        times = [(each["Offset"], each["Offset"] + each["Duration"]) for each in words]
        assert all(start < end for start, end in times)
        assert all(one[1] <= other[0] for one, other in pairwise(times))
        assert times[0][0] >= body["Offset"]
        assert times[-1][1] <= body["Offset"] + body["Duration"]
    time = told.finals[0].fields["json"]["NBest"][0]
    assert time["Lexical"] == "two thirty p m"
    assert "2:30" in time["Display"]
    assert any(
        each["Word"] == "apostle" for each in told.finals[-1].fields["json"]["NBest"][0]["Words"]
    )


@pytest.mark.parametrize(
    ("option", "ending"),
    [
        ("Raw", "ending was shit."),
        ("Masked", "ending was ****."),
        ("Removed", "ending was."),
    ],
)
def test_profanity(ask: Ask, recordings: Recordings, option: str, ending: str) -> None:
    told = ask(**recordings.joined("en-swearing").job, profanity=option)
    (result,) = told.results("result")
    assert result.text.endswith(ending), told
    drafts = " ".join(each.text for each in told.results("recognizing"))
    assert option == "Raw" or "shit" not in drafts, told


def test_phrase_list(ask: Ask, recordings: Recordings) -> None:
    heard = recordings.joined("en-quilter").job
    (plain,) = ask(**heard).results("result")
    (listed,) = ask(**heard, phrases=["Contoso", "Kwilter"]).results("result")
    assert "Mr. Quilter" in plain.text
    assert listed.text == plain.text.replace("Quilter", "Kwilter")


def test_weight_of_a_phrase_list(ask: Ask, recordings: Recordings) -> None:
    heard = recordings.joined("en-brooklyn").job
    (light,) = ask(**heard, phrases=["Brookline"], weight=0.5).results("result")
    (heavy,) = ask(**heard, phrases=["Brookline"], weight=2.0).results("result")
    assert "Brooklyn" in light.text
    assert "Brookline" in heavy.text


@pytest.mark.parametrize(("name", "language"), [("de-kerstin", "de-DE"), ("en-wizard", "en-US")])
def test_language_at_start(ask: Ask, recordings: Recordings, name: str, language: str) -> None:
    heard = recordings.joined(name)
    (result,) = ask(**heard.job, candidates=["en-US", "de-DE", "fr-FR"]).results("result")
    assert result.fields["language"] == language
    assert word_errors(heard.text, result.text, language) <= 0.2


def test_language_continuous(ask: Ask, recordings: Recordings) -> None:
    names = ["de-kerstin", "en-wizard", "fr-consulat"]
    languages = ["de-DE", "en-US", "fr-FR"]
    heard = recordings.joined(*names)
    told = ask(
        **heard.job,
        candidates=["en-US", "de-DE", "fr-FR"],
        identification="continuous",
        steps=CONTINUOUS,
        named_properties=AT_ONCE,
    )
    texts: dict[str, str] = {}
    for final in told.finals:
        language = final.fields["language"]
        texts[language] = f"{texts.get(language, '')} {final.text}"
    assert list(texts) == languages, told
    for name, language in (
        ("de-kerstin", "de-DE"),
        ("en-wizard", "en-US"),
        ("fr-consulat", "fr-FR"),
    ):
        assert word_errors(recordings.text(name), texts[language], language) <= 0.3


def test_conversation_transcriber(ask: Ask, recordings: Recordings) -> None:
    names = ("en-hale", "en-jfk-stereo", "en-wizard", "en-hale", "en-jfk-stereo")
    heard = recordings.joined(*names, pause=1.0, loudness=0.06)
    told = ask(kind="transcriber", **heard.job, steps=CONTINUOUS, named_properties=AT_ONCE)
    check_events(told, heard.seconds)
    assert word_errors(heard.text, told.text) <= 0.15
    assert [_speaker(told, word) for word in ("Margaret", "Americans")] == ["Guest-1", "Guest-2"]
    # Who speaks again is who he was.
    assert _speaker(told, "Margaret", last=True) == "Guest-1"
    assert _speaker(told, "Americans", last=True) == "Guest-2"


def _speaker(told: Told, word: str, *, last: bool = False) -> str:
    found = [each.fields["speaker"] for each in told.finals if word in each.text]
    return str(found[-1 if last else 0])


def test_compare_with_short_audio(ask: Ask, recordings: Recordings, live: Live) -> None:
    """The same words as those of one request with the whole recording."""
    heard = recordings.joined("en-hale")
    whole = live.post(heard.path.read_bytes()).json()["DisplayText"]
    told = ask(**heard.job, steps=CONTINUOUS, named_properties=AT_ONCE)
    check_events(told, heard.seconds)
    assert word_errors(whole, told.text) <= 0.1
