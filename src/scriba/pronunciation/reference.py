"""A text that is to be read aloud, as people write it, as words with pronunciations."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from scriba.errors import ReferenceTooLong
from scriba.pronunciation.lexicon import lexicon
from scriba.pronunciation.readings import others
from scriba.pronunciation.words import Said, said
from scriba.speech.forms.english.engine import ENGLISH
from scriba.speech.forms.tokens import APOSTROPHES, Token, pieces, token

LONGEST = 20_000
"""Characters that a reference may have: some twenty minutes of speech."""

_FIGURES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_MOST_DIGITS = 100
"""More are said in no thirty seconds."""

_STRONG = frozenset(".!?;:…")
_OPENING = frozenset("([")
_WEAK = frozenset(",—–()[]")
# A dash between words is a pause; a hyphen within one is not.
# "1½" is "1 ½", and "No.1" is "No. 1".
_FRACTION = re.compile(r"(?<=\d)(?=[¼-¾⅐-⅞])|(?<=[¼-¾⅐-⅞])-(?=\w)")
_NUMBER = re.compile(r"\b(No\.)(?=\d)")
_DASHES = re.compile(r"(?<=\w)\s*(?:--+|[—–―])\s*(?=[^\W\d])")


@dataclass(frozen=True, slots=True)
class ReferenceWord:
    """A word of a reference and what is said for it.

    `text` is as written without the punctuation around it ("$5", "Dr.", "don't", "well-known");
    `spoken` are the words that are said for it ("five", "dollars"), at least one; `others` is what
    else may be said, likeliest first. After it a pause is expected where a comma or the like
    follows (`break_after`), the more so where a sentence or a part of one ends
    (`strong_break_after`, which implies the other).
    """

    text: str
    spoken: tuple[Said, ...]
    break_after: bool = False
    strong_break_after: bool = False
    others: tuple[tuple[Said, ...], ...] = ()


def read(text: str) -> tuple[ReferenceWord, ...]:
    """The words of an American English text; () where it has none.

    Numbers, dates, amounts, abbreviations, addresses and symbols are read as they are said. What
    has no letter a to z and no figure (emoji, other scripts) is left out. Raises ReferenceTooLong
    of more than `LONGEST` characters.
    """
    if len(text) > LONGEST:
        raise ReferenceTooLong(f"it has {len(text)} characters and may have {LONGEST}")
    tokens = [token(raw) for raw in _cleaned(text).split()]
    shouted = not any(char.islower() for char in text)
    words: list[ReferenceWord] = []
    at = 0
    while at < len(tokens):
        found, count = _word(tokens, at, shouted=shouted)
        if words and not _OPENING.isdisjoint(tokens[at].lead):
            words[-1] = _with_marks(words[-1], ",")
        if found:
            words.append(found)
        elif words:
            # A dash that stands alone, or an emoji after a sentence.
            words[-1] = _with_marks(words[-1], tokens[at].raw)
        at += count
    return tuple(words)


def recognised(words: Sequence[str]) -> tuple[ReferenceWord, ...]:
    """Lexical words that were recognised.

    What is written with figures is one word for now: the recogniser wrote those, and the words
    are a guess at how they were said. `apart` makes words of them again.
    """
    found: list[ReferenceWord] = []
    at = 0
    for each in ENGLISH.itn(words):
        if each.end - each.start == 1:
            continue
        span = " ".join(words[each.start : each.end])
        own = read(span)
        spoken = tuple(one for word in own for one in word.spoken)
        ways = (tuple(_spoken(way, "")) for way in others(each.text, [one.word for one in spoken]))
        several = tuple(way for way in ways if way)
        found += read(" ".join(words[at : each.start]))
        found += [ReferenceWord(span, spoken, others=several)] if several else own
        at = each.end
    return (*found, *read(" ".join(words[at:])))


def apart(words: Sequence[ReferenceWord]) -> tuple[ReferenceWord, ...]:
    """The words of `recognised`, those of figures one by one."""
    return tuple(
        one
        for word in words
        for one in (
            [ReferenceWord(said.word, (said,)) for said in word.spoken]
            if " " in word.text
            else [word]
        )
    )


def _cleaned(text: str) -> str:
    """The text with plain apostrophes, without what is not seen, dashes set apart."""
    plain = unicodedata.normalize("NFC", text).translate(APOSTROPHES)
    seen = "".join(
        char
        for char in plain
        if unicodedata.category(char) not in ("Cf", "Cc", "Cs") or char.isspace()
    )
    apart = _NUMBER.sub(r"\1 ", _FRACTION.sub(" ", seen))
    return _DASHES.sub(" — ", apart)


def _word(tokens: Sequence[Token], at: int, *, shouted: bool) -> tuple[ReferenceWord | None, int]:
    """The word that begins at a token, and how many tokens it takes."""
    first = tokens[at]
    if not first.core:
        return None, 1
    if found := ENGLISH.spoken(tokens, at):
        last = tokens[at + found.count - 1]
        spoken = tuple(_spoken(found.words, first.core if found.count == 1 else ""))
        if not spoken:
            return None, found.count
        raw = " ".join(item.raw for item in tokens[at : at + found.count])
        dot = "." if found.dotted and last.trail.startswith(".") else ""
        trail = last.trail.removeprefix(dot)
        text = raw[len(first.lead) : len(raw) - len(trail)]
        if first.lead.endswith("(") and text.count(")") > text.count("("):
            text = f"({text}"
        final = bool(dot) and at + found.count == len(tokens)
        ways = (tuple(_spoken(way, text)) for way in others(text, found.words))
        word = ReferenceWord(text, spoken, others=tuple(way for way in ways if way))
        return _with_marks(word, trail + ("." if final else "")), found.count
    # Figures too long to be a number are read one by one.
    spoken = tuple(_plain(first, shouted=shouted)) or tuple(_digits(first.core))
    if not spoken:
        return None, 1
    return _with_marks(ReferenceWord(first.core, spoken), first.trail), 1


def _spoken(words: Sequence[str], core: str) -> Iterator[Said]:
    """What is said for something that is not said as written: "B2B" as "b two b"."""
    for word in words:
        # A letter is said by its name, but "a" in "half a million" is a word.
        written = word.upper() if word.upper() in core else word
        letter = len(word) == 1 and len(words) > 1 and written in core
        capitals = len(word) > 1 and written.isupper()
        if found := said(written if capitals else word, capitals=capitals, letter=letter):
            yield found


def _plain(item: Token, *, shouted: bool) -> Iterator[Said]:
    """What is said for something that is said as written: "well-known" as "well known"."""
    parts = pieces(item.core)
    for text, _ in parts:
        capitals = not shouted and text[:2].isupper() and len(text) > 1
        letter = len(text) == 1 and len(parts) > 1
        if found := said(_elided(text, item), capitals=capitals, letter=letter):
            yield found


def _digits(core: str) -> Iterator[Said]:
    for char in [char for char in core if char in "0123456789"][:_MOST_DIGITS]:
        if found := said(_FIGURES[int(char)]):
            yield found


def _elided(text: str, item: Token) -> str:
    """The text with the apostrophes at its ends that are no quotation marks: "'em", "doin'"."""
    if text != item.core:
        return text
    known = lexicon()
    if item.lead.endswith("'") and f"'{text.lower()}" in known:
        return f"'{text}"
    if item.trail.startswith("'") and text.lower() not in known and f"{text.lower()}'" in known:
        return f"{text}'"
    return text


def _with_marks(word: ReferenceWord, marks: str) -> ReferenceWord:
    """The word with the pauses that punctuation after it asks for."""
    strong = not _STRONG.isdisjoint(marks)
    weak = strong or not _WEAK.isdisjoint(marks)
    return replace(
        word,
        break_after=word.break_after or weak,
        strong_break_after=word.strong_break_after or strong,
    )
