"""What training on text changes: prompts of telephone systems, five locales.

    python -m bench.text_training --data ../shared/data --part report

Trained on `data/domain-text`, none of whose sentences is among the recordings; tested on the
prompts of `data/speech` (`asterisk_*`), and on all other recordings in the same languages, with the
same models, for what they spoil. `--ablation` compares ways to use the text; `--part dev` is what
the way was chosen on. Errors are of the Display form; intervals are of the pooled difference.
"""

import argparse
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import ctranslate2

from bench.data import Row, load, parser, speech_rows, split
from bench.scoring import Edits, difference_interval, edits, rate, words
from scriba.customization.language import adapt
from scriba.settings import load_settings
from scriba.speech import PhraseList
from scriba.speech.adaptation import Adaptation
from scriba.speech.catalogue import find
from scriba.speech.cpu import detect
from scriba.speech.domain import words as domain_words
from scriba.speech.engine import Clip
from scriba.speech.fetch import fetch
from scriba.speech.forms import render
from scriba.speech.language import locale
from scriba.speech.rescoring import Preference
from scriba.speech.sounds import pairs, sounds
from scriba.speech.whisper import DecodingOptions, Whisper

LOCALES = ("en-US", "es-MX", "fr-CA", "it-IT", "ru-RU")
RARE = -9.0
"""Mean log probability that the base model gives a word unheard: those below are rare elsewhere."""

_PROMPT_TOKENS = 100
_LONGEST = 26.0

System = Callable[[Row, Clip], str]


@dataclass(frozen=True)
class Domain:
    """The texts of a locale and what was learnt from them."""

    lines: tuple[str, ...]
    learnt: Adaptation
    rare: frozenset[str]


def domain(engine: Whisper, data: Path, tag: str, weight: int) -> Domain:
    file = data / "domain-text" / f"telephone-prompts.{tag}.txt"
    with tempfile.TemporaryDirectory() as folder:
        started = time.monotonic()
        figures = adapt(engine, tag, Path(folder), language=[file])
        print(f"{tag}: {figures}, {time.monotonic() - started:.0f} s")
        learnt = Adaptation.load(Path(folder), weight, tag)
    assert learnt is not None
    assert learnt.vocabulary is not None
    model = learnt.vocabulary.domain
    rare = frozenset(w for w in model.words if model.general[model.number(w)] < RARE)
    lines = tuple(line for line in file.read_text("utf-8").splitlines() if line.strip())
    return Domain(lines, learnt, rare)


class Prompted:
    """The decoder, told of the domain's sentences beforehand: a fixed text, or the nearest ones."""

    def __init__(self, engine: Whisper, known: dict[str, Domain], nearest: bool) -> None:
        self._engine = engine
        self._known = known
        self._nearest = nearest

    def __call__(self, row: Row, clip: Clip) -> str:
        engine, lines = self._engine, self._known[row.locale[:2]].lines
        first = engine.transcribe([clip])[0].guesses[0].text if self._nearest else ""
        chosen = nearest(first, lines)[:3] if self._nearest else sorted(lines, key=len)[-6:]
        tokens = engine._prompts.tokens(" ".join(reversed(chosen)), clip.language)
        start = engine._tokenizer.token_to_id("<|startofprev|>")
        prompt = [start, *tokens[-_PROMPT_TOKENS:], *engine._prompts.of(clip.language)]
        view = ctranslate2.StorageView.from_array(engine._encode(clip))
        found = engine._model.generate(
            view, [prompt], beam_size=5, max_length=engine._limit(clip) + len(prompt)
        )
        ids = engine._prompts.words(found[0].sequences_ids[0])
        return str(engine._tokenizer.decode(ids)).strip()


def nearest(text: str, lines: Sequence[str]) -> list[str]:
    """The lines that share the most pairs of sounds with a text."""
    wanted = _features(text)
    common = {line: sum((wanted & _features(line)).values()) for line in lines}
    return sorted(lines, key=lambda line: -common[line] / (5 + len(line)) ** 0.5)


def _features(text: str) -> Counter[str]:
    found: Counter[str] = Counter()
    for word in domain_words(text):
        found.update(pairs(sounds(word.plain)))
    return found


def systems(engine: Whisper, known: dict[str, Domain], names: Sequence[str]) -> dict[str, System]:
    """The ways to use the text, by what they are called in the table."""

    def heard(clip: Clip) -> str:
        return engine.transcribe([clip])[0].guesses[0].text

    def listed(row: Row, clip: Clip) -> str:
        vocabulary = known[row.locale[:2]].learnt.vocabulary
        assert vocabulary is not None
        phrases = tuple(word for word in vocabulary.surfaces if len(word) > 4)
        return heard(replace(clip, phrases=PhraseList(phrases)))

    def learnt(row: Row, clip: Clip) -> str:
        return heard(replace(clip, adaptation=known[row.locale[:2]].learnt))

    def rescored(row: Row, clip: Clip) -> str:
        return reranked(engine, known[row.locale[:2]].learnt, clip)

    found: dict[str, System] = {
        "none": lambda row, clip: heard(clip),
        "prompt, fixed": Prompted(engine, known, nearest=False),
        "prompt, nearest sentences": Prompted(engine, known, nearest=True),
        "vocabulary as phrase list": listed,
        "n-gram, n-best of 10 rescored": rescored,
        "trained": learnt,
    }
    return {name: found[name] for name in names or found}


