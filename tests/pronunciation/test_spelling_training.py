"""How the model of spelling is made, on made-up words."""

from itertools import pairwise, product
from pathlib import Path

import numpy as np
import pytest

from scriba.pronunciation.g2p import guess
from scriba.pronunciation.spelling import Spelling
from scriba.pronunciation.training.alignment import align
from scriba.pronunciation.training.g2p import measure, train
from scriba.pronunciation.training.ngrams import END, Level, estimate, prune

# A language in which each letter has one sound, but "c" before "e" and the silent last "e".
_SOUNDS = {"b": "B", "k": "K", "s": "S", "t": "T", "n": "N", "a": "AE1", "o": "OW1", "i": "IH1"}
_WORDS = {
    first + vowel + last + end: [(_SOUNDS[first], _SOUNDS[vowel], _SOUNDS[last])]
    for first, vowel, last, end in product("bkstn", "aoi", "bkstn", ("", "e"))
} | {
    first + vowel + "x": [(_SOUNDS[first], _SOUNDS[vowel], "K", "S")]
    for first, vowel in product("bkstn", "aoi")
}


def test_letters_meet_their_phones() -> None:
    items = [(word, said[0]) for word, said in _WORDS.items()]
    aligned, losses = align([*items, ("b", ("K",) * 9)])
    found = dict(zip([word for word, _ in items], aligned, strict=False))
    assert found["bake"] in (
        [("b", ("B",)), ("a", ("AE1",)), ("k", ("K",)), ("e", ())],
        [("b", ("B",)), ("a", ("AE1",)), ("ke", ("K",))],
    )
    assert found["box"] == [("b", ("B",)), ("o", ("OW1",)), ("x", ("K", "S"))]
    assert aligned[-1] is None
    assert losses[5] < losses[1] < losses[0]


def test_a_model_learns_the_words_it_was_not_shown(tmp_path: Path) -> None:
    shown = {word: said for word, said in _WORDS.items() if word not in ("bake", "sox", "nit")}
    train(shown, tmp_path / "model.xz", least=0.0, order=3)
    model = Spelling(tmp_path / "model.xz")
    for word in ("bake", "sox", "nit"):
        assert guess(word, 1, model)[0].phones == _WORDS[word][0]
    assert measure(_WORDS, model).startswith("165 words: 0.0% wrong")


_SEQUENCES = [[2, 3, 4], [2, 3], [2, 4, 3, 4], [3, 3], [4], [2, 3, 4, 4]] * 3


def _walk(levels: list[Level], history: list[int], token: int) -> float:
    """The probability of a token after others, by the definition of a model with back-off."""
    paths: list[dict[tuple[int, ...], int]] = [{} for _ in levels]
    names: list[list[tuple[int, ...]]] = []
    for number, level in enumerate(levels):
        names.append([])
        for at, (parent, last) in enumerate(zip(level.parent, level.token, strict=True)):
            path = (*(names[number - 1][parent] if number else ()), int(last))
            names[number].append(path)
            paths[number][path] = at
    weight = 0.0
    context = tuple(history[-(len(levels) - 1) :])
    while True:
        at = paths[len(context)].get((*context, token))
        if at is not None:
            return float(np.exp(weight + levels[len(context)].log_p[at]))
        node = paths[len(context) - 1].get(context)
        if node is not None:
            weight += levels[len(context) - 1].back[node]
        context = context[1:]


@pytest.mark.parametrize("least", [0.0, 1e-3, 1e-2, 1.0])
def test_what_may_follow_sums_to_one(least: float) -> None:
    levels = prune(estimate(_SEQUENCES, 4, 6), least)
    for history in ([0], [0, 2], [0, 2, 3], [0, 4, 4, 3], [0, 5, 5], [0, 2, 4, 3, 4]):
        total = sum(_walk(levels, history, token) for token in range(END, 6))
        assert total == pytest.approx(1.0, abs=1e-6)


def test_pruning_keeps_what_the_rest_is_made_of() -> None:
    whole = estimate(_SEQUENCES, 4, 6)
    small = prune(whole, 5e-3)
    sizes = [len(level.token) for level in small]
    assert sizes[0] == 6
    assert sum(sizes) < sum(len(level.token) for level in whole)
    for below, level in pairwise(small):
        assert level.parent.max(initial=0) < len(below.token)
        assert level.suffix.max(initial=0) < len(below.token)
