"""Makes the models of pronunciation assessment, and measures them on speakers held out.

    python -m scriba.pronunciation.training --data DATA --base MODEL --splits bench/splits.json
    python -m ... --measure FILE

`make train-pronunciation` does the first. DATA holds `speechocean762-train` and `speech`; see
docs/pronunciation-model.md for what they are and how they are licensed. Needs torch and onnx, two
cores and some 3 GB of memory.
"""

import argparse
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from torch import nn

from scriba.pronunciation import corpus
from scriba.pronunciation.acoustics import DATA, Encoder
from scriba.pronunciation.agreement import compare
from scriba.pronunciation.corpus import Utterance, folds
from scriba.pronunciation.scorer import TOP, TOP_PHONE
from scriba.pronunciation.training import channels, encoder, natives, phones, scorer
from scriba.pronunciation.training.borders import Aligner
from scriba.pronunciation.training.cuts import Cut, aligned, evenly
from scriba.pronunciation.training.encoded import Encoded, encode
from scriba.pronunciation.training.examples import (
    NATIVES,
    cross_fitted,
    examples,
    featured,
    hearers,
    vocabulary,
)
from scriba.pronunciation.training.phones import Borders, Corpus, PhoneNet
from scriba.pronunciation.training.scorer import Example, Settings

DEPTH = 5
"""Layers of the encoder."""

LOUD = 3
"""The layer with a unit that int8 would drown the others for."""

NATIVE_SETS = (
    "librispeech_test_other", "librispeech_misc", "ljspeech", "misc_en", "vctk_noisy_pairs",
    "asterisk_16k", "asterisk_telephony_8k",
)  # fmt: skip

SHIPPED = "as shipped"

ABLATED = 0
"""The fold that ablations are of."""

ABLATIONS: dict[str, tuple[Settings, Cut]] = {
    "without goodness of pronunciation": (Settings(figures=False, members=1), aligned),
    "without the encoder's states": (Settings(states=False, members=1), aligned),
    "without alignment": (Settings(members=1), evenly),
    "one net, as those above": (Settings(members=1), aligned),
}


@dataclass(frozen=True)
class Material:
    """What is learnt from: scored readings with the borders of their phones, and native ones."""

    scored: Corpus
    native: Corpus
    borders: Mapping[int, Borders]


def main() -> None:
    """Train, or measure."""
    asked = _arguments()
    began = time.monotonic()
    with TemporaryDirectory() as folder:
        # Measuring changes no model.
        out = Path(folder) if asked.measure else asked.out
        out.mkdir(parents=True, exist_ok=True)
        encoder.export(asked.base / "model.bin", DEPTH, LOUD, out / "encoder.onnx")
        material = _material(asked, Encoder(out / "encoder.onnx"))
    _say(began, f"{len(material.scored.readings)} scored, {len(material.native.readings)} native")
    print(f"{len(material.borders)} readings with borders, those of other channels among them")
    if asked.measure:
        measure(material, asked.measure, asked.members, asked.folds)
    else:
        train(material, asked.out, Settings(members=asked.members))
    _say(began, "done")


def train(material: Material, out: Path, settings: Settings) -> None:
    """Learn from everything and write the models."""
    learnt = _Learnt(material, range(len(material.scored.readings)), 0)
    phones.export(learnt.net, out / "phones.onnx")
    found = learnt.examples(aligned)
    committee = scorer.learn(found, settings)
    scorer.export(committee, found[0].features.states.shape[1], out / "scores.onnx")


def measure(material: Material, out: Path, members: int, parts: Sequence[int]) -> None:
    """Nested cross-validation by speaker: everything is learnt without the speakers scored.

    Adds a JSON line for each reading to `out`, those of ablations of one fold only, and prints the
    tables: of all folds in `out`, and without the speakers on whom `Settings` were chosen.
    """
    fold = folds(material.scored.readings)
    began = time.monotonic()
    with out.open("a", encoding="utf-8") as file:
        for part in parts:
            taught = np.flatnonzero(fold != part).tolist()
            held_out = [
                each
                for each in np.flatnonzero(fold == part).tolist()
                if not isinstance(material.scored.readings[each], channels.Heard)
            ]
            learnt = _Learnt(material, taught, part + 1)
            kinds = {SHIPPED: (Settings(members=members), aligned)}
            for name, (settings, cut) in (kinds | (ABLATIONS if part == ABLATED else {})).items():
                committee = scorer.learn(learnt.examples(cut), settings, part)
                found = list(_predicted(material.scored, learnt.net, committee, held_out, cut))
                file.writelines(json.dumps({"what": name, **row}) + "\n" for row in found)
                file.flush()
                _say(began, f"fold {part}, {name}")
                _print(material.scored.readings, found)
    rows = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    rows = [row for row in rows if row["what"] == SHIPPED]
    readings = [each for each in material.scored.readings if not isinstance(each, channels.Heard)]
    print(f"\nall in {out}")
    _print(readings, rows)
    print("without the speakers that sizes and rates were chosen on")
    _print([each for each, own in zip(readings, folds(readings), strict=True) if own], rows)


