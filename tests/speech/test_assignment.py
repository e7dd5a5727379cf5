"""Phrases and turns put together."""

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scriba.speech.diarization import Turn, assign
from scriba.speech.forms import Forms, Profanity, render
from scriba.speech.results import Hypothesis, Phrase, Word


def words_of(texts: Sequence[str], start: float, each: float) -> tuple[Word, ...]:
    return tuple(
        Word(text, start + i * each, start + (i + 1) * each, 0.5 + 0.1 * (i % 3))
        for i, text in enumerate(texts)
    )


def phrase(text: str, start: float, end: float, profanity: Profanity = "masked") -> Phrase:
    """A phrase whose groups divide the time evenly, as do the words within a group."""
    forms = render(text, "en-US", profanity)
    shown: list[Word] = []
    said: list[Word] = []
    each = (end - start) / len(forms.groups)
    for i, group in enumerate(forms.groups):
        at = start + i * each
        shown += words_of(group.display, at, each / max(1, len(group.display)))
        said += words_of(group.lexical, at, each / max(1, len(group.lexical)))
    best = Hypothesis(0.8, forms, tuple(shown), tuple(said))
    other = Hypothesis(0.4, render("something else", "en-US"))
    return Phrase(start, end, (best, other), "en-US")


def displays(phrases: Sequence[Phrase]) -> list[tuple[int | None, str]]:
    return [(each.speaker, each.best.forms.display) for each in phrases]


def test_a_phrase_within_a_turn_is_its_speakers() -> None:
    said = phrase("Good morning to you.", 1.0, 3.0)
    (found,) = assign([said], [Turn(0.8, 3.2, 1)])
    assert found.speaker == 1
    assert found.nbest == said.nbest


def test_a_phrase_is_split_where_the_speaker_changes() -> None:
    said = phrase("How are you? I am fine, thanks.", 0.0, 7.0)
    first, second = assign([said], [Turn(0.0, 3.0, 1), Turn(3.0, 7.0, 2)])
    assert displays([first, second]) == [(1, "How are you?"), (2, "I am fine, thanks.")]
    assert (first.start, second.end) == (0.0, 7.0)
    assert (first.end, second.start) == (3.0, 3.0)
    assert first.language == second.language == "en-US"


def test_all_forms_and_words_of_a_part_say_the_same() -> None:
    said = phrase("It costs twenty five dollars. That is five thirty too much.", 0.0, 10.0)
    change = next(w.end for w in said.best.words if w.text == "$25.")
    parts = list(assign([said], [Turn(0.0, change, 1), Turn(change, 10.0, 2)]))
    assert [part.best.forms.lexical for part in parts] == [
        "it costs twenty five dollars",
        "that is five thirty too much",
    ]
    assert parts[0].best.forms.itn == "it costs $25"
    assert parts[0].best.forms.display == "It costs $25."
    for part in parts:
        best = part.best
        assert " ".join(word.text for word in best.words) == best.forms.display
        assert " ".join(word.text for word in best.lexical_words) == best.forms.lexical
        assert best.forms.masked_itn == best.forms.itn
        assert best.forms.groups[0].source[0] == 0
        known = [word.confidence for word in best.lexical_words]
        assert best.confidence == pytest.approx(sum(known) / len(known))


def test_a_number_is_not_torn_apart() -> None:
    said = phrase("It costs twenty five dollars today.", 0.0, 4.0)
    number = next(word for word in said.best.words if "$25" in word.text)
    middle = (number.start + number.end) / 2 + 0.01
    parts = list(assign([said], [Turn(0.0, middle, 1), Turn(middle, 4.0, 2)]))
    assert sum("$25" in part.best.forms.display for part in parts) == 1
    assert sum("twenty five dollars" in part.best.forms.lexical for part in parts) == 1


@pytest.mark.parametrize("profanity", ["masked", "removed", "tags", "raw"])
def test_profanity_stays_treated_in_the_parts(profanity: Profanity) -> None:
    said = phrase("What the fuck is that? I have no idea, man.", 0.0, 10.0, profanity)
    change = next(w.end for w in said.best.words if w.text.startswith("that"))
    parts = list(assign([said], [Turn(0.0, change, 1), Turn(change, 10.0, 2)]))
    assert len(parts) == 2
    for name in ("masked_itn", "itn", "lexical", "display"):
        joined = " ".join(getattr(part.best.forms, name) for part in parts)
        assert joined == getattr(said.best.forms, name)
    assert ("fuck" in parts[0].best.forms.masked_itn) == (profanity in ("tags", "raw"))
    assert parts[1].best.forms.masked_itn == "i have no idea man"


