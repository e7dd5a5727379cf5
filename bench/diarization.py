"""Diarization error rates and speaker counts, ours beside simpler ways.

    python -m bench.diarization --data ../shared/data --part report [--live]

Data: the recordings of `data/speech` with a reference, and conversations put together from single
utterances of the part's speakers (`bench/conversations.py`). The error rate is pyannote.metrics'
(no collar, overlap counted). Beside ours: one speaker wherever there is speech; and ours with
Resemblyzer's embedder instead of CAM++ (`--ge2e`, made by `python -m bench.speaker_models`).

With `--live`, speakers told apart while a stream goes on are compared with these offline turns, by
the words of the same recognised phrases: the share of words that was given to the right speaker,
numbers standing for the names that make most words right, and the error rate of turns made of
words (`bench/live_speakers.py`).
"""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
from pyannote.core import Annotation, Segment, Timeline
from pyannote.metrics.diarization import DiarizationErrorRate

from bench.conversations import Conversation, constructed, digest, recorded
from bench.data import parser
from bench.ge2e import Ge2eEmbedder
from bench.live_speakers import (
    Words,
    cost,
    counted,
    fed,
    guesses,
    heard,
    live,
    offline,
    turns_of,
)
from scriba.speech.diarization import Diarizer, DiarizerOptions, LiveSpeakers, Turn
from scriba.speech.diarization.clustering import ClusterOptions
from scriba.speech.diarization.segmentation import Segmentation, default_segmentation
from scriba.speech.embedders import Embedder, load_embedder
from scriba.speech.resample import SAMPLE_RATE, Samples
from scriba.speech.vad import WINDOW, VoiceDetector

Way = Callable[[Conversation, str], list[Turn]]
"""Turns of a conversation; the second says what is told of the number of speakers."""

GE2E = ClusterOptions(same=0.7, rise=0.0, stray=0.6)
"""What suits Resemblyzer's embedder best on `dev`."""

TOLD = ("nothing", "maxSpeakers", "the number")


@dataclass
class Score:
    """Seconds of error of one conversation, and how many speakers were found."""

    kind: str
    total: float
    missed: float
    false: float
    confused: float
    true: int
    found: int


def one_speaker(conversation: Conversation, told: str) -> list[Turn]:
    """Speech by the voice detector, all of it by one speaker."""
    detector = VoiceDetector()
    probabilities = np.concatenate([detector.feed(conversation.samples), detector.finish()])
    edges = np.flatnonzero(np.diff(np.concatenate([[0], (probabilities >= 0.5), [0]]).astype(int)))
    seconds = WINDOW / SAMPLE_RATE
    return [Turn(a * seconds, b * seconds, 1) for a, b in edges.reshape(-1, 2)]


