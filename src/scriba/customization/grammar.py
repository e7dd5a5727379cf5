"""Structured text as plain sentences: the items of lists in the places that name them."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import count

from scriba.customization.markdown import Structured

MOST_SENTENCES = 200_000
"""Sentences that one structured text is expanded to."""

MOST_CHARACTERS = 100_000_000
"""Their characters together: a sentence may name thousands of lists with long items."""

_MOST_OF_ONE = 35_000


def expanded(text: Structured) -> Iterator[str]:
    """Sentences in which each item of each list that is named occurs, in a bounded number.

    All combinations of several lists would be too many: each sentence runs through its lists side
    by side, each at a step of its own.
    """
    left, room = MOST_SENTENCES, MOST_CHARACTERS
    for pieces in text.sentences():
        for sentence in _expanded(pieces, text.lists):
            left -= 1
            room -= len(sentence)
            if left < 0 or room < 0:
                return
            yield sentence


def _expanded(pieces: Sequence[str], lists: Mapping[str, Sequence[str]]) -> Iterator[str]:
    named = [lists.get(name) or () for name in pieces[1::2]]
    if not all(named):
        return
    longest = max((len(items) for items in named), default=1)
    for turn in range(min(longest, _MOST_OF_ONE)):
        # Lists of equal length would always meet in the same pairs without the shift.
        shifts = count()
        chosen = (items[(turn + turn // len(items) * next(shifts)) % len(items)] for items in named)
        yield "".join(next(chosen) if at % 2 else piece for at, piece in enumerate(pieces))
