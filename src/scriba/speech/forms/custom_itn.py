"""Custom ITN: the patterns of a model looked for in what was said and what the base ITN wrote."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from scriba.speech.forms.automaton import Automaton, Edge, Match, Search
from scriba.speech.forms.english.numbers import DIGITS, cardinal
from scriba.speech.forms.groups import Group
from scriba.speech.forms.tokens import rewritten, shown

_STEPS = 200_000
"""Steps for one phrase; the rest of a phrase that takes more is left as it is."""

_LARGEST = 10_000
_MULTIPLES = {"double": 2, "triple": 3}
_ZEROS = {"oh": "0", "o": "0"}
_NAMES = {
    "dash": "-",
    "hyphen": "-",
    "dot": ".",
    "point": ".",
    "slash": "/",
    "colon": ":",
    "comma": ",",
    "underscore": "_",
    "hash": "#",
    "at": "@",
    "plus": "+",
    "percent": "%",
    "and": "&",
}
# Marks that part what is said together: "J.O.", "105-115".
_PARTING = frozenset("-.:/' \u2010\u2011")
_CODE_LETTERS = 6
_ENDS = frozenset("?!;。？！\n")

Numbers = Mapping[tuple[str, ...], str]
"""Numbers as they are said, word by word, and in figures."""

_LONGEST_NUMBER = 6


def apply(
    groups: Sequence[Group], patterns: Automaton, locale: str, numbers: Numbers
) -> list[Group]:
    """The groups with what the patterns match written anew.

    `numbers` are those of the locale below a thousand; English has its own.
    """
    words = [word for group in groups for word in group.lexical]
    places = [0]
    for group in groups:
        places.append(places[-1] + len(group.lexical))
    if locale.lower().startswith("en"):
        edges = [_english(words, at) for at in range(len(words))]
    else:
        edges = [_numbers(words, at, numbers) for at in range(len(words))]
    for at, word in enumerate(words):
        edges[at].append(Edge(at + 1, "".join(filter(str.isalnum, word)), len(word) == 1))
    bars = set()
    for group, (start, end) in zip(groups, pairwise(places), strict=True):
        if end > start:
            signs, spelled = _signs(group)
            edges[start] = [Edge(end, signs, spelled), *edges[start]]
            if _closes(group):
                bars.add(end)
    edges = [[edge for edge in found if edge.signs] for found in edges]
    search = Search(patterns, edges, _STEPS)
    return _written(groups, places, search, frozenset(bars))


def _written(
    groups: Sequence[Group], places: list[int], search: Search, bars: frozenset[int]
) -> list[Group]:
    done: list[Group] = []
    ends = frozenset(places)
    index = 0
    while index < len(groups):
        found = search.longest(places[index], ends, bars) if groups[index].lexical else None
        if found is None:
            done.append(groups[index])
            index += 1
            continue
        last = index + 1
        while places[last] < found.end:
            last += 1
        done.append(_merged(groups[index:last], found))
        index = last
    return done


def _merged(groups: Sequence[Group], found: Match) -> Group:
    return Group(
        (groups[0].source[0], groups[-1].source[1]),
        tuple(word for group in groups for word in group.lexical),
        tuple(found.text.split()),
        rewritten([word for group in groups for word in group.display], found.text),
    )


def _closes(group: Group) -> bool:
    """Whether a sentence ends with the group; the dot of a spelled letter ends none."""
    last = shown(group.display[-1]) if group.display else shown("")
    dotted = "." in last.core or len(last.core) == 1
    return bool(set(last.trail) & _ENDS) or ("." in last.trail and not dotted)


def _signs(group: Group) -> tuple[str, bool]:
    """A group as it is written, without the marks within, and whether it is a code."""
    text = " ".join(shown(word).core for word in group.display)
    signs = ""
    for at, char in enumerate(text):
        between = text[at - 1 : at].isdigit() and text[at + 1 : at + 2].isdigit()
        if char not in _PARTING or (char in ".:" and between):
            signs += char
    code = any(map(str.isdigit, signs)) or len(signs) == 1
    return signs, code or (signs.isupper() and len(signs) <= _CODE_LETTERS)


def _numbers(words: Sequence[str], at: int, numbers: Numbers) -> list[Edge]:
    for end in range(min(len(words), at + _LONGEST_NUMBER), at, -1):
        if figures := numbers.get(tuple(words[at:end])):
            return [Edge(end, figures, True)]
    return []


def _english(words: Sequence[str], at: int) -> list[Edge]:
    """The ways to write the words from `at` on in figures and signs."""
    word = words[at]
    edges: list[Edge] = []
    # The longest number only: "twenty two" is not 20 and 2, but "nineteen ninety" is 19 and 90.
    if (number := cardinal(words, at, len(words))) and number[0] < _LARGEST:
        edges.append(Edge(number[1], str(number[0]), True))
    if word in _ZEROS:
        edges.append(Edge(at + 1, _ZEROS[word], True))
    if word in _MULTIPLES and at + 1 < len(words):
        following = words[at + 1]
        sign = DIGITS.get(following) or _ZEROS.get(following) or following
        if len(sign) == 1:
            edges.append(Edge(at + 2, sign * _MULTIPLES[word], True))
    if word in _NAMES:
        edges.append(Edge(at + 1, _NAMES[word], False))
    return edges


def in_text(groups: Sequence[Group], patterns: Automaton) -> list[Group]:
    """The same for scripts without spaces: looked for among the signs that are written."""
    return [
        replace(
            group,
            itn=tuple(_replaced(word, patterns) for word in group.itn),
            display=tuple(_replaced(word, patterns) for word in group.display),
        )
        for group in groups
    ]


def _replaced(text: str, patterns: Automaton) -> str:
    edges = [[Edge(at + 1, sign, True)] for at, sign in enumerate(text)]
    # Figures and Latin letters are not cut in the middle.
    whole = frozenset(
        at
        for at in range(len(text) + 1)
        if not (0 < at < len(text) and _runs_on(text[at - 1], text[at]))
    )
    search = Search(patterns, edges, _STEPS)
    done, at = "", 0
    while at < len(text):
        found = search.longest(at, whole, frozenset()) if at in whole else None
        done += found.text if found else text[at]
        at = found.end if found else at + 1
    return done


def _runs_on(before: str, after: str) -> bool:
    return before.isalnum() and after.isalnum() and (before + after).isascii()