def test_one_short_word_does_not_change_the_speaker() -> None:
    said = phrase("I would like to go home now please.", 0.0, 4.0)
    turns = [Turn(0.0, 2.0, 1), Turn(2.0, 2.3, 2), Turn(2.3, 4.0, 1)]
    assert displays(list(assign([said], turns))) == [(1, "I would like to go home now please.")]


def test_a_short_answer_between_sentences_does() -> None:
    said = phrase("Are you coming? Yes. Then let us go.", 0.0, 8.0)
    turns = [Turn(0.0, 3.0, 1), Turn(3.0, 4.0, 2), Turn(4.0, 8.0, 1)]
    assert displays(list(assign([said], turns))) == [
        (1, "Are you coming?"),
        (2, "Yes."),
        (1, "Then let us go."),
    ]


def test_speech_at_once_goes_to_one_of_them() -> None:
    said = phrase("This is what I said.", 0.0, 5.0)
    (found,) = assign([said], [Turn(0.0, 5.0, 1), Turn(3.0, 4.0, 2)])
    assert found.speaker == 1


def test_speakers_count_in_the_order_of_their_first_words() -> None:
    phrases = [phrase("One.", 5.0, 6.0), phrase("Two.", 8.0, 9.0), phrase("Three.", 11.0, 12.0)]
    turns = [Turn(0.0, 1.0, 1), Turn(4.9, 6.1, 3), Turn(8.0, 9.0, 2), Turn(11.0, 12.0, 3)]
    assert [each.speaker for each in assign(phrases, turns)] == [1, 2, 1]


def test_a_phrase_in_no_turn_is_the_nearest_speakers() -> None:
    turns = [Turn(0.0, 2.0, 1), Turn(9.0, 10.0, 2)]
    phrases = [phrase("First.", 0.0, 2.0), phrase("Late.", 7.5, 8.5), phrase("End.", 30.0, 31.0)]
    assert [each.speaker for each in assign(phrases, turns)] == [1, 2, 2]


def test_without_turns_there_is_one_speaker() -> None:
    assert [each.speaker for each in assign([phrase("Hello.", 0.0, 1.0)], [])] == [1]


def test_a_phrase_without_words_is_not_split() -> None:
    said = Phrase(0.0, 10.0, (Hypothesis(0.9, render("How are you? Fine.", "en-US")),))
    (found,) = assign([said], [Turn(0.0, 4.0, 1), Turn(4.0, 10.0, 2)])
    assert (found.speaker, found.nbest) == (1, said.nbest)


def test_a_phrase_with_forms_but_no_groups_is_not_split() -> None:
    forms = Forms("a b", "a b", "a b", "A b.")
    said = Phrase(0.0, 2.0, (Hypothesis(0.9, forms, words_of(["A", "b."], 0.0, 1.0)),))
    (found,) = assign([said], [Turn(0.0, 1.0, 1), Turn(1.0, 2.0, 2)])
    assert found.best.forms == forms


@given(
    st.lists(st.tuples(st.floats(0, 20), st.floats(0.01, 8), st.integers(1, 4)), max_size=12),
    st.sampled_from(["raw", "masked", "removed"]),
)
def test_nothing_is_lost_whatever_the_turns(
    drawn: list[tuple[float, float, int]], profanity: Profanity
) -> None:
    turns = [Turn(start, start + length, who) for start, length, who in sorted(drawn)]
    said = phrase("Well, shit, at half past five I owed him fifty dollars.", 2.0, 18.0, profanity)
    parts = list(assign([said], turns))
    for name in ("lexical", "itn", "masked_itn", "display"):
        joined = " ".join(getattr(part.best.forms, name) for part in parts).split()
        assert joined == getattr(said.best.forms, name).split()
    assert sum((part.best.words for part in parts), ()) == said.best.words
    assert sum((part.best.lexical_words for part in parts), ()) == said.best.lexical_words
    assert parts[0].start == 2.0
    assert parts[-1].end == 18.0
    assert all(a.end <= b.start + 1e-9 for a, b in pairwise(parts))
    first = list(dict.fromkeys(part.speaker for part in parts))
    assert first == list(range(1, len(first) + 1))