class Remembering:
    """An embedder and a segmentation that answer at once what they were asked before."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._segmentation = default_segmentation()
        self.grid = self._segmentation.grid
        self._known: dict[tuple[str, bytes], np.ndarray] = {}

    def embed(self, samples: Samples) -> np.ndarray:
        return self._recalled("embed", samples, self._embedder.embed)

    def run(self, samples: Samples) -> np.ndarray:
        return self._recalled("run", samples, self._segmentation.run)

    def _recalled(
        self, name: str, samples: Samples, ask: Callable[[Samples], np.ndarray]
    ) -> np.ndarray:
        key = (name, hashlib.sha256(samples.tobytes()).digest())
        if key not in self._known:
            self._known[key] = ask(samples)
        return self._known[key]


def ours(embedder: Embedder, clusters: ClusterOptions | None = None) -> Way:
    """The diarizer with this embedder; what is told a second time costs next to nothing."""
    remembering = Remembering(embedder)

    def way(conversation: Conversation, told: str) -> list[Turn]:
        people = conversation.speakers
        diarizer = Diarizer(
            remembering,
            min_speakers=people if told == "the number" else 1,
            max_speakers=None if told == "nothing" else people,
            segmentation=cast(Segmentation, remembering),
            options=DiarizerOptions(clusters=clusters or ClusterOptions()),
        )
        for first in range(0, len(conversation.samples), SAMPLE_RATE):
            diarizer.feed(conversation.samples[first : first + SAMPLE_RATE])
        return diarizer.finish()

    return way


def score(conversation: Conversation, turns: list[Turn]) -> Score:
    """Errors in seconds by pyannote.metrics."""
    reference, guess = Annotation(), Annotation()
    for i, (start, end, name) in enumerate(conversation.turns):
        reference[Segment(start, end), i] = name
    for i, turn in enumerate(turns):
        guess[Segment(turn.start, turn.end), i] = turn.speaker
    whole = Timeline([Segment(0, len(conversation.samples) / SAMPLE_RATE)])
    metric = DiarizationErrorRate(collar=0.0, skip_overlap=False)
    parts = metric.compute_components(reference, guess, uem=whole)
    return Score(
        conversation.kind,
        parts["total"],
        parts["missed detection"],
        parts["false alarm"],
        parts["confusion"],
        conversation.speakers,
        len({turn.speaker for turn in turns}),
    )


def line(name: str, scores: list[Score]) -> str:
    total = sum(s.total for s in scores)
    missed, false, confused = (
        100 * sum(getattr(s, part) for s in scores) / total
        for part in ("missed", "false", "confused")
    )
    right = sum(s.true == s.found for s in scores)
    off = sum(abs(s.true - s.found) for s in scores) / len(scores)
    return (
        f"| {name} | {len(scores)} | {total / 60:.0f} | {missed + false + confused:.1f} "
        f"| {missed:.1f} | {false:.1f} | {confused:.1f} | {right} of {len(scores)} | {off:.2f} |"
    )


def print_live(conversations: list[Conversation]) -> None:
    """The table of `--live`."""
    remembering = Remembering(load_embedder())
    streams = [
        fed(each, phrases)
        for each, phrases in zip(conversations, heard(conversations), strict=True)
    ]

    def make() -> LiveSpeakers:
        return LiveSpeakers(embedder=remembering, segmentation=cast(Segmentation, remembering))

    way = ours(load_embedder())
    rows: dict[str, list[tuple[Score, Words]]] = {"offline": [], "live": []}
    for each, audio in zip(conversations, streams, strict=True):
        found = {"offline": offline(audio, way(each, "nothing")), "live": live(audio, make)}
        for name, phrases in found.items():
            rows[name].append((score(each, turns_of(phrases)), counted(each, phrases)))
    print("| way | kind | n | words | % right | DER | confused | count | too many | too few |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for name, measured in rows.items():
        for kind in [*dict.fromkeys(each.kind for each in conversations), "all"]:
            print(live_line(name, kind, measured))
    few = slice(0, len(conversations), 5)
    guessed = [guesses(audio, make) for audio in streams[few]]
    made = sum(each.all for each in guessed)
    told = sum(each.told for each in guessed)
    agreed = sum(each.agreed for each in guessed)
    print(f"\ndrafts: {100 * told / made:.0f} % of {made} have a speaker, ", end="")
    print(f"{100 * agreed / max(1, told):.0f} % of these the one of the final phrase")
    print(f"{100 * cost(conversations[few], streams[few]):.1f} % of a core for a stream")


def live_line(name: str, kind: str, measured: list[tuple[Score, Words]]) -> str:
    own = [row for row in measured if kind in (row[0].kind, "all")]
    total = sum(s.total for s, _ in own)
    wrong = sum(s.missed + s.false + s.confused for s, _ in own)
    all_words = sum(w.all for _, w in own)
    right = sum(w.right for _, w in own)
    off = [w.speakers - s.true for s, w in own]
    return (
        f"| {name} | {kind} | {len(own)} | {all_words} | {100 * right / max(1, all_words):.1f} "
        f"| {100 * wrong / total:.1f} | {100 * sum(s.confused for s, _ in own) / total:.1f} "
        f"| {off.count(0)} of {len(own)} | {sum(n for n in off if n > 0)} "
        f"| {-sum(n for n in off if n < 0)} |"
    )


def main() -> None:
    arguments = parser(__doc__)
    arguments.add_argument("--count", type=int, default=72, help="constructed conversations")
    arguments.add_argument("--ge2e", type=Path, help="resemblyzer_ge2e.onnx")
    arguments.add_argument("--live", action="store_true", help="while a stream goes on")
    arguments.add_argument("--each", action="store_true", help="show every conversation")
    chosen = arguments.parse_args()
    conversations = recorded(chosen.data, chosen.part)
    conversations += constructed(chosen.data, chosen.part, chosen.count)
    if chosen.live:
        print(f"{len(conversations)} conversations, {digest(conversations)}\n")
        print_live(conversations)
        return
    ways: dict[str, Way] = {"one speaker": one_speaker}
    if chosen.ge2e:
        ways["GE2E"] = ours(Ge2eEmbedder(chosen.ge2e), GE2E)
    ways["CAM++ (Scriba)"] = ours(load_embedder())
    print(f"{len(conversations)} conversations, {digest(conversations)}\n")
    print("| way | told | kind | n | minutes | DER | missed | false | confused | count | off by |")
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    seconds = sum(len(each.samples) for each in conversations) / SAMPLE_RATE
    speeds = []
    for name, way in ways.items():
        for told in TOLD:
            if told != "nothing" and way is one_speaker:
                continue
            began = time.process_time()
            scores = [score(each, way(each, told)) for each in conversations]
            if told == "nothing":
                speed = seconds / (time.process_time() - began)
                speeds.append(f"{name}: {speed:.0f} seconds of audio in one of a core")
            for kind in dict.fromkeys(each.kind for each in conversations):
                of_kind = [s for s in scores if s.kind == kind]
                print(line(f"{name} | {told} | {kind}", of_kind))
            print(line(f"{name} | {told} | all", scores), flush=True)
            if chosen.each:
                for each, s in zip(conversations, scores, strict=True):
                    der = 100 * (s.missed + s.false + s.confused) / s.total
                    print(f"    {each.name}: {der:.1f} ({s.found} for {s.true})")
    print("\n" + "\n".join(speeds))


if __name__ == "__main__":
    main()
