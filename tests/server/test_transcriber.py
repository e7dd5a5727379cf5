import io
import threading
import wave
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from scriba.errors import AudioTooLong, BadChannels, EmptyAudio, UnsupportedAudio
from scriba.resources.transcription import Speakers
from scriba.server import transcriber
from scriba.server.schemas.definition import Definition, Diarization
from scriba.server.transcriber import Stopped, Transcriber
from scriba.speech.audio import duration_of
from scriba.speech.phrase_list import PhraseList
from scriba.speech.results import Phrase
from scriba.speech.scheduler import Lane

from .conftest import wav
from .fakes import FakeSpeech


def stereo(seconds: float = 1.0) -> io.BytesIO:
    """Silence in channel 0, noise in channel 1."""
    noise = np.random.default_rng(0).integers(-9000, 9000, int(seconds * 16000))
    both = np.stack([np.zeros_like(noise), noise], axis=1).astype("<i2")
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setparams((2, 2, 16000, 0, "NONE", ""))
        writer.writeframes(both.tobytes())
    return file


def run(speech: FakeSpeech, definition: Definition, file: io.BytesIO) -> transcriber.Transcript:
    return Transcriber(speech, definition).run(file)


def test_all_channels_are_mixed_by_default() -> None:
    speech = FakeSpeech()
    found = run(speech, Definition(("en-US",)), stereo(1.5))
    assert [(channel, len(said)) for channel, said in found.channels] == [(None, 1)]
    assert found.seconds == pytest.approx(1.5)
    assert speech.heard[0].samples == 24000
    assert 0.1 < speech.heard[0].level < 0.2


def test_channels_are_heard_one_by_one() -> None:
    speech = FakeSpeech()
    found = run(speech, Definition(channels=(0, 1)), stereo())
    assert [channel for channel, _ in found.channels] == [0, 1]
    assert [heard.level > 0.2 for heard in speech.heard] == [False, True]


@pytest.mark.parametrize("channels", [(1,), (0, 1)])
def test_a_channel_that_is_not_there(channels: tuple[int, ...]) -> None:
    with pytest.raises(BadChannels, match="there is 1"):
        run(FakeSpeech(), Definition(channels=channels), io.BytesIO(wav()))


@pytest.mark.parametrize(
    ("locales", "language", "candidates"),
    [
        ((), None, ()),
        (("de-DE",), "de-DE", ()),
        (("de-DE", "en-US"), None, ("de-DE", "en-US")),
    ],
)
def test_what_the_recogniser_is_asked(
    locales: tuple[str, ...],
    language: str | None,
    candidates: tuple[str, ...],
) -> None:
    speech = FakeSpeech()
    phrases = PhraseList(("Contoso",), 1.5)
    run(speech, Definition(locales, "tags", phrase_list=phrases), io.BytesIO(wav()))
    asked = speech.heard[0].options
    assert (asked.language, asked.candidates) == (language, candidates)
    assert asked.identification == "continuous"
    assert (asked.profanity, asked.words, asked.lane) == ("tags", True, Lane.FAST)
    assert asked.phrases == phrases


class Alternating:
    """Every other phrase is another speaker's."""

    def __init__(self, speakers: Speakers) -> None:
        self.speakers = speakers
        self.samples = 0

    def feed(self, samples: np.ndarray) -> None:
        self.samples += samples.size

    def assign(self, phrases: Iterable[Phrase]) -> Iterator[Phrase]:
        for i, phrase in enumerate(phrases):
            yield replace(phrase, speaker=1 + i % 2)


def test_speakers_are_told_apart_from_the_same_samples() -> None:
    speech = FakeSpeech()
    speech.phrases *= 3
    made: list[Alternating] = []

    def diarize(speakers: Speakers) -> Alternating:
        made.append(Alternating(speakers))
        return made[-1]

    asked = Definition(diarization=Diarization(4))
    found = Transcriber(speech, asked, diarize).run(io.BytesIO(wav(2.0)))
    assert [phrase.speaker for phrase in found.channels[0][1]] == [1, 2, 1]
    assert made[0].speakers == Speakers(maximum=4)
    assert made[0].samples == speech.heard[0].samples == 32000


@pytest.mark.parametrize(
    ("data", "error"),
    [(b"", EmptyAudio), (b"text, not audio, whatever it says", UnsupportedAudio)],
)
def test_what_is_no_audio(data: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        run(FakeSpeech(), Definition(), io.BytesIO(data))


def test_a_recording_that_is_too_long_is_not_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transcriber, "MAX_SECONDS", 2.0)
    speech = FakeSpeech()
    with pytest.raises(AudioTooLong):
        run(speech, Definition(), io.BytesIO(wav(2.5)))
    assert speech.heard == []


def test_a_header_that_lies_is_not_believed(data: Path) -> None:
    recording = bytearray((data / "en-time.flac").read_bytes())
    # The number of samples stands in the last 36 bits before the checksum of STREAMINFO.
    at = recording.index(b"fLaC") + 4 + 4 + 13
    ten_hours = (10 * 3600 * 16000).to_bytes(5, "big")
    recording[at] = (recording[at] & 0xF0) | ten_hours[0]
    recording[at + 1 : at + 5] = ten_hours[1:]
    assert (duration_of(io.BytesIO(recording)) or 0) > transcriber.MAX_SECONDS
    speech = FakeSpeech()
    found = run(speech, Definition(), io.BytesIO(recording))
    assert 1 < found.seconds < 60
    assert len(speech.heard) == 1


def test_stopping() -> None:
    speech = FakeSpeech()
    speech.hold.clear()
    work = Transcriber(speech, Definition())
    failures: list[BaseException] = []

    def run_it() -> None:
        try:
            work.run(io.BytesIO(wav()))
        except Stopped as error:
            failures.append(error)

    thread = threading.Thread(target=run_it)
    thread.start()
    assert speech.begun.wait(10)
    work.stop()
    speech.hold.set()
    thread.join(10)
    assert len(failures) == 1
    assert speech.heard[0].ended.is_set()
