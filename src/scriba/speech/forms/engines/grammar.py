"""Writing spoken numbers with the grammar of a language, kept to the words that speak of one."""

import re
from collections.abc import Sequence
from functools import lru_cache

from scriba.speech.forms.engine import Replacement
from scriba.speech.forms.engines.addresses import addresses
from scriba.speech.forms.engines.alignment import align
from scriba.speech.forms.engines.fractions import fractions
from scriba.speech.forms.engines.grammars import rewriter
from scriba.speech.forms.engines.style import Place, acceptable, styled
from scriba.speech.forms.engines.vocabulary import VOCABULARIES, Vocabulary

# Words on either side of a number that its grammar may need ("um", "uhr", "euro", "las").
_CONTEXT = 5
_ADDRESS_CONTEXT = 14
# The transducers take time that grows faster than the text; no number needs more words.
_LONGEST = 60
# Number words of the patterns that are counted themselves: "zwei uhr", "zwei drittel".
_COUNTED = frozenset({"uhr", "cent", "eme"})

_FRENCH_TENS = "vingt|trente|quarante|cinquante|soixante|septante|huitante|octante|nonante"
_FRENCH_TEENS = "dix|onze|douze|treize|quatorze|quinze|seize"
_FRENCH_UNITS = "un|une|deux|trois|quatre|cinq|six|sept|huit|neuf"
_FRENCH_TWO_DIGITS = re.compile(
    rf"\b(?:quatre[ -]vingts?|{_FRENCH_TENS}|dix)\b"
    rf"(?:[ -](?:dix[ -](?:sept|huit|neuf)|{_FRENCH_TEENS}|{_FRENCH_UNITS}|\w+ième)(?![\w-]))?"
)
_ITALIAN_ONE = re.compile(r"(?<=nt)un$")
_GERMAN_ORDINAL = re.compile(r"(\w*(?:st|t|dritt))e[nsm]?")


class GrammarItn:
    """Inverse text normalisation for one locale by the grammar of its language."""

    def __init__(self, tag: str) -> None:
        self._tag = tag
        self._language = tag.split("-")[0]
        self._vocabulary = VOCABULARIES[self._language]

    def itn(self, words: Sequence[str]) -> list[Replacement]:
        """The numbers and addresses among `words`; nothing where the grammar fails."""
        lowered = [word.lower() for word in words]
        found: list[Replacement] = []
        for start, end in _regions(lowered, self._vocabulary):
            found += self._region(lowered, start, end)
        if self._language == "es":
            found = _with(found, fractions(lowered))
        for address in addresses(lowered, self._vocabulary):
            across = [one for one in found if one.start < address.end and address.start < one.end]
            # The grammar reads figures and slashes in an address, where it knows it for one.
            if not any("@" in one.text or "www." in one.text for one in across):
                found = [one for one in found if one not in across] + [address]
        return sorted(found, key=lambda one: one.start)

    def _region(self, words: Sequence[str], start: int, end: int) -> list[Replacement]:
        tokens = self._tokens(words[start:end])
        starts = [start]
        for _, size in tokens:
            starts.append(starts[-1] + size)
        rewritten = _rewrite(self._language, " ".join(token for token, _ in tokens))
        kept: list[Replacement] = []
        for one in align([token for token, _ in tokens], rewritten):
            first, last = starts[one.start], starts[one.end]
            if one.text[-1:] in "ºª" and first and words[first - 1] in {"un", "um"}:
                # "Un décimo" is a share.
                continue
            place = Place(words[first:last], tuple(words[last : last + 2]))
            text = styled(place, one.text, self._tag, self._vocabulary)
            if text.casefold() != " ".join(place.words) and acceptable(
                place, text, self._vocabulary
            ):
                kept.append(_trimmed(Replacement(first, last, text), words))
        return self._whole(kept, words)

    def _whole(self, found: list[Replacement], words: Sequence[str]) -> list[Replacement]:
        """Those of `found` that leave no other part of the same number spoken: no "due punto 5"."""
        if self._language == "vi":
            # Its number words are also "not", "year" and "hour": neighbours say nothing.
            return found
        written = {index for one in found for index in range(one.start, one.end)}

        def spoken(index: int) -> bool:
            return (
                0 <= index < len(words)
                and index not in written
                and self._vocabulary.is_number(words[index])
                and words[index] not in _COUNTED
                and not self._vocabulary.scales.fullmatch(words[index])
            )

        def torn(one: Replacement) -> bool:
            if not one.text.isdigit():
                return False
            before = one.start - 1
            joined = before > 0 and words[before] in self._vocabulary.joiners
            return spoken(one.end) or spoken(before) or (joined and spoken(before - 1))

        while torn_ones := [one for one in found if torn(one)]:
            found = [one for one in found if one not in torn_ones]
            written = {index for one in found for index in range(one.start, one.end)}
        return found

    def _tokens(self, words: Sequence[str]) -> list[tuple[str, int]]:
        """The words as the grammar wants them, each with the number of words it covers."""
        if self._language == "fr":
            return _french_tokens(words)
        if self._language == "es":
            return _spanish_tokens(words)
        if self._language == "it":
            # The grammar knows "ventuno" and not "ventun anni".
            return [(_ITALIAN_ONE.sub("uno", word), 1) for word in words]
        tokens = [(word, 1) for word in words]
        if self._language == "de":
            # The grammar knows "erster januar" and not "am ersten januar".
            for index, following in enumerate(words[1:]):
                ordinal = _GERMAN_ORDINAL.fullmatch(words[index])
                if ordinal and following in self._vocabulary.months:
                    tokens[index] = f"{ordinal[1]}er", 1
        return tokens


