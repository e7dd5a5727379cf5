"""Texts made comparable before words are counted, the same for what was said and what was heard.

What the field does (NIST's scoring tools, the normalisers of Whisper, the Azure Speech service):
case and punctuation do not count, numbers and abbreviations are compared as they are said,
English contractions are written out, British spellings are American, and hesitations are left out.
Scripts without spaces between words are compared by character.
"""

import re
import unicodedata
from collections.abc import Iterator

from scriba.evaluation.spellings import american
from scriba.speech.forms import tn
from scriba.speech.forms.tokens import APOSTROPHES, lowered
from scriba.speech.language import is_unspaced

_HESITATIONS = {
    "en": frozenset(("hm", "hmm", "hmmm", "mm", "mmm", "mhm", "uh", "uhh", "uhm", "um", "umm")),
    "de": frozenset(("äh", "ähm", "öh", "öhm", "hm", "hmm", "mhm")),
    "fr": frozenset(("euh", "euhm", "heu", "hm", "hmm")),
}
_CONTRACTED = {
    "can't": "can not",
    "cannot": "can not",
    "won't": "will not",
    "shan't": "shall not",
    "ain't": "is not",
    "let's": "let us",
    "y'all": "you all",
    "ma'am": "madam",
    "gonna": "going to",
    "wanna": "want to",
    "gotta": "got to",
    "gimme": "give me",
    "lemme": "let me",
}
_ENDINGS = (
    ("n't", " not"),
    ("'re", " are"),
    ("'ve", " have"),
    ("'ll", " will"),
    ("'m", " am"),
    ("'d", " would"),
)
# Behind these words 's is never a possessive.
_IS = frozenset(
    ("it", "that", "what", "he", "she", "there", "here", "who", "where", "how", "when", "this")
)
# Points for vowels in Hebrew and Arabic, which most texts leave out, and a stretched stroke.
_POINTS = re.compile("[\u0591-\u05bd\u05bf-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670]")
# Joiners and hyphens that are not seen stand within words.
_UNSEEN = dict.fromkeys((0x200C, 0x200D, 0x00AD))
# A word of a script with spaces within one without: letters and figures of ASCII in a row.
_WESTERN = re.compile(r"[a-z0-9]+(?:'[a-z]+)?")


def words(text: str, locale: str, *, spoken: bool = True) -> list[str]:
    """The words of a text as they are compared; characters where the script has no spaces.

    With `spoken`, figures and signs are put in words first, as the locale says them: the dataset's
    text normalisation. Any text is accepted.
    """
    text = unicodedata.normalize("NFKC", text)
    if spoken:
        text = tn(text, locale)
    text = lowered(text).translate(APOSTROPHES)
    if is_unspaced(locale):
        return list(_characters(text))
    language = locale.lower().split("-")[0]
    found = [word.strip("'") for word in _separated(_POINTS.sub("", text)).split()]
    left_out = _HESITATIONS.get(language, frozenset())
    kept = [word for word in found if word and word not in left_out]
    if language != "en":
        return kept
    return [american(part) for word in kept for part in _expanded(word)]


def _separated(text: str) -> str:
    """A space for each sign that is no letter, figure or mark on one, nor an apostrophe."""
    signs = {char: char if _is_word(char) else " " for char in set(text)}
    return "".join(map(signs.__getitem__, text.translate(_UNSEEN)))


def _is_word(char: str) -> bool:
    return char.isalnum() or char == "'" or unicodedata.category(char)[0] == "M"


def _expanded(word: str) -> list[str]:
    if "'" not in word:
        return _CONTRACTED.get(word, word).split()
    if word in _CONTRACTED:
        return _CONTRACTED[word].split()
    for ending, said in _ENDINGS:
        if word.endswith(ending) and len(word) > len(ending):
            return [*_expanded(word.removesuffix(ending)), *said.split()]
    stem, mark, tail = word.rpartition("'")
    if mark and tail == "s" and stem in _IS:
        return [stem, "is"]
    return [word]


def _characters(text: str) -> Iterator[str]:
    """Letters with the marks that belong to them; words of Latin letters and figures whole."""
    at = 0
    while at < len(text):
        if found := _WESTERN.match(text, at):
            yield found[0]
            at = found.end()
            continue
        end = at + 1
        while end < len(text) and unicodedata.category(text[end])[0] == "M":
            end += 1
        if text[at].isalnum():
            yield text[at:end]
        at = end
