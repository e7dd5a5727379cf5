"""The phones of American English: ARPAbet inside, SAPI and IPA as the API writes them."""

from collections.abc import Sequence

_IPA = {
    "AA": "ɑ", "AE": "æ", "AH": "ʌ", "AO": "ɔ", "AW": "aʊ", "AY": "aɪ", "B": "b", "CH": "tʃ",
    "D": "d", "DH": "ð", "EH": "ɛ", "ER": "ɝ", "EY": "eɪ", "F": "f", "G": "ɡ", "HH": "h",
    "IH": "ɪ", "IY": "i", "JH": "dʒ", "K": "k", "L": "l", "M": "m", "N": "n", "NG": "ŋ",
    "OW": "oʊ", "OY": "ɔɪ", "P": "p", "R": "ɹ", "S": "s", "SH": "ʃ", "T": "t", "TH": "θ",
    "UH": "ʊ", "UW": "u", "V": "v", "W": "w", "Y": "j", "Z": "z", "ZH": "ʒ",
}  # fmt: skip

PHONES: tuple[str, ...] = tuple(sorted(_IPA))
"""The 39 phones of ARPAbet without stress."""

VOWELS: frozenset[str] = frozenset(
    ("AA", "AE", "AH", "AO", "AW", "AY", "EH", "ER", "EY", "IH", "IY", "OW", "OY", "UH", "UW")
)
"""The phones that carry a syllable, and stress."""

SYMBOLS: tuple[str, ...] = tuple(
    symbol
    for phone in PHONES
    for symbol in ([phone + stress for stress in "012"] if phone in VOWELS else [phone])
)
"""All symbols of a pronunciation: consonants, and vowels with stress 0 (none), 1 or 2."""

# Only these two are written otherwise where they are not stressed.
_UNSTRESSED_IPA = {"AH": "ə", "ER": "ɚ"}


def bare(symbol: str) -> str:
    """The phone of a symbol, without the digit of its stress: "AH0" -> "AH"."""
    return symbol.rstrip("012")


def stress(symbol: str) -> int | None:
    """The stress of a vowel: 1 primary, 2 secondary, 0 none; None of consonants or if not said."""
    return int(symbol[-1]) if symbol[-1:].isdigit() else None


def is_vowel(symbol: str) -> bool:
    """Whether a symbol carries a syllable."""
    return bare(symbol) in VOWELS


def unstressed(symbols: Sequence[str]) -> tuple[str, ...]:
    """The phones of symbols."""
    return tuple(map(bare, symbols))


def sapi(symbol: str) -> str:
    """A symbol in the SAPI alphabet of en-US: "AH0" -> "ax", "HH" -> "h".

    The API has one name for a phone whatever its stress, but for AH. KeyError of no symbol.
    """
    phone = bare(symbol)
    if phone not in _IPA:
        raise KeyError(symbol)
    if phone == "AH":
        return "ax" if stress(symbol) == 0 else "ah"
    return "h" if phone == "HH" else phone.lower()


def ipa(symbol: str) -> str:
    """A symbol in the International Phonetic Alphabet: "AH0" -> "ə". KeyError of no symbol."""
    phone = bare(symbol)
    if stress(symbol) == 0 and phone in _UNSTRESSED_IPA:
        return _UNSTRESSED_IPA[phone]
    return _IPA[phone]