def _print(readings: Sequence[Utterance], rows: Sequence[dict[str, Any]]) -> None:
    agreements, detections = compare(readings, {row["id"]: row for row in rows})
    for each in agreements:
        print(
            f"  {each.name:10} n={each.count:6} Pearson {each.pearson:.3f} "
            f"({each.low:.3f} to {each.high:.3f}), Spearman {each.spearman:.3f}"
        )
    for told in detections:
        print(
            f"  bad {told.name}s: {told.bad} of {told.total}, precision {told.precision:.3f}, "
            f"recall {told.recall:.3f}",
            flush=True,
        )


class _Learnt:
    """What is learnt from the scored readings `numbers`: `net` tells phones apart."""

    def __init__(self, material: Material, numbers: Sequence[int], seed: int) -> None:
        scored = material.scored
        self.net, borders = phones.learn(scored, numbers, seed, material.borders)
        self._hearers = hearers(scored, numbers, borders, seed)
        self._material = material
        self._numbers = numbers
        self._seed = seed
        self._examples: dict[Cut, list[Example]] = {}

    def examples(self, cut: Cut) -> list[Example]:
        """What the scores are to be learnt from."""
        if cut not in self._examples:
            self._examples[cut] = [
                *cross_fitted(self._material.scored, self._hearers, self._seed, cut),
                *self._of_natives(cut),
            ]
        return self._examples[cut]

    def _of_natives(self, cut: Cut) -> Iterator[Example]:
        native = natives.scored(self.net, self._material.native)
        numbers = [number for number, each in enumerate(native.readings) if each.phones]
        learners = (self._material.scored.readings[each] for each in self._numbers)
        words = vocabulary([*learners, *native.readings])
        return examples(self.net, native, numbers, words, NATIVES, self._seed, cut)


def _predicted(
    scored: Corpus, net: PhoneNet, committee: nn.Module, numbers: Sequence[int], cut: Cut
) -> Iterator[dict[str, Any]]:
    for number in numbers:
        reading = scored.readings[number]
        some = featured(net, scored, number, reading, cut)
        if some is not None:
            yield _row(reading, *scorer.score(committee, some))


def _row(reading: Utterance, each: Any, words: Any, sentence: Any) -> dict[str, Any]:
    """The scores as `Scorer` would give them."""
    each, words = np.clip(each, 0.0, TOP_PHONE), np.clip(words, 0.0, TOP)
    sentence = np.clip(sentence, 0.0, TOP)
    ends = np.cumsum([len(phones) for phones in reading.phones])[:-1]
    told = [
        {"text": text, "accuracy": float(score), "phones": own.tolist()}
        for text, score, own in zip(reading.words, words, np.split(each, ends), strict=True)
    ]
    names = zip(corpus.SENTENCE, map(float, sentence), strict=True)
    return {"id": reading.id, **dict(names), "words": told}


def _material(asked: argparse.Namespace, hears: Encoder) -> Material:
    own = json.loads(asked.splits.read_text("utf-8"))["dev"]
    readings = corpus.load(asked.data / "speechocean762-train")
    # Those that were altered come last and are never scored.
    others = channels.heard(readings)
    borders = _borders(readings, asked.cache and asked.cache / "borders.npz")
    number = {reading.path: each for each, reading in enumerate(readings)}
    for each, reading in enumerate(others, len(readings)):
        if number[reading.path] in borders:
            borders[each] = borders[number[reading.path]]
    readings += others
    native = natives.load(asked.data / "speech", NATIVE_SETS, frozenset(own))
    scored = _encoded(readings, hears, asked.cache and asked.cache / "scored.npz")
    heard = Corpus(native, _encoded(native, hears, None))
    return Material(Corpus(readings, scored), heard, borders)


def _borders(readings: Sequence[Utterance], cache: Path | None) -> dict[int, Borders]:
    if cache and cache.exists():
        with np.load(cache) as found:
            return {int(name): found[name] for name in found.files}
    aligner = Aligner()
    known = {each: aligner.borders(reading) for each, reading in enumerate(readings)}
    borders = {each: found for each, found in known.items() if found is not None}
    if cache:
        named: dict[str, Any] = {str(each): found for each, found in borders.items()}
        np.savez(cache, **named)
    return borders


def _encoded(readings: Sequence[Utterance], hears: Encoder, cache: Path | None) -> Encoded:
    if cache and cache.exists():
        return Encoded.load(cache)
    found = encode(readings, hears)
    if cache:
        found.save(cache)
    return found


def _say(began: float, what: str) -> None:
    print(f"{time.monotonic() - began:6.0f} s  {what}", flush=True)


def _arguments() -> argparse.Namespace:
    made = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    made.add_argument("--data", type=Path, required=True)
    made.add_argument("--base", type=Path, required=True, help="the folder of Whisper base")
    made.add_argument("--splits", type=Path, required=True, help="whose `dev` natives may be of")
    made.add_argument("--out", type=Path, default=DATA, help="where the models go")
    made.add_argument("--cache", type=Path, help="an empty folder, to keep what was encoded")
    made.add_argument("--members", type=int, default=3, help="nets that score together")
    made.add_argument("--measure", type=Path, metavar="FILE", help="write held-out predictions")
    made.add_argument(
        "--folds", type=int, nargs="+", default=list(range(5)), help="those to measure (all)"
    )
    return made.parse_args()


if __name__ == "__main__":
    main()
