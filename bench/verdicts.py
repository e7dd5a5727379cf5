"""Statuses and confidences: noise, other languages, and whether 0.9 means nine in ten.

    python -m bench.verdicts --data ../shared/data --part report [--plot docs/reliability.png]
    python -m bench.verdicts --data ../shared/data --part dev --fit

Data: `data/speech`, accented English from `data/speechocean762-train`, and noises made of tones and
of the wordless recordings (`bench/noises.py`). With `--fit` the figures in
`scriba.speech.verdict.confidence` are fitted instead, on `dev`.
"""

import random
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from math import log
from pathlib import Path

import numpy as np

from bench.baseline import spoken
from bench.data import Row, accented_rows, load, parser, speech_rows, split
from bench.noises import synthetic, variants
from bench.scoring import edits, words
from scriba.settings import load_settings
from scriba.speech import Recognition, Recognizer, combine
from scriba.speech.catalogue import find
from scriba.speech.cpu import detect
from scriba.speech.engine import Clip, Guess
from scriba.speech.fetch import fetch
from scriba.speech.segments import Segmenter
from scriba.speech.whisper import Whisper

EDGES = [0.0, 0.3, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 1.001]
ACCENTED = 400


def share(right: int, of: int) -> str:
    return f"{right} of {of} ({100 * right / max(of, 1):.1f} %)"


def accuracy(row: Row, text: str) -> tuple[float, int]:
    """The share of right words, and of how many (the longer of reference and text)."""
    assert row.text is not None
    counts = edits(row.text, text, row.locale)
    most = max(counts.words, len(words(text, row.locale)), 1)
    return max(0.0, 1 - counts.errors / most), most


def foreign(rows: Sequence[Row]) -> list[tuple[Row, str]]:
    """Rows with a locale that is not theirs: the others as English, some English as others."""
    rng = random.Random(6)
    pairs = [(r, "en-US") for r in rows if r.locale and not r.locale.startswith(("en", "multi"))]
    english = [r for r in rows if r.locale.startswith("en") and r.text and r.seconds > 1]
    tags = ["de-DE", "es-ES", "fr-FR", "ja-JP", "zh-CN"]
    return pairs + [(r, rng.choice(tags)) for r in rng.sample(english, min(60, len(english)))]


def measure(data: Path, part: str, plot: Path | None) -> None:
    rows = split(speech_rows(data), part)
    accented = split(accented_rows(data), part)
    accented = random.Random(5).sample(accented, min(ACCENTED, len(accented)))
    recognizer = Recognizer(fetch(find("base"), load_settings().model_dir))

    def run(pair: tuple[Row, str]) -> Recognition:
        row, tag = pair
        return recognizer.recognize(load(row.path), language=tag, profanity="raw", words=False)

    wordless = [(r, "en-US") for r in rows if r.set == "noise_rir"]
    english = [(r, "en-US") for r in rows if r.locale.startswith("en") and r.text]
    others = [
        (r, each.tag)
        for r in rows
        if r.text and r.locale != "multi" and not r.locale.startswith("en") and (each := spoken(r))
    ]
    with ThreadPoolExecutor(8) as pool:
        for (row, _), heard in zip(wordless, pool.map(run, wordless), strict=True):
            said = combine(heard).best.forms.display if heard.phrases else ""
            kind = "wordless" if row.text == "" else "speech or singing"
            print(f"{kind}: {row.id}: {heard.status.value} {said!r}")
        noises = list(synthetic())
        for row, _ in wordless:
            if row.text == "":
                noises += [(f"{row.id}, {name}", each) for name, each in variants(load(row.path))]

        def listen(audio: np.ndarray) -> Recognition:
            return recognizer.recognize(audio, language="en-US", words=False)

        spoke = 0
        for (name, _), heard in zip(
            noises, pool.map(listen, [audio for _, audio in noises]), strict=True
        ):
            if heard.phrases:
                spoke += 1
                print(f"words in noise: {name}: {combine(heard).best.forms.display!r}")
        print(f"made noises without a word: {share(len(noises) - spoke, len(noises))}")
        found = []
        for name, pairs in (
            ("English", english),
            ("accented English", [(r, "en-US") for r in accented]),
            ("other languages", others),
        ):
            results = list(pool.map(run, pairs))
            found += list(zip([row for row, _ in pairs], results, strict=True))
            counts = Counter(r.status.value for r in results)
            print(f"{name}: NoMatch {share(counts['NoMatch'], len(pairs))}; {dict(counts)}")
        pairs = foreign(rows)
        results = list(pool.map(run, pairs))
        for name, limit in (("any length", 0.0), ("2 s of speech and more", 2.0)):
            kept = [
                r
                for r in results
                if limit == 0 or (r.speech is not None and r.speech[1] - r.speech[0] >= limit)
            ]
            withheld = sum(r.status.value != "Success" for r in kept)
            print(f"told the wrong language, {name}: withheld {share(withheld, len(kept))}")
    recognizer.close()
    scored = []
    for row, heard in found:
        if heard.phrases:
            best = combine(heard).best
            scored.append((best.confidence, *accuracy(row, best.forms.display)))
    reliability(np.array(scored), plot)


