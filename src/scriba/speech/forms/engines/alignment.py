"""From a rewritten sentence back to which words were rewritten."""

from collections.abc import Sequence
from difflib import SequenceMatcher

from scriba.speech.forms.engine import Replacement

# How many unchanged words may lie between a rewritten word and one that was left out for it:
# "zwei komma fünf millionen euro", written "€2,5 millionen".
_BRIDGE = 3


def align(words: Sequence[str], rewritten: Sequence[str]) -> list[Replacement]:
    """The smallest replacements that turn `words` into `rewritten`.

    Words that differ in case only count as the same. Where words were only left out or only put
    in, the nearest rewritten words and all between take part; when there are none it cannot be
    said which words the change stands for, and it is passed over.
    """
    matcher = SequenceMatcher(
        None, [one.casefold() for one in words], [one.casefold() for one in rewritten], False
    )
    changes = [list(places) for kind, *places in matcher.get_opcodes() if kind != "equal"]
    whole = _merged(changes)
    return [
        Replacement(start, end, " ".join(rewritten[first:last]))
        for start, end, first, last in whole
        if start < end and first < last
    ]


def _merged(changes: list[list[int]]) -> list[list[int]]:
    merged: list[list[int]] = []
    for change in changes:
        if merged and (_lacking(change) or _lacking(merged[-1])):
            before = merged[-1]
            if change[0] - before[1] <= _BRIDGE:
                merged[-1] = [before[0], change[1], before[2], change[3]]
                continue
        merged.append(change)
    return merged


def _lacking(change: Sequence[int]) -> bool:
    start, end, first, last = change
    return start == end or first == last
