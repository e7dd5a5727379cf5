import pytest
from hypothesis import given
from hypothesis import strategies as st

from scriba.server.sdk import messages
from scriba.server.sdk.asked import Asked
from scriba.speech.forms import Forms
from scriba.speech.live_events import Draft, Final
from scriba.speech.results import Hypothesis, Phrase, Status


def found(display: str) -> Phrase:
    said = Hypothesis(0.5, Forms("damn", "damn", "****", display))
    return Phrase(1.0, 2.0, (said,), "en-US", 3)


@pytest.mark.parametrize("status", [Status.NO_MATCH, Status.INITIAL_SILENCE, Status.BABBLE])
def test_a_phrase_without_words(status: Status) -> None:
    body = messages.phrase(Final(status, 1.0, 2.5), Asked(format="detailed"))
    assert body["RecognitionStatus"] == status.value
    assert (body["Offset"], body["Duration"]) == (10000000, 15000000)
    assert body["DisplayText"] == ""
    assert "NBest" not in body


def test_speech_of_which_nothing_is_left_to_show_is_no_match() -> None:
    body = messages.phrase(Final(Status.SUCCESS, 1.0, 2.0, found("")), Asked(profanity="removed"))
    assert body["RecognitionStatus"] == "NoMatch"


def test_languages_and_speakers_stand_there_where_they_were_asked_for() -> None:
    final = Final(Status.SUCCESS, 1.0, 2.0, found("Damn."))
    plain = messages.phrase(final, Asked())
    assert not {"PrimaryLanguage", "SpeakerId"} & set(plain)
    told = messages.phrase(final, Asked(candidates=("en-US", "de-DE"), speakers=True))
    assert told["PrimaryLanguage"]["Language"] == "en-US"
    assert told["SpeakerId"] == "Guest-3"
    draft = messages.hypothesis(Draft(0.0, 1.0, "damn"), Asked(open_range=True, speakers=True))
    assert draft["SpeakerId"] == "Unknown"
    assert "PrimaryLanguage" not in draft


@given(st.integers(1, 192000 * 3600 * 4), st.sampled_from([8000, 16000, 22050, 44100, 48000]))
def test_the_acknowledgement_is_never_short_and_less_than_a_millisecond_long(
    samples: int, rate: int
) -> None:
    offset = messages.acknowledgement(samples / rate)["Offset"]
    assert offset % 10000 == 0
    # In whole numbers: the end of the audio is samples * 10^7 / rate.
    assert samples * 10**7 <= offset * rate < (samples * 10**7) + 10000 * rate
