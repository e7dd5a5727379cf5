"""Recordings that are trained on."""

from pathlib import Path

import numpy as np

from scriba.customization.batches import (
    Plan,
    features,
    item_samples,
    item_seconds,
    mask,
    plain_batches,
    plan_batches,
)
from scriba.customization.corpus import Corpus


def made(path: Path, names: list[str], seconds: float = 0.5) -> Corpus:
    rng = np.random.default_rng(3)
    count = int(16_000 * seconds)
    return Corpus.write(
        path,
        (
            (name, f"text {i}", rng.uniform(-1, 1, count + 160 * i).astype(np.float32))
            for i, name in enumerate(names)
        ),
    )[0]


def test_samples_come_back(tmp_path: Path) -> None:
    loud = np.array([1.5, -1.5, 0.25, 0.0] * 800, np.float32)
    corpus, left_out = Corpus.write(
        tmp_path / "pcm",
        [
            ("a", "one", loud),
            ("short", "two", loud[:100]),
            ("long", "three", np.zeros(30 * 16_000, np.float32)),
            ("silent", " ", loud),
        ],
    )
    assert (len(corpus), left_out) == (1, 3)
    assert np.allclose(corpus.samples(0), np.clip(loud, -1, 1), atol=1e-4)
    assert Corpus.write(tmp_path / "none", [])[0].seconds == 0.0


def test_speakers_from_folders_and_prefixes(tmp_path: Path) -> None:
    folders = [f"s{i % 6}/x{i}.wav" for i in range(18)]
    assert made(tmp_path / "a", folders).speakers() == [f"s{i % 6}" for i in range(18)]
    prefixed = [f"all/p{i % 6}-{i}.wav" for i in range(18)]
    assert made(tmp_path / "b", prefixed).speakers() == [f"p{i % 6}" for i in range(18)]
    assert made(tmp_path / "c", [f"{i}-a.wav" for i in range(18)]).speakers() is None
    assert made(tmp_path / "d", [f"one-{i}.wav" for i in range(18)]).speakers() is None


def test_whole_speakers_are_held_out(tmp_path: Path) -> None:
    corpus = made(tmp_path / "a", [f"s{i % 10}/x{i}.wav" for i in range(60)])
    kept, held = corpus.halves(0.1, seed=1)
    assert sorted(kept + held) == list(range(60))
    assert {i % 10 for i in held}.isdisjoint({i % 10 for i in kept})
    assert len(held) == 6
    assert corpus.halves(0.1, seed=1) == (kept, held)


def test_every_utterance_once_a_pass(tmp_path: Path) -> None:
    corpus = made(tmp_path / "a", [f"{i}.wav" for i in range(50)], seconds=2.0)
    plan = Plan(seconds=20.0, joined=0.3)
    batches = plan_batches(corpus, range(40), plan, np.random.default_rng(5))
    numbers = [n for batch in batches for item in batch for n in item.numbers]
    assert sorted(numbers) == list(range(40))
    joined = [item for batch in batches for item in batch if len(item.numbers) > 1]
    assert joined
    assert all(item_seconds(corpus, item) <= plan.longest for item in joined)
    first = joined[0]
    assert len(item_samples(corpus, first)) == sum(
        corpus.recordings[n].count for n in first.numbers
    ) + sum(int(pause * 16_000) for pause in first.pauses)
    for batch in plain_batches(corpus, range(50), 20.0):
        assert len(batch) * max(4.0, *(item_seconds(corpus, item) for item in batch)) <= 20.0


def test_features_and_masks(tmp_path: Path) -> None:
    corpus = made(tmp_path / "a", ["a", "b"])
    clips = [corpus.samples(0), corpus.samples(1)]
    plain = features(clips, 4.0, 80)
    assert plain.shape == (2, 80, 400)
    assert not plain[0, :, 52:].any()
    masked = plain.copy()
    mask(masked, clips, Plan(), np.random.default_rng(1))
    assert (masked != plain).any()
    assert np.array_equal(masked[:, :, 60:], plain[:, :, 60:])
