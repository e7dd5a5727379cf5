"""The recordings that a model is trained on, on disk: read at random, memory flat."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from scriba.speech.resample import SAMPLE_RATE, Samples

LONGEST = 29.5
"""Seconds of an utterance at most: the model hears 30 s at a time, with some silence at the end."""
SHORTEST = 0.1

_FEWEST_SPEAKERS = 5
_PREFIX = re.compile(r"^([^-_. ]+)[-_. ]")


@dataclass(frozen=True)
class Recording:
    """An utterance of a corpus: its name, its transcript, and where its samples lie."""

    name: str
    text: str
    start: int
    count: int

    @property
    def seconds(self) -> float:
        return self.count / SAMPLE_RATE


class Corpus:
    """Utterances whose samples (16 bits, mono, 16 kHz) lie one after another in one file."""

    def __init__(self, path: Path, recordings: Sequence[Recording]) -> None:
        self.recordings = tuple(recordings)
        self._path = path
        self._samples = np.memmap(path, np.int16, "r") if recordings else np.zeros(0, np.int16)

    @classmethod
    def write(
        cls,
        path: Path,
        utterances: Iterable[tuple[str, str, Samples]],
        check: Callable[[], None] = lambda: None,
    ) -> tuple["Corpus", int]:
        """Write (name, text, samples) to `path`; and how many were too long or short."""
        recordings, start, left_out = [], 0, 0
        with path.open("wb") as file:
            for name, text, samples in utterances:
                check()
                text = " ".join(text.split())
                if not SHORTEST <= len(samples) / SAMPLE_RATE <= LONGEST or not text:
                    left_out += 1
                    continue
                file.write(_whole(samples).tobytes())
                recordings.append(Recording(name, text, start, len(samples)))
                start += len(samples)
        return cls(path, recordings), left_out

    def __len__(self) -> int:
        return len(self.recordings)

    def samples(self, index: int) -> Samples:
        """The samples of an utterance, (count,)."""
        each = self.recordings[index]
        return self._samples[each.start : each.start + each.count].astype(np.float32) / np.float32(
            32768
        )

    @property
    def seconds(self) -> float:
        return sum(each.seconds for each in self.recordings)

    def speakers(self) -> list[str] | None:
        """Who speaks each utterance as far as names tell: their folder or what they begin with.

        None if that says nothing: fewer than five speakers, or hardly more than one utterance each.
        """
        names = [each.name.replace("\\", "/") for each in self.recordings]
        by_folder = [name.rpartition("/")[0] for name in names]
        prefixes = [_PREFIX.match(name.rpartition("/")[2]) for name in names]
        by_prefix = [found[1] if found else "" for found in prefixes]
        for groups in (by_folder, by_prefix):
            sizes = Counter(groups)
            if len(sizes) >= _FEWEST_SPEAKERS and 2 * len(sizes) <= len(groups):
                return groups
        return None

    def halves(self, share: float, seed: int) -> tuple[list[int], list[int]]:
        """The utterances to train on and a share that is held out, by number.

        Held out are whole speakers where they are known; utterances of one text stay together.
        """
        speakers = self.speakers()
        keys = speakers or [each.text.lower() for each in self.recordings]
        groups: dict[str, list[int]] = {}
        for number, key in enumerate(keys):
            groups.setdefault(key, []).append(number)
        order = sorted(groups)
        np.random.default_rng(seed).shuffle(order)
        held: list[int] = []
        for key in order:
            if len(held) >= share * len(keys):
                break
            # A speaker with most of the recordings would leave little to train on.
            if len(held) + len(groups[key]) <= 2 * share * len(keys):
                held += groups[key]
        kept = sorted(set(range(len(keys))) - set(held))
        return kept, sorted(held)


def _whole(samples: Samples) -> "np.ndarray[tuple[int], np.dtype[np.int16]]":
    return np.clip(np.rint(samples * 32768), -32768, 32767).astype(np.int16)
