"""Formats of audio, audio without words, long audio, and a microphone in a browser."""

import pytest

from ..server.live import Live
from .checks import check_events
from .client import AT_ONCE, CONTINUOUS, Client, missing
from .conftest import Ask
from .recordings import Recordings, word_errors


@pytest.mark.parametrize(
    ("name", "rate", "channels", "tag"),
    [
        ("en-mailbox-8k", 8000, 1, "pcm"),
        ("en-jfk-stereo", 44100, 2, "pcm"),
        ("en-mailbox-8k", 8000, 1, "mulaw"),
        ("en-mailbox-8k", 8000, 1, "alaw"),
    ],
)
def test_push_stream(
    ask: Ask, recordings: Recordings, name: str, rate: int, channels: int, tag: str
) -> None:
    heard = recordings.pushed(name, rate, channels, tag)
    told = ask(**heard.job, steps=CONTINUOUS, named_properties=AT_ONCE)
    check_events(told, heard.seconds)
    assert word_errors(heard.text, told.text) <= 0.15


def test_silence_once(ask: Ask, recordings: Recordings) -> None:
    told = ask(**recordings.joined("silence").job)
    (result,) = told.results("result")
    assert (result.fields["reason"], result.fields["why"]) == ("NoMatch", "InitialSilenceTimeout")
    assert "recognizing" not in told.names


def test_a_shorter_wait_for_speech(ask: Ask, recordings: Recordings) -> None:
    patience = {"SpeechServiceConnection_InitialSilenceTimeoutMs": "2000"}
    told = ask(**recordings.joined("silence").job, properties=patience)
    (result,) = told.results("result")
    assert (result.fields["reason"], result.fields["why"]) == ("NoMatch", "InitialSilenceTimeout")
    assert result.end < 4


@pytest.mark.parametrize("name", ["silence", "noise-room", "dial-tone"])
def test_no_words_where_none_are(ask: Ask, recordings: Recordings, name: str) -> None:
    heard = recordings.joined(name)
    told = ask(**heard.job, steps=CONTINUOUS, named_properties=AT_ONCE)
    assert not told.finals
    assert told.names.count("session_stopped") == 1
    assert [each["canceled"] for each in told.of("canceled")] == ["EndOfStream"]


def test_noise_once(ask: Ask, recordings: Recordings) -> None:
    (result,) = ask(**recordings.joined("noise-room").job).results("result")
    assert result.fields["reason"] == "NoMatch"


def test_hardly_any_audio(ask: Ask, recordings: Recordings) -> None:
    heard = recordings.pushed("en-seven-8k", 8000)
    told = ask(**{**heard.job, "chunk": 8}, steps=CONTINUOUS)
    assert told.names.count("session_stopped") == 1
    assert len(told.finals) <= 1


def test_a_longer_pause_joins_phrases(ask: Ask, recordings: Recordings) -> None:
    heard = recordings.joined("en-time", "en-brooklyn", pause=0.8)
    silences = [
        ask(
            **heard.job,
            steps=CONTINUOUS,
            properties={"Speech_SegmentationSilenceTimeoutMs": milliseconds},
        )
        for milliseconds in ("300", "2000")
    ]
    apart, together = (told.finals for told in silences)
    assert len(apart) == 2, apart
    assert len(together) == 1, together
    for told in silences:
        assert word_errors(heard.text, told.text) <= 0.3


def test_minutes(ask: Ask, recordings: Recordings) -> None:
    """Offsets stay exact, and nothing is lost or said twice. bench.hour has the hour."""
    one = recordings.joined("en-quilter", "en-wizard", pause=0.8)
    times = 4
    heard = recordings.repeated(("en-quilter", "en-wizard"), times)
    told = ask(**heard.job, steps=CONTINUOUS, named_properties=AT_ONCE, timeout=120)
    check_events(told, heard.seconds)
    assert word_errors(heard.text, told.text) <= 0.1
    begins = [each.start for each in told.finals if "Quilter" in each.text]
    assert len(begins) == times
    expected = [begins[0] + each * one.seconds for each in range(times)]
    assert begins == pytest.approx(expected, abs=0.25)


def test_microphone(live: Live, recordings: Recordings) -> None:
    """A page that listens to a microphone, which a file feeds."""
    if why := missing("browser"):
        pytest.skip(why)
    browser = Client("browser")
    heard = recordings.joined("en-quilter", pause=2)
    try:
        told = browser.run(
            {
                "host": f"ws://127.0.0.1:{live.port}",
                "key": live.key,
                "language": "en-US",
                "microphone": str(heard.path),
                "steps": [{"do": "continuous", "until": {"recognized": 1}}],
            }
        )
    finally:
        browser.close()
    assert word_errors(heard.text, told.text) <= 0.15, told
    check_events(told, told.events[-1]["t"] + 2)
