"""Recordings in which voices, languages or noise meet, with what is said in them when.

Put together from rows of one part, the same ones each time; those of `data/speech` as they are.
"""

import json
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import numpy as np

from bench.baseline import spoken
from bench.conversations import telephone
from bench.data import Row, load, speech_rows, split
from scriba.speech.resample import SAMPLE_RATE, Samples


@dataclass(frozen=True)
class Turn:
    """What is said from `start` to `end`, by whom, in which language and channel."""

    start: float
    end: float
    text: str
    locale: str
    speaker: str
    channel: int = 0


@dataclass(frozen=True)
class Recording:
    """Samples (channels, samples) at 16 kHz and the turns in them."""

    name: str
    samples: np.ndarray
    turns: tuple[Turn, ...]

    @property
    def mixed(self) -> "Recording":
        """All in one channel."""
        return Recording(self.name, self.samples.mean(axis=0, keepdims=True), self.turns)


def _described(data: Path, part: str) -> Iterator[tuple[Row, dict[str, Any]]]:
    """Rows whose turns are known, with all that the manifest says of them."""
    lines = (data / "speech" / "manifest.jsonl").read_text("utf-8").splitlines()
    known = {each["path"]: each for each in map(json.loads, lines)}
    for row in split(speech_rows(data), part):
        if known[row.id].get("turns"):
            yield row, known[row.id]


def _turns(row: Row, about: dict[str, Any]) -> tuple[Turn, ...]:
    return tuple(
        Turn(
            each["start"],
            each["start"] + each["duration"],
            each["text"],
            each.get("locale", row.locale),
            each.get("speaker", ""),
            each.get("channel", 0),
        )
        for each in about["turns"]
    )


def calls(data: Path, part: str, count: int) -> Iterator[Recording]:
    """Stereo calls: those with a reference, then constructed ones."""
    rows = speech_rows(data)
    for row, about in _described(data, part):
        if about.get("stereo"):
            yield Recording(row.path.stem, stereo(row.path), _turns(row, about))
    people: dict[str, list[Row]] = defaultdict(list)
    for row in split(rows, part):
        sentence = row.set in ("librispeech_test_other", "librispeech_misc", "ljspeech")
        if sentence and row.text and row.speaker and row.seconds < 16:
            people[row.speaker].append(row)
    able = sorted(name for name, own in people.items() if len(own) >= 4)
    for number in range(count if len(able) > 1 else 0):
        draw = random.Random(f"call {number}")
        two = draw.sample(able, 2)
        waiting = [draw.sample(people[name], min(6, len(people[name]))) for name in two]
        yield _call(f"constructed {number}", waiting, draw)


def stereo(path: Path) -> np.ndarray:
    """Both channels of a file (2, samples) at 16 kHz."""
    resampler = av.AudioResampler(format="fltp", layout="stereo", rate=SAMPLE_RATE)
    with av.open(str(path)) as container:
        frames = [f for frame in container.decode(audio=0) for f in resampler.resample(frame)]
    frames += resampler.resample(None)
    return np.concatenate([frame.to_ndarray() for frame in frames], axis=1).astype(np.float32)


def _call(name: str, waiting: list[list[Row]], draw: random.Random) -> Recording:
    pieces: list[tuple[int, int, Samples]] = []
    turns: list[Turn] = []
    at, who = 0.5, 0
    while any(waiting):
        who = who if waiting[who] else 1 - who
        row = waiting[who].pop()
        samples = load(row.path)
        begin = max(0.0, at + draw.uniform(-0.5, 1.0))
        # Nobody interrupts himself.
        own = max((t.end for t in turns if t.channel == who), default=0.0)
        begin = max(begin, own + 0.2)
        end = begin + len(samples) / SAMPLE_RATE
        turns.append(Turn(begin, end, row.text or "", row.locale, row.speaker or "", who))
        pieces.append((who, int(begin * SAMPLE_RATE), samples))
        at = max(at, end)
        who = 1 - who if draw.random() < 0.7 else who
    whole = np.zeros((2, int((at + 0.5) * SAMPLE_RATE)), np.float32)
    for channel, first, samples in pieces:
        whole[channel, first : first + len(samples)] += samples
    whole = np.stack([telephone(each) for each in whole])
    return Recording(name, whole, tuple(turns))


def languages(data: Path, part: str, count: int) -> Iterator[Recording]:
    """The recordings of several languages with a reference, then constructed ones."""
    for row, about in _described(data, part):
        if row.locale == "multi":
            yield Recording(row.path.stem, load(row.path)[None], _turns(row, about))
    rows = split(speech_rows(data), part)
    pool: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row.text and "-" in row.locale and "+" not in row.locale and 2.0 <= row.seconds <= 16.0:
            each = spoken(row)
            if each is not None and row.set != "yesno_he":
                pool[each.whisper].append(row)
    able = sorted(code for code, own in pool.items() if len(own) >= 6)
    for number in range(count):
        draw = random.Random(f"languages {number}")
        chosen = draw.sample(able, min(3, len(able)))
        parts = []
        for code in (chosen * 3)[:6]:
            parts += draw.sample([r for r in pool[code] if r not in parts], draw.randint(1, 3))
        yield joined(f"constructed {number}", parts, 0.6)


def telephones(data: Path, part: str, utterances: int) -> Iterator[Recording]:
    """Prompts of a telephone system, a recording for each language."""
    pool: dict[str, list[Row]] = defaultdict(list)
    for row in split(speech_rows(data), part):
        if row.set == "asterisk_telephony_8k" and row.text and row.seconds > 1.5:
            pool[row.locale].append(row)
    for tag, own in sorted(pool.items()):
        yield joined(tag, random.Random(tag).sample(own, min(utterances, len(own))), 1.2)


def joined(name: str, rows: Sequence[Row], pause: float) -> Recording:
    silence = np.zeros(int(pause * SAMPLE_RATE), np.float32)
    audio = [silence]
    turns = []
    at = pause
    for row in rows:
        each = spoken(row)
        assert each is not None
        samples = load(row.path)
        end = at + len(samples) / SAMPLE_RATE
        turns.append(Turn(at, end, row.text or "", each.tag, row.speaker or ""))
        audio += [samples, silence]
        at = end + pause
    return Recording(name, np.concatenate(audio)[None], tuple(turns))


def noisy(recording: Recording, noise: Samples, decibels: float) -> Recording:
    """Under noise that is `decibels` below the turns."""
    spans = [
        recording.samples[0, int(t.start * SAMPLE_RATE) : int(t.end * SAMPLE_RATE)]
        for t in recording.turns
    ]
    loud = float((np.concatenate(spans) ** 2).mean())
    noise = np.resize(noise, recording.samples.shape[1])
    scale = np.sqrt(loud / max(float((noise**2).mean()), 1e-12) / 10 ** (decibels / 10))
    return Recording(recording.name, recording.samples + scale * noise, recording.turns)
