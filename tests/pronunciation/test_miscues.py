"""Words left out, swapped and added: the sound decides where the recogniser and the text differ."""

from collections.abc import Sequence

import numpy as np
import pytest

from scriba.pronunciation.acoustics import Sound
from scriba.pronunciation.miscues import Plan, find
from scriba.pronunciation.reference import read
from scriba.speech import Word
from tests.pronunciation.spoken import sound_of


def _heard(text: str, seconds: float) -> list[Word]:
    words = text.split()
    length = seconds / max(1, len(words))
    return [Word(word, at * length, (at + 1) * length, 0.9) for at, word in enumerate(words)]


def _find(reference: str, said: str, heard: str | None = None) -> Plan:
    sound = sound_of(said)
    words = _heard(said.lower() if heard is None else heard, sound.frames / 50)
    return find(sound, read(reference), words)


def _extras(plan: Plan) -> list[tuple[str, int]]:
    return [(extra.text, extra.before) for extra in plan.extras]


RIGHT = "Please call the doctor at five"


def test_a_text_read_as_it_stands_has_no_miscues() -> None:
    assert _find(RIGHT, RIGHT) == Plan()


def test_a_word_left_out_is_omitted() -> None:
    assert _find(RIGHT, "please call doctor at five") == Plan(omitted=frozenset({2}))


def test_a_word_said_as_another_is_swapped() -> None:
    assert _find(RIGHT, "please tell the doctor at five") == Plan(swapped=frozenset({(1, 0)}))


def test_a_word_added_is_an_extra_at_its_time() -> None:
    plan = _find(RIGHT, "please call the old doctor at five")
    assert _extras(plan) == [("old", 3)]
    assert plan.omitted == plan.swapped == frozenset()
    # "please call the" are 9 phones of 80 ms and three pauses of 60 ms after 200 ms of silence.
    assert plan.extras[0].start == pytest.approx(1.1, abs=0.06)
    assert plan.extras[0].end == pytest.approx(1.34, abs=0.06)


@pytest.mark.parametrize(
    "misheard",
    [
        "please tell the doctor at five",
        "please call doctor at five",
        "please call the old doctor at five",
        "please all the docks are at five",
        "please",
    ],
)
def test_what_the_recogniser_only_misheard_is_no_miscue(misheard: str) -> None:
    assert _find(RIGHT, RIGHT, misheard) == Plan()


def test_each_of_several_miscues_is_told() -> None:
    plan = _find(RIGHT, "please please tell the nice doctor five")
    assert plan.omitted == frozenset({4})
    assert plan.swapped == frozenset({(1, 0)})
    assert ("nice", 3) in _extras(plan)
    assert [text for text, _ in _extras(plan)].count("please") == 1


def test_words_after_the_last_one_are_extras_after_all() -> None:
    assert _extras(_find(RIGHT, f"{RIGHT} today")) == [("today", 6)]


def test_a_number_is_one_word_of_the_reference() -> None:
    right = "It costs $5 today"
    assert _find(right, "it costs five dollars today") == Plan()
    assert _find(right, "it costs today") == Plan(omitted=frozenset({2}))
    assert _find(right, "it costs nine dollars today") == Plan(swapped=frozenset({(2, 0)}))


def test_another_text_altogether_is_neither_read_nor_taken_for_read() -> None:
    plan = _find(RIGHT, "nobody knows why we came")
    assert len(plan.omitted) + len(plan.swapped) >= 5


def test_a_text_of_which_only_the_beginning_was_read() -> None:
    words = [*RIGHT.lower().split(), *("again and again we went home " * 40).split()]
    plan = _find(" ".join(words), RIGHT.lower())
    assert plan.omitted == frozenset(range(6, len(words)))
    assert plan.swapped == frozenset()


@pytest.mark.parametrize("frames", [1, 3, 20])
def test_a_recording_too_short_for_anything_is_judged_all_the_same(frames: int) -> None:
    whole = sound_of(RIGHT)
    short = Sound(*(part[:frames] for part in _parts(whole)))
    plan = find(short, read(RIGHT), _heard("please tell him", frames / 50))
    assert plan.omitted.isdisjoint(number for number, _ in plan.swapped)
    assert plan.omitted or plan.swapped


def _parts(sound: Sound) -> Sequence[np.ndarray]:
    return sound.states, sound.log_posteriors, sound.likelihoods, sound.energy


def test_words_without_letters_are_not_heard() -> None:
    sound = sound_of(RIGHT)
    heard = [*_heard(RIGHT.lower(), sound.frames / 50), Word("你好", 1.0, 1.2, 0.3)]
    assert find(sound, read(RIGHT), heard) == Plan()


def test_nothing_heard_that_can_be_said() -> None:
    plan = find(sound_of("one two"), read(RIGHT), [Word("…", 0.0, 0.1, 0.2)])
    assert plan.extras == ()
