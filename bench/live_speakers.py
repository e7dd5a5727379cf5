"""Speakers told apart while a stream goes on, beside the same phrases with offline turns.

Part of `bench.diarization --live`. The recogniser's phrases are what both ways give speakers to;
they are found once and kept in a file beside the other results (`bench/out`).
"""

import hashlib
import pickle
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from scipy.optimize import linear_sum_assignment

from bench.conversations import Conversation
from scriba.settings import load_settings
from scriba.speech import Options, Recognizer
from scriba.speech.catalogue import find
from scriba.speech.diarization import LiveSpeakers, Turn, assign
from scriba.speech.diarization.assignment import split
from scriba.speech.fetch import fetch
from scriba.speech.live import LIVE
from scriba.speech.resample import SAMPLE_RATE
from scriba.speech.results import Phrase, Word
from scriba.speech.segments import Segment, Segmenter

Fed = list[tuple[Segment, Phrase]]
"""Phrases as a stream finds them, each with its audio."""

KEPT = Path(__file__).with_name("out") / "phrases"


@dataclass(frozen=True)
class Words:
    """How many words of a conversation were given to the right speaker, and how many to any."""

    right: int
    all: int
    speakers: int


@dataclass(frozen=True)
class Guesses:
    """Drafts of a conversation: how many there were, were guessed, and agreed with the final."""

    all: int
    told: int
    agreed: int


def heard(conversations: list[Conversation]) -> list[list[Phrase]]:
    """The recogniser's phrases of each conversation, taken for English."""
    KEPT.mkdir(parents=True, exist_ok=True)
    recognizer: Recognizer | None = None
    found = []
    for each in conversations:
        # Not hostile: this benchmark writes it and nobody else does.
        kept = KEPT / f"{hashlib.sha256(each.samples.tobytes()).hexdigest()[:24]}.pickle"
        if not kept.exists():
            if recognizer is None:
                recognizer = Recognizer(fetch(find("base"), load_settings().model_dir))
            options = Options(language="en-US", words=True)
            phrases = list(recognizer.transcribe(_blocks(each), options))
            kept.write_bytes(pickle.dumps(phrases))
        found.append(pickle.loads(kept.read_bytes()))
    if recognizer is not None:
        recognizer.close()
    return found


def _blocks(conversation: Conversation) -> Iterator[np.ndarray]:
    for first in range(0, len(conversation.samples), SAMPLE_RATE):
        yield conversation.samples[first : first + SAMPLE_RATE]


def fed(conversation: Conversation, phrases: list[Phrase]) -> Fed:
    """The phrases with the audio of their segments, cut where live recognition cuts them."""
    segmenter = Segmenter(LIVE)
    segments = [each for block in _blocks(conversation) for each in segmenter.feed(block)]
    segments += segmenter.finish()
    turns = [Turn(*each.speech, number) for number, each in enumerate(segments)]
    return [
        (segment, replace(part, start=segment.speech[0], end=segment.speech[1], speaker=None))
        for part in split(phrases, turns)
        if (segment := segments[part.speaker or 0])
    ]


def live(audio: Fed, make: Callable[[], LiveSpeakers] = LiveSpeakers) -> list[Phrase]:
    """The phrases with the speakers that were told while the stream went on."""
    speakers = make()
    return [
        part
        for segment, phrase in audio
        for part in speakers.assign(segment.audio, segment.offset, phrase)
    ]


def offline(phrases: Fed, turns: list[Turn]) -> list[Phrase]:
    return list(assign([phrase for _, phrase in phrases], turns))


def guesses(audio: Fed, make: Callable[[], LiveSpeakers] = LiveSpeakers) -> Guesses:
    """A draft each half second of a phrase, compared with who speaks last in it by the final."""
    speakers = make()
    made, told, agreed = 0, 0, 0
    for segment, phrase in audio:
        drafts = [
            (at, speakers.guess(segment.audio[:at]))
            for at in range(SAMPLE_RATE, len(segment.audio), SAMPLE_RATE // 2)
        ]
        words = spoken(speakers.assign(segment.audio, segment.offset, phrase))
        for at, guess in drafts:
            before = [s for word, s in words if word.start <= segment.offset + at / SAMPLE_RATE]
            made += 1
            told += guess is not None
            agreed += guess is not None and before[-1:] == [guess]
    return Guesses(made, told, agreed)


def spoken(phrases: list[Phrase]) -> list[tuple[Word, int]]:
    """The words and their speakers."""
    return [(word, phrase.speaker or 0) for phrase in phrases for word in phrase.best.words]


def counted(conversation: Conversation, phrases: list[Phrase]) -> Words:
    """Words whose speaker is one of those who speak in the middle of it by the reference.

    Numbers stand for the names that make most words right. Words where nobody speaks are left out.
    """
    names = sorted({name for _, _, name in conversation.turns})
    words = []
    for word, number in spoken(phrases):
        middle = (word.start + word.end) / 2
        speaking = {name for start, end, name in conversation.turns if start <= middle <= end}
        if speaking:
            words.append((number, speaking))
    numbers = sorted({number for number, _ in words})
    shared = np.array(
        [[sum(n == number and name in s for n, s in words) for number in numbers] for name in names]
    ).reshape(len(names), len(numbers))
    right = int(shared[linear_sum_assignment(-shared)].sum())
    return Words(right, len(words), len(numbers))


def turns_of(phrases: list[Phrase], gap: float = 0.5) -> list[Turn]:
    """Turns made of words: those of one speaker, one after the other, up to `gap` apart."""
    made: list[Turn] = []
    for word, number in spoken(phrases):
        if made and made[-1].speaker == number and word.start - made[-1].end <= gap:
            made[-1] = replace(made[-1], end=max(made[-1].end, word.end))
        else:
            made.append(Turn(word.start, word.end, number))
    return made


def cost(conversations: list[Conversation], audio: list[Fed]) -> float:
    """Seconds of a core for each second of a stream."""
    LiveSpeakers()
    began = time.process_time()
    for each in audio:
        live(each)
    taken = time.process_time() - began
    return taken / sum(len(each.samples) / SAMPLE_RATE for each in conversations)
