"""The four forms of a text and how their words correspond."""

from dataclasses import dataclass
from typing import Literal

Profanity = Literal["masked", "removed", "tags", "raw"]
Punctuation = Literal["none", "dictated", "automatic", "dictatedAndAutomatic"]


@dataclass(frozen=True, slots=True)
class Group:
    """Words that belong together across the forms.

    `source` is the half-open span of the whitespace-separated words of the recogniser's text that
    the group came from; `lexical`, `itn` and `display` are its words in each form ("five thirty",
    "5:30", "5:30,"). Any of the three may be empty, as when profanity was removed.
    """

    source: tuple[int, int]
    lexical: tuple[str, ...]
    itn: tuple[str, ...]
    display: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Forms:
    """The four forms of one text and how their words correspond."""

    lexical: str
    itn: str
    masked_itn: str
    display: str
    groups: tuple[Group, ...] = ()