def reranked(engine: Whisper, learnt: Adaptation, clip: Clip) -> str:
    """The best of ten hypotheses by the decoder's score and the domain's gain."""
    view = ctranslate2.StorageView.from_array(engine._encode(clip))
    found = engine._model.generate(
        view,
        [engine._prompts.of(clip.language)],
        beam_size=10,
        num_hypotheses=10,
        return_scores=True,
        max_length=engine._limit(clip),
    )
    guesses = [guess for guess in engine._guesses(found[0]) if guess.text]
    if not guesses:
        return ""
    gains = [
        learnt.gain(each) for each in engine.expected([g.text for g in guesses], clip.language)
    ]
    # The decoder ranks by the mean over tokens: as many for all keeps its order without a gain.
    scores = [g.logprob * guesses[0].tokens + gain for g, gain in zip(guesses, gains, strict=True)]
    return guesses[scores.index(max(scores))].text


def missed(row: Row, text: str, rare: frozenset[str]) -> Edits:
    """The rare words of a reference, and how many of them a text lacks."""
    wanted = Counter(word for word in words(row.text or "", row.locale) if word in rare)
    lacking = wanted - Counter(words(text, row.locale))
    return Edits(sum(lacking.values()), sum(wanted.values()))


def main() -> None:
    arguments = _arguments()
    options = DecodingOptions(preference=Preference())
    engine = Whisper(fetch(find("base"), load_settings().model_dir), detect(), options)
    known = {
        tag[:2]: domain(engine, arguments.data, tag, arguments.weight) for tag in arguments.locales
    }
    rows = [
        row
        for row in split(speech_rows(arguments.data), arguments.part)
        if row.text and row.locale[:2] in known and row.seconds <= _LONGEST
    ][:: arguments.every]
    names = () if arguments.ablation else ("none", "trained")
    ways = systems(engine, known, names)
    found: dict[str, list[str]] = defaultdict(list)
    spent: dict[str, float] = defaultdict(float)
    for row in rows:
        clip = Clip(load(row.path), locale(row.locale).whisper)
        for name, system in ways.items():
            started = time.process_time()
            text = system(row, clip)
            spent[name] += time.process_time() - started
            found[name].append(render(text, row.locale, "raw").display)
    _table(rows, found, spent, known)


def _table(
    rows: Sequence[Row],
    found: dict[str, list[str]],
    spent: dict[str, float],
    known: dict[str, Domain],
) -> None:
    groups: dict[str, list[int]] = defaultdict(list)
    for i, row in enumerate(rows):
        mine = row.set.startswith("asterisk")
        groups["prompts, all" if mine else "other speech"].append(i)
        if mine:
            groups[f"prompts {row.locale}"].append(i)
    print("| speech | way | n | words | errors | % WER | difference | changed |")
    print("|---|---|---|---|---|---|---|---|")
    for group, members in sorted(groups.items()):
        base: list[Edits] = []
        for name, texts in found.items():
            counts = [edits(rows[i].text or "", texts[i], rows[i].locale) for i in members]
            base = base or counts
            low, high = (100 * each for each in difference_interval(counts, base))
            changed = sum(texts[i] != found["none"][i] for i in members)
            print(
                f"| {group} | {name} | {len(members)} | {sum(c.words for c in counts)} "
                f"| {sum(c.errors for c in counts)} | {100 * rate(counts):.1f} "
                f"| {100 * (rate(counts) - rate(base)):+.2f} ({low:+.2f} to {high:+.2f}) "
                f"| {changed} |"
            )
    print("\n| way | rare words of the domain missed | CPU time against none |")
    print("|---|---|---|")
    prompts = groups["prompts, all"]
    for name, texts in found.items():
        lost = [missed(rows[i], texts[i], known[rows[i].locale[:2]].rare) for i in prompts]
        print(
            f"| {name} | {sum(c.errors for c in lost)} of {sum(c.words for c in lost)} "
            f"| {spent[name] / spent['none']:.2f} |"
        )


def _arguments() -> argparse.Namespace:
    made = parser(__doc__)
    made.add_argument("--weight", type=int, default=30, help="customModelWeightPercent")
    made.add_argument("--ablation", action="store_true", help="compare all ways to use the text")
    made.add_argument("--locales", nargs="+", default=list(LOCALES), choices=LOCALES)
    made.add_argument("--every", type=int, default=1, help="take each n-th recording only")
    return made.parse_args()


if __name__ == "__main__":
    main()