def _with(found: list[Replacement], others: list[Replacement]) -> list[Replacement]:
    """`found` and `others`, which come first where the two overlap."""
    kept = [
        one
        for one in found
        if not any(one.start < other.end and other.start < one.end for other in others)
    ]
    return kept + others


def _regions(words: Sequence[str], vocabulary: Vocabulary) -> list[tuple[int, int]]:
    """The stretches of `words` that speak of a number or an address, with their context."""
    regions: list[tuple[int, int]] = []
    for index, word in enumerate(words):
        in_address = word in vocabulary.dot or word in vocabulary.at
        if not (in_address or vocabulary.is_number(word)):
            continue
        context = _ADDRESS_CONTEXT if in_address else _CONTEXT
        start, end = max(0, index - context), min(len(words), index + context + 1)
        if regions and start <= regions[-1][1]:
            start = regions[-1][1]
            if end - regions[-1][0] <= _LONGEST:
                start, end = regions[-1][0], max(end, regions.pop()[1])
        if start < end:
            regions.append((start, end))
    return regions


# The hypotheses of one phrase share most of their clauses.
@lru_cache(maxsize=1024)
def _rewritten(language: str, text: str) -> tuple[str, ...]:
    return tuple(rewriter(language)(text).split())


def _rewrite(language: str, text: str) -> Sequence[str]:
    try:
        return _rewritten(language, text)
    except Exception:
        # The grammars raise whatever their parser trips over; unknown text stays as spoken.
        return text.split()


def _trimmed(one: Replacement, words: Sequence[str]) -> Replacement:
    """`one` without the words at its ends that are written as spoken."""
    start, end, text = one.start, one.end, one.text.split(" ")
    while end - start > 1 and len(text) > 1 and text[-1].casefold() == words[end - 1].casefold():
        end, text = end - 1, text[:-1]
    while end - start > 1 and len(text) > 1 and text[0].casefold() == words[start].casefold():
        start, text = start + 1, text[1:]
    return Replacement(start, end, " ".join(text))


def _spanish_tokens(words: Sequence[str]) -> list[tuple[str, int]]:
    tokens: list[tuple[str, int]] = []
    for word in words:
        if word in {"ve", "uve", "u"} and tokens and tokens[-1][0] == "doble":
            tokens[-1] = "w", 2
        else:
            tokens.append((word, 1))
    return tokens


def _french_tokens(words: Sequence[str]) -> list[tuple[str, int]]:
    """`words` with the parts of a number under a hundred hyphenated, as the grammar wants them.

    Each token comes with the number of words that it covers.
    """
    text = " ".join(words)
    joined = _FRENCH_TWO_DIGITS.sub(lambda found: found[0].replace(" ", "-"), text)
    tokens: list[tuple[str, int]] = []
    position = 0
    for token in joined.split(" "):
        size = 1 + text[position : position + len(token)].count(" ")
        tokens.append((token, size))
        position += len(token) + 1
    return tokens
