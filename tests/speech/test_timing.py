from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from scriba.speech.engine import TimedWord
from scriba.speech.forms import Group
from scriba.speech.timing import display_words, timed_words


@pytest.fixture(scope="module")
def tokenizer(tiny_model: Path) -> Tokenizer:
    return Tokenizer.from_file(str(tiny_model / "tokenizer.json"))


def path_of(tokens: int, states: int) -> list[tuple[int, int]]:
    """An alignment that gives every token, and the end, `states` states."""
    return [(t, t * states + s) for t in range(tokens + 1) for s in range(states)]


def test_words_begin_where_their_first_token_does(tokenizer: Tokenizer) -> None:
    tokens = tokenizer.encode(" The quilter sat", add_special_tokens=False).ids
    words = timed_words(tokenizer, tokens, path_of(len(tokens), 10), [0.5] * len(tokens), 60.0)
    assert [w.text for w in words] == ["The", "quilter", "sat"]
    assert words[0].start == 0.0
    assert words[1].start == pytest.approx(0.2)
    assert words[-1].end == pytest.approx(0.2 * len(tokens))
    assert words[0].probability == pytest.approx(0.5)


def test_times_stay_inside_the_clip(tokenizer: Tokenizer) -> None:
    tokens = tokenizer.encode(" one two three four", add_special_tokens=False).ids
    words = timed_words(tokenizer, tokens, path_of(len(tokens), 50), [0.9] * len(tokens), 2.2)
    assert max(w.end for w in words) <= 2.2


@given(st.text(max_size=30), st.data())
def test_words_are_those_of_the_text_and_monotone(
    tokenizer: Tokenizer, text: str, data: st.DataObject
) -> None:
    tokens = tokenizer.encode(" " + text, add_special_tokens=False).ids
    steps = st.lists(st.integers(0, 30), min_size=len(tokens) + 1, max_size=len(tokens) + 1)
    at, path = 0, []
    for token, step in enumerate(data.draw(steps)):
        at += step
        path.append((token, at))
    words = timed_words(tokenizer, tokens, path, [0.5] * len(tokens), 10.0)
    assert [w.text for w in words] == tokenizer.decode(tokens).split()
    times = [t for w in words for t in (w.start, w.end)]
    assert all(0 <= t <= 10 for t in times)
    assert all(w.start <= w.end for w in words)
    assert all(a.start <= b.start for a, b in pairwise(words))


WORDS = [TimedWord("five", 1.0, 1.4, 0.9), TimedWord("thirty", 1.4, 2.0, 0.6)]


def test_words_written_as_one_share_its_time() -> None:
    groups = [Group((0, 2), ("five", "thirty"), ("5:30",), ("5:30.",))]
    assert display_words(groups, WORDS, 10.0) == [("5:30.", 11.0, 12.0, 0.6)]


def test_a_word_written_as_several_is_divided() -> None:
    groups = [Group((0, 1), ("five",), ("five",), ("a", "bbb")), Group((1, 2), (), (), ("c",))]
    found = display_words(groups, WORDS, 0.0)
    assert [(t, pytest.approx(s), pytest.approx(e)) for t, s, e, _ in found] == [
        ("a", 1.0, 1.1),
        ("bbb", 1.1, 1.4),
        ("c", 1.4, 2.0),
    ]


def test_removed_words_leave_no_time_behind() -> None:
    groups = [Group((0, 1), ("five",), ("five",), ()), Group((1, 2), ("x",), ("x",), ("x",))]
    assert [w[0] for w in display_words(groups, WORDS, 0.0)] == ["x"]
