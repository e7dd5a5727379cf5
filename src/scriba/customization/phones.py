"""Phones of a lexicon as letters that sound about like them."""

import re

_ARPABET = {
    "AA": "a", "AE": "a", "AH": "a", "AO": "o", "AW": "au", "AX": "a", "AY": "ai", "B": "b",
    "CH": "ch", "D": "d", "DH": "th", "EH": "e", "ER": "er", "EY": "ei", "F": "f", "G": "g",
    "HH": "h", "IH": "i", "IY": "i", "JH": "j", "K": "k", "L": "l", "M": "m", "N": "n",
    "NG": "ng", "OW": "o", "OY": "oi", "P": "p", "R": "r", "S": "s", "SH": "sh", "T": "t",
    "TH": "th", "UH": "u", "UW": "u", "V": "v", "W": "w", "Y": "i", "Z": "s", "ZH": "sh",
}  # fmt: skip

_SAMPA = re.compile(r"[^\W\d_]+")


def respelled(phones: str) -> str:
    """The phones (ARPAbet, stress optional; others letter by letter) as one word; "" if none."""
    found = []
    for phone in phones.split():
        letters = _ARPABET.get(phone.rstrip("0123456789").upper())
        found.append(letters if letters is not None else "".join(_SAMPA.findall(phone)).lower())
    return "".join(found)
