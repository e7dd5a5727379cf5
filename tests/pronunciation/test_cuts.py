"""Which frames count as which phone, with alignment and without."""

from itertools import pairwise

import pytest

from scriba.pronunciation.alignment import TooShort
from scriba.pronunciation.training.cuts import aligned, evenly

from .spoken import FRAMES, sound_of

WORDS = [[("K", "AE1", "T")], [("S", "IH1", "T", "S")]]
SILENT = 10
"""Frames before the words and between them, see `spoken`."""


def test_alignment_finds_the_pause_and_even_parts_do_not() -> None:
    heard = sound_of("cat sits")
    by_sound = aligned(heard, WORDS)
    even = evenly(heard, WORDS)
    names = ["K", "AE1", "T", "S", "IH1", "T", "S"]
    assert [each.symbol for each in by_sound] == [each.symbol for each in even] == names
    assert [each.word for each in even] == [0, 0, 0, 1, 1, 1, 1]
    assert by_sound[0].start == even[0].start == SILENT
    assert by_sound[-1].end == even[-1].end
    assert by_sound[3].start - by_sound[2].end == 3
    assert all(before.end == after.start for before, after in pairwise(even))
    assert {each.end - each.start for each in even} == {FRAMES, FRAMES + 1}


def test_too_little_sound_for_the_phones() -> None:
    with pytest.raises(TooShort, match="too few for 35 phones"):
        evenly(sound_of("cat"), WORDS * 5)
