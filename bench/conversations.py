"""Conversations with known turns: real ones, and ones put together from single utterances."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.data import Row, accented_rows, load, speech_rows, split
from scriba.speech.resample import SAMPLE_RATE
from scriba.speech.vad import WINDOW, VoiceDetector

Turns = list[tuple[float, float, str]]
"""(start, end, speaker), in seconds."""

_SETS = ("speechocean762-train", "speechocean762", "librispeech_test_other", "ljspeech")
"""Sets whose rows are one whole sentence of one known speaker."""


@dataclass(frozen=True)
class Conversation:
    """A recording (samples,) at 16 kHz and who speaks in it when."""

    name: str
    kind: str
    samples: np.ndarray
    turns: Turns

    @property
    def speakers(self) -> int:
        return len({speaker for _, _, speaker in self.turns})


def recorded(data: Path, part: str) -> list[Conversation]:
    """The conversations of `data/speech` that have a reference."""
    found = []
    for row in split(speech_rows(data), part):
        reference = row.path.with_suffix(".rttm")
        if not reference.exists():
            continue
        turns = read_rttm(reference)
        kind = "constructed" if row.set == "constructed_conversations" else "meeting"
        found.append(Conversation(row.id, kind, load(row.path), turns))
    return found


def read_rttm(path: Path) -> Turns:
    """The SPEAKER lines of an RTTM file."""
    lines = [line.split() for line in path.read_text("utf-8").splitlines()]
    return [
        (float(f[3]), float(f[3]) + float(f[4]), f[7]) for f in lines if f and f[0] == "SPEAKER"
    ]


def constructed(data: Path, part: str, count: int, seed: int = 3) -> list[Conversation]:
    """`count` conversations of one to six speakers of this part, the same ones each time.

    Half the pauses are 0.1 to 0.5 s, some turns begin before the last one ended. A third of the
    conversations sounds like a telephone, a third has noise under it. Speakers of a conversation
    are mostly from one set, so that it is the voices that tell them apart and not the recordings.
    """
    rows = [row for row in speech_rows(data) + accented_rows(data) if row.set in _SETS]
    by_speaker: dict[str, list[Row]] = {}
    for row in split(rows, part):
        if row.speaker:
            by_speaker.setdefault(row.speaker, []).append(row)
    pools: dict[str, list[str]] = {}
    for speaker, own in by_speaker.items():
        if len(own) >= 5:
            pool = "accented" if own[0].set.startswith("speechocean") else "read"
            pools.setdefault(pool, []).append(speaker)
    noises = [row for row in split(speech_rows(data), part) if row.set == "noise_rir"]
    noises = [row for row in noises if row.text == "" and row.seconds > 2]
    made = []
    for number in range(count):
        rng = np.random.default_rng([seed, number])
        people = 1 + number % 6
        pool = list(pools["accented"])
        if people <= len(pools["read"]) and rng.random() < 0.3:
            pool = list(pools["read"])
        chosen = [str(name) for name in rng.choice(sorted(pool), people, replace=False)]
        samples, turns = _put_together([by_speaker[name] for name in chosen], rng)
        kind = ("clean", "telephone", "noise")[(number // 6) % 3]
        if kind == "telephone":
            samples = telephone(samples)
        elif kind == "noise":
            row = noises[int(rng.integers(len(noises)))]
            samples = _noisy(samples, load(row.path), rng)
        made.append(Conversation(f"{part}-{number:03d}-{people}", kind, samples, turns))
    return made


def _put_together(people: list[list[Row]], rng: np.random.Generator) -> tuple[np.ndarray, Turns]:
    length = float(rng.uniform(30, 120))
    share = rng.dirichlet(np.full(len(people), 3.0))
    gains = rng.uniform(0.5, 1.5, len(people))
    waiting = [[own[int(i)] for i in rng.permutation(len(own))] for own in people]
    samples = np.zeros(0, np.float32)
    turns: Turns = []
    end, last, turn = 0.3, -1, 0
    while end < length:
        # Everybody speaks once before anybody is drawn again.
        who = turn if turn < len(people) else int(rng.choice(len(people), p=share))
        turn += 1
        if not waiting[who]:
            break
        row = waiting[who].pop()
        voice = load(row.path)
        first, stop = _spoken(voice)
        if stop - first < 0.3 * SAMPLE_RATE:
            continue
        voice = voice[first:stop]
        voice = voice * np.float32(0.06 * gains[who] / max(1e-4, float(np.sqrt((voice**2).mean()))))
        pause = float(rng.uniform(0.1, 0.5) if rng.random() < 0.5 else rng.exponential(0.8))
        if who != last and turns and rng.random() < 0.15:
            pause = -min(float(rng.uniform(0.2, 1.5)), 0.5 * len(voice) / SAMPLE_RATE)
        begin = max(0.0, end + pause)
        at = round(begin * SAMPLE_RATE)
        if at + len(voice) > len(samples):
            samples = np.pad(samples, (0, at + len(voice) - len(samples)))
        samples[at : at + len(voice)] += voice
        turns.append((begin, begin + len(voice) / SAMPLE_RATE, row.speaker or ""))
        end, last = max(end, turns[-1][1]), who
    samples = np.pad(samples, (0, SAMPLE_RATE // 2))
    floor = rng.normal(0, 1e-3, len(samples))
    return np.clip(samples + floor, -1, 1).astype(np.float32), turns


def _spoken(voice: np.ndarray) -> tuple[int, int]:
    """The samples between the first and the last of the speech in an utterance."""
    detector = VoiceDetector()
    windows = np.concatenate([detector.feed(voice), detector.finish()])
    speech = np.flatnonzero(windows >= 0.5)
    if not len(speech):
        return 0, 0
    return int(speech[0]) * WINDOW, min(len(voice), (int(speech[-1]) + 1) * WINDOW)


def telephone(samples: np.ndarray) -> np.ndarray:
    """200 to 3600 Hz in logarithmic samples of 8 bits (mu-law)."""
    spectrum = np.fft.rfft(samples)
    hertz = np.fft.rfftfreq(len(samples), 1 / SAMPLE_RATE)
    spectrum[(hertz < 200) | (hertz > 3600)] = 0
    narrow = np.fft.irfft(spectrum, len(samples))
    law = np.sign(narrow) * np.log1p(255 * np.abs(narrow)) / np.log(256)
    law = np.round(law * 127) / 127
    return (np.sign(law) * (256 ** np.abs(law) - 1) / 255).astype(np.float32)


def _noisy(samples: np.ndarray, noise: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    noise = np.resize(noise, len(samples))
    decibels = float(rng.uniform(8, 20))
    power = float((samples**2).mean() / max(float((noise**2).mean()), 1e-9))
    return np.clip(samples + noise * np.sqrt(power / 10 ** (decibels / 10)), -1, 1).astype(
        np.float32
    )


def digest(conversations: list[Conversation]) -> str:
    """A short hash of all samples: two runs that print the same one measured the same."""
    whole = hashlib.sha256()
    for each in conversations:
        whole.update(each.samples.tobytes())
    return whole.hexdigest()[:12]
