"""Pieces of written text put back between the source's punctuation, in groups of words."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from scriba.speech.forms.groups import Group
from scriba.speech.forms.tokens import APOSTROPHES, lowered

_EDGES = ".,;:!?\"'“”‘’()[]{}«»¿¡…—–-_*~"
# What may join the parts of a word in the ITN form; a dash or dots part words.
_JOINING = ("-", "\u2010", "\u2011", "/", ".", "_", "+", "&", ":", "@")
_CURRENCY_SIGNS = tuple("$€£¥₹₩")
_HALVES = ("AM", "PM")
_HALF = re.compile(r"\b[ap]m\b")


@dataclass(slots=True)
class Atom:
    """The smallest written thing: its spoken words, its text, and the tokens it covers.

    `lead` and `trail` are the punctuation around it, `glue` what parts it from the next atom of
    the same token. `fixed`: its text is a written form and stands unless it is part of a larger
    one. `dotted`: its trail begins with an abbreviation's dot; `ends`: that dot also ends the
    sentence.
    """

    words: list[str]
    text: str
    first: int
    last: int
    lead: str = ""
    trail: str = ""
    glue: str = ""
    fixed: bool = False
    dotted: bool = False
    ends: bool = False

    @property
    def number(self) -> bool:
        """Whether it is a number that stands in figures."""
        return self.fixed and any(char.isdigit() for char in self.text)


@dataclass(slots=True)
class Piece:
    """Atoms that share one written text; `replaced` when it is not the source's own wording."""

    atoms: Sequence[Atom]
    text: str
    replaced: bool

    @property
    def display(self) -> str:
        """The text with its punctuation."""
        last = self.atoms[-1]
        text, trail = self.text, last.trail
        closed = not last.ends or trail[1:2] in ("!", "?", ",", ";", ":")
        if last.dotted and text.endswith(_HALVES) and closed:
            trail = trail[1:]
        elif text.endswith((".", ",")) and trail:
            text = text[:-1] if text[-1] == "," or trail[0] == "." else text
        elif last.dotted and len(self.atoms) > 1 and not last.ends and text[-1:].isdigit():
            trail = trail[1:]
        return f"{self.atoms[0].lead}{text}{trail}"


def itn_words(text: str, replaced: bool) -> list[str]:
    """The words of a written text without outer punctuation, lower case but for AM and PM."""
    words = []
    for raw in text.translate(APOSTROPHES).split():
        word = raw
        signed = word[:1] in "-." and (word[1:2].isdigit() or word[1:2] in _CURRENCY_SIGNS)
        word = word.rstrip(_EDGES) if signed else word.strip(_EDGES)
        if "(" in word and raw[-1] == ")":
            word += ")"
        if word:
            small = lowered(word)
            if replaced:
                small = _HALF.sub(lambda half: half[0].upper(), small)
            words.append(small)
    return words


def group_pieces(pieces: Sequence[Piece]) -> list[Group]:
    """The pieces as groups that cover all source words without overlap."""
    groups: list[Group] = []
    at = 0
    while at < len(pieces):
        stop = at + 1
        while stop < len(pieces) and pieces[stop].atoms[0].first < pieces[stop - 1].atoms[-1].last:
            stop += 1
        run = pieces[at:stop]
        lexical = [word for piece in run for atom in piece.atoms for word in atom.words]
        shown = bare = ""
        for piece in run:
            glue = piece.atoms[-1].glue
            apart = glue or " "
            shown += piece.display + apart
            joined = apart in _JOINING or not set(apart) - {"*"}
            bare += piece.text.rstrip(",") + (apart if joined else " ")
        replaced = any(piece.replaced for piece in run)
        itn = itn_words(bare, replaced) if lexical else []
        source = (run[0].atoms[0].first, run[-1].atoms[-1].last)
        groups.append(Group(source, tuple(lexical), tuple(itn), tuple(shown.split())))
        at = stop
    return groups
