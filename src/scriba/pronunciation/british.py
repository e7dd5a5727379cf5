"""How British speakers say what the dictionary has in American: where they differ by rule."""

import re
from collections.abc import Sequence

from scriba.pronunciation.phones import bare, is_vowel, stress

_BATH = re.compile(
    r"a(?:sk|sp|st|ss|ft|ff|lf|lv|th|nc[eh]|nt|nsw|mpl|lm)|augh|(?:^|[^aeiou])a(?:th|s)(?:$|er|ed)"
)
"""Spellings in which a short a is long in the south of England."""

_YOD = frozenset(("T", "D", "N", "S", "Z", "TH", "L"))
_SHORT_O = re.compile(r"o|wa|qua")
_LONG_AS_IN_NEW = re.compile(r"u(?!i$)|ew|eu")

_CENTRING = {"IH": "IH", "IY": "IH", "UH": "UH", "UW": "UH"}

# The ones that no rule makes, as they are said without the other differences.
_WORDS: dict[str, str] = {
    "advertisement": "AH0 D V ER1 T IH0 S M AH0 N T",
    "ate": "EH1 T",
    "been": "B IY1 N",
    "clerk": "K L AA1 R K",
    "depot": "D EH1 P OW0",
    "derby": "D AA1 R B IY0",
    "figure": "F IH1 G ER0",
    "garage": "G AE1 R IH0 JH",
    "herb": "HH ER1 B",
    "herbs": "HH ER1 B Z",
    "laboratory": "L AH0 B AO1 R AH0 T R IY0",
    "leisure": "L EH1 ZH ER0",
    "lever": "L IY1 V ER0",
    "lieutenant": "L EH0 F T EH1 N AH0 N T",
    "privacy": "P R IH1 V AH0 S IY0",
    "route": "R UW1 T",
    "schedule": "SH EH1 JH UW0 L",
    "schedules": "SH EH1 JH UW0 L Z",
    "tomato": "T AH0 M AA1 T OW0",
    "tomatoes": "T AH0 M AA1 T OW0 Z",
    "vase": "V AA1 Z",
    "vitamin": "V IH1 T AH0 M IH0 N",
    "vitamins": "V IH1 T AH0 M IH0 N Z",
    "yogurt": "Y AA1 G ER0 T",
    "z": "Z EH1 D",
    "zebra": "Z EH1 B R AH0",
}


def british(word: str, symbols: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """How else a word that is said as `symbols` is said in Britain: with its r, then without.

    () where there is no difference. The phones are American ones, the nearest there are.
    """
    said = tuple(_WORDS[word].split()) if word in _WORDS else tuple(symbols)
    with_r = _vowels(word, said)
    without = _silent_r(with_r)
    found = dict.fromkeys((with_r, without))
    return tuple(one for one in found if one != tuple(symbols))


def _vowels(word: str, symbols: tuple[str, ...]) -> tuple[str, ...]:
    done: list[str] = []
    broad = _BATH.search(word) is not None
    new = _LONG_AS_IN_NEW.search(word) is not None
    for at, symbol in enumerate(symbols):
        phone, following = bare(symbol), bare(symbols[at + 1]) if at + 1 < len(symbols) else ""
        if phone == "AE" and broad and stress(symbol) and following in ("S", "F", "TH", "N", "M"):
            done.append("AA" + symbol[-1])
            continue
        if phone == "AA" and _SHORT_O.search(word) and following != "R":
            done.append("AO" + symbol[-1])
            continue
        if phone == "UW" and new and stress(symbol) and done and done[-1] in _YOD:
            done.append("Y")
        done.append(symbol)
    text = " ".join(done)
    if re.search(r"iz(?:ation|e)", word):
        text = text.replace("AH0 Z EY1 SH AH0 N", "AY0 Z EY1 SH AH0 N")
    if re.search(r"ile(?:s|ly)?$", word):
        text = re.sub(r"AH0 L(?=$| Z$| IY0$)", "AY2 L", text)
    if re.search(r"[aeo]ry$", word):
        text = re.sub(r"(?:EH|AO|OW)2 R IY0$", "AH0 R IY0", text)
    return tuple(text.split())


def _silent_r(symbols: tuple[str, ...]) -> tuple[str, ...]:
    """The symbols with r only before vowels."""
    done: list[str] = []
    for at, symbol in enumerate(symbols):
        before_vowel = at + 1 < len(symbols) and is_vowel(symbols[at + 1])
        if symbol == "R" and done and is_vowel(done[-1]) and not before_vowel:
            # "near" and "cure" end in a second vowel; "car", "four" and "hair" are only long.
            if near := _CENTRING.get(bare(done[-1])):
                done[-1:] = [near + done[-1][-1], "AH0"]
        elif symbol == "ER0" and not before_vowel:
            done.append("AH0")
        else:
            done.append(symbol)
    return tuple(done)
