"""Spanish fractions ("ocho tercios", "once cientounavos"), which its grammar does not know."""

import re
import unicodedata
from collections.abc import Sequence
from functools import cache

from scriba.speech.forms.engine import Replacement

# Without "cuartos", which are rooms, and "segundos": three of them are no fraction.
_DENOMINATORS = {
    "tercios": 3,
    "quintos": 5,
    "sextos": 6,
    "séptimos": 7,
    "octavos": 8,
    "novenos": 9,
    "décimos": 10,
    "vigésimos": 20,
    "centésimos": 100,
    "milésimos": 1000,
}
_PARTS = re.compile(r"(\w{4,})avos?")
# "Treinta y nueve" is the longest number under a hundred.
_LONGEST = 3


def fractions(words: Sequence[str]) -> list[Replacement]:
    """The fractions among spoken Spanish `words` whose numerator is under a hundred.

    A single one of the common parts ("un tercio") is written as a word.
    """
    found: list[Replacement] = []
    for index, word in enumerate(words):
        denominator = _denominator(word)
        if denominator is None:
            continue
        for size in range(min(_LONGEST, index), 0, -1):
            numerator = _numbers().get(_key(" ".join(words[index - size : index])))
            if numerator is None or (numerator == 1 and word in _DENOMINATORS):
                continue
            start = index - size
            minus = start > 0 and words[start - 1] == "menos"
            text = f"{'-' if minus else ''}{numerator}/{denominator}"
            found.append(Replacement(start - minus, index + 1, text))
            break
    return found


def _denominator(word: str) -> int | None:
    if word in _DENOMINATORS:
        return _DENOMINATORS[word]
    parts = _PARTS.fullmatch(word)
    number = _numbers().get(_key(parts[1])) if parts else None
    return number if number and number > 10 else None


@cache
def _numbers() -> dict[str, int]:
    import num2words

    table = {"un": 1}
    for number in (*range(1, 1000), 1000):
        key = _key(num2words.num2words(number, lang="es"))
        # Numbers lose vowels before "-avo": "treintavo", "treintaiunavo", "cuarentiunavo".
        short = key.replace("ai", "i", 1)
        for form in (key, key.removesuffix("o"), key.removesuffix("a"), short.removesuffix("o")):
            table.setdefault(form, number)
    return table


def _key(text: str) -> str:
    plain = unicodedata.normalize("NFD", text).encode("ascii", "ignore").decode()
    return re.sub(r" y (?=\w)", "i", plain).replace(" ", "")
