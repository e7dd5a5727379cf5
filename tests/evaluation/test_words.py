"""Word errors: the counts of jiwer, on any pair, short and long."""

import random

import jiwer
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scriba.evaluation.words import Edits, align, count, word_edits

# Few words make many alignments with as few edits.
_WORDS = st.lists(st.sampled_from(["a", "b", "c", "dd"]), max_size=25)


@given(st.lists(st.tuples(_WORDS.filter(bool), _WORDS), min_size=1, max_size=5))
def test_the_counts_are_those_of_jiwer(pairs: list[tuple[list[str], list[str]]]) -> None:
    theirs = jiwer.process_words(
        [" ".join(reference) for reference, _ in pairs],
        [" ".join(hypothesis) for _, hypothesis in pairs],
    )
    ours = sum((word_edits(*pair) for pair in pairs), Edits())
    assert ours == Edits(theirs.hits, theirs.substitutions, theirs.deletions, theirs.insertions)
    assert ours.rate == theirs.wer


@pytest.mark.parametrize("length", [300, 20_000])
def test_long_texts_too(length: int) -> None:
    chance = random.Random(0)
    vocabulary = [f"w{number}" for number in range(300)]
    reference = chance.choices(vocabulary, k=length)
    hypothesis = [word for word in reference if chance.random() > 0.1]
    for at in range(0, len(hypothesis), 7):
        hypothesis[at] = chance.choice(vocabulary)
    theirs = jiwer.process_words(" ".join(reference), " ".join(hypothesis))
    ours = word_edits(reference, hypothesis)
    assert ours == Edits(theirs.hits, theirs.substitutions, theirs.deletions, theirs.insertions)


def test_the_example_of_the_documentation() -> None:
    # 2 replaced, 1 missing and 2 too many of 173 words.
    edits = Edits(170, 2, 1, 2)
    assert edits.count == 173
    assert edits.rate == pytest.approx(0.0289, abs=1e-4)


def test_an_empty_reference() -> None:
    assert word_edits([], []).rate == 0.0
    assert word_edits([], ["a", "b"]) == Edits(insertions=2)
    assert word_edits([], ["a", "b"]).rate == 1.0


@given(_WORDS, _WORDS)
def test_an_alignment_covers_both_texts(reference: list[str], hypothesis: list[str]) -> None:
    at = other = 0
    for chunk in align(reference, hypothesis):
        assert (chunk.reference[0], chunk.hypothesis[0]) == (at, other)
        at, other = chunk.reference[1], chunk.hypothesis[1]
    assert (at, other) == (len(reference), len(hypothesis))
    edits = count(align(reference, hypothesis))
    assert edits.count == len(reference)
    assert edits.correct + edits.substitutions + edits.insertions == len(hypothesis)