def reliability(scored: "np.ndarray", plot: Path | None) -> None:
    """Print, and draw, the share of right words for each range of confidence."""
    confidence, right, weight = scored.T
    points = []
    print("\n| confidence | n | words | mean confidence | right words | all right |")
    print("|---|---|---|---|---|---|")
    for low, high in pairwise(EDGES):
        these = (confidence >= low) & (confidence < high)
        if not these.any():
            continue
        said = np.average(confidence[these], weights=weight[these])
        true = np.average(right[these], weights=weight[these])
        points.append((said, true))
        exact = (right[these] == 1).mean()
        print(
            f"| {low:.2f}-{min(high, 1):.2f} | {these.sum()} | {weight[these].sum():.0f} "
            f"| {said:.2f} | {true:.2f} | {exact:.2f} |"
        )
    error = np.average(np.abs(confidence - right), weights=weight)
    print(f"mean |confidence - share of right words| of a recording: {error:.3f}")
    if plot:
        import matplotlib as mpl

        mpl.use("Agg")
        from matplotlib import pyplot

        figure, axes = pyplot.subplots(figsize=(5, 5))
        axes.plot([0, 1], [0, 1], color="0.7", linestyle="--", label="ideal")
        axes.plot(*zip(*points, strict=True), marker="o", label=f"n = {len(confidence)} recordings")
        axes.set(xlabel="Confidence", ylabel="share of right words", xlim=(0, 1), ylim=(0, 1))
        axes.legend()
        figure.tight_layout()
        figure.savefig(plot, dpi=100)


def fit(data: Path, part: str) -> None:
    """Print the weights of the logistic function in `verdict.confidence`."""
    rows = [r for r in split(speech_rows(data), part) if r.text and spoken(r)]
    rows = [r for r in rows if r.locale != "multi"]
    accented = split(accented_rows(data), part)
    rows += random.Random(5).sample(accented, min(ACCENTED, len(accented)))
    engine = Whisper(fetch(find("base"), load_settings().model_dir), detect())
    features, right, weights = [], [], []
    for row in rows:
        each = spoken(row)
        assert each is not None
        segmenter = Segmenter()
        segments = segmenter.feed(load(row.path)) + segmenter.finish()
        clips = [Clip(s.audio, each.whisper, False) for s in segments]
        guesses: list[Guess] = [engine.transcribe([clip])[0].guesses[0] for clip in clips]
        guesses = [g for g in guesses if g.tokens]
        if not guesses:
            continue
        tokens = np.array([g.tokens for g in guesses])
        mean = float(np.average([g.logprob for g in guesses], weights=tokens))
        features.append([1.0, mean, min(mean + 0.35, 0.0), log(tokens.mean())])
        share_right, most = accuracy(row, " ".join(g.text for g in guesses))
        right.append(share_right)
        weights.append(most)
    x, y, w = np.array(features), np.array(right), np.array(weights, float)
    beta = np.zeros(x.shape[1])
    for _ in range(50):
        p = 1 / (1 + np.exp(-x @ beta))
        gradient = x.T @ (w * (y - p))
        hessian = (x * (w * p * (1 - p))[:, None]).T @ x + 1e-3 * np.eye(len(beta))
        beta += np.linalg.solve(hessian, gradient)
    print(f"n={len(y)}; constant, mean, bend at -0.35, log tokens: {beta.round(2).tolist()}")


def main() -> None:
    asked = parser(__doc__)
    asked.add_argument("--plot", type=Path)
    asked.add_argument("--fit", action="store_true")
    arguments = asked.parse_args()
    if arguments.fit:
        fit(arguments.data, arguments.part)
    else:
        measure(arguments.data, arguments.part, arguments.plot)


if __name__ == "__main__":
    main()
