"""Which words are profanity in a locale: whole words, from lists of this project's own making."""

import re
import unicodedata
from functools import cache, lru_cache
from importlib import resources

from scriba.speech.language import is_unspaced

# Lists that hold for more languages than the one they are named after.
_LISTS = {"yue": "zh", "wuu": "zh", "jv": "id"}
_ELIDING = frozenset({"ca", "fr", "it"})
_LATIN = (
    "af bs ca cs cy da de es et eu fi fil fr gl hr hu id is it jv lt lv ms mt nb nl pl pt ro sk sl "
    "so sq sv sw tr uz vi"
)

# What Korean and the Semitic languages write together with a word.
_SUFFIXES = {
    "ko": (
        "은|는|이|가|을|를|아|야|들|들이|들은|들아|의|에|에게|"
        "같은|같이|같네|하네|하지|하고|이다|이야|놈|년"
    )
}
_PREFIXES = {"ar": "ال|وال|يا|و|ب|بال", "he": "ה|ו|וה|של|ב|ל|כ|ש"}

_KATAKANA = re.compile(r"[ァ-ヺー]+")


class ProfanityList:
    """The profanity of one language."""

    def __init__(self, language: str, entries: tuple[str, ...]) -> None:
        # Without spaces between words, a list is searched for inside the text.
        unspaced = bool(entries) and is_unspaced(language)
        self._words = frozenset[str]() if unspaced else frozenset(_expanded(entries))
        self._search = _substrings(entries) if unspaced else None
        self._eliding = language in _ELIDING
        suffixes, prefixes = _SUFFIXES.get(language, ""), _PREFIXES.get(language, "")
        affixed = f"(?:{prefixes})?(.+?)(?:{suffixes})?" if suffixes or prefixes else ""
        self._affixed = re.compile(affixed) if affixed else None

    def __len__(self) -> int:
        return len(self._words) if self._search is None else self._search.pattern.count("|") + 1

    def matches(self, word: str) -> bool:
        """Whether `word`, without punctuation around it and in any case, is profanity as a whole.

        In a language without spaces: whether it holds any.
        """
        if self._search is not None:
            return self._search.search(_normal(word)) is not None
        text = _normal(word)
        return self._listed(text) or (
            self._affixed is not None
            and any(self._listed(bare) for bare in _bares(self._affixed, text))
        )

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Where profanity stands in `text`: half-open spans of characters, without overlap.

        For scripts without spaces; in other languages each run of letters is looked at as a word.
        """
        if self._search is not None:
            # NFKC may change lengths, so the text is searched as it stands.
            return [found.span() for found in self._search.finditer(text)]
        return [
            found.span()
            for found in re.finditer(r"[^\W\d_]+(?:['’][^\W\d_]+)*", text)
            if self.matches(found[0])
        ]

    def _listed(self, text: str) -> bool:
        if text in self._words:
            return True
        head, mark, tail = text.rpartition("'")
        if not mark:
            return False
        if self._eliding and tail in self._words:
            return True
        return tail in {"", "s", "d", "ll", "re", "ve"} and head in self._words


def profanity_for(locale: str) -> ProfanityList:
    """The list for a locale such as "en-US"; one that matches nothing where there is none."""
    language = locale.split("-")[0].lower()
    return _load(language if language in _known() else "")


@cache
def _known() -> frozenset[str]:
    folder = resources.files("scriba.speech.forms") / "data" / "profanity"
    names = {entry.name.removesuffix(".txt") for entry in folder.iterdir()}
    return frozenset((names - {"common"}) | _LISTS.keys() | set(_LATIN.split()))


@cache
def _load(language: str) -> ProfanityList:
    entries = _entries(_LISTS.get(language, language))
    if language in _LATIN.split():
        entries += _entries("common")
    return ProfanityList(language, entries)


def _entries(name: str) -> tuple[str, ...]:
    path = resources.files("scriba.speech.forms") / "data" / "profanity" / f"{name}.txt"
    if not name or not path.is_file():
        return ()
    lines = path.read_text("utf-8").splitlines()
    return tuple(line.strip() for line in lines if line.strip() and not line.startswith("#"))


def _expanded(entries: tuple[str, ...]) -> set[str]:
    words: set[str] = set()
    for entry in entries:
        stem, _, endings = entry.partition("/")
        words.update(_normal(stem + ending) for ending in endings.strip("/").split(","))
        # "encul//é,er": the stem alone is no word.
        if not endings.startswith("/"):
            words.add(_normal(stem))
    return words


def _substrings(entries: tuple[str, ...]) -> re.Pattern[str]:
    parts: list[str] = []
    for entry in sorted(entries, key=len, reverse=True):
        text, _, barred = entry.partition(" !")
        part = re.escape(text) + (f"(?![{re.escape(barred)}])" if barred else "")
        if _KATAKANA.fullmatch(text):
            # Inside a longer katakana word it is another word: パチンコ is a game.
            part = f"(?<![ァ-ヺー]){part}(?![ァ-ヺー])"
        parts.append(part)
    return re.compile("|".join(parts), re.IGNORECASE)


def _bares(affixed: re.Pattern[str], text: str) -> list[str]:
    found = affixed.fullmatch(text)
    return [found[1]] if found else []


@lru_cache(maxsize=4096)
def _normal(word: str) -> str:
    folded = unicodedata.normalize("NFKC", word).casefold()
    # The Turkish capital İ folds to an i with a dot above it.
    return folded.replace("i̇", "i").replace("’", "'").replace("ß", "ss")
