"""The compiled grammars that write spoken numbers, loaded one language at a time.

`itntext` holds NVIDIA NeMo's grammars as transducers, `damga` its own. Either takes a sentence and
returns it rewritten.
"""

import threading
from collections.abc import Callable
from functools import cache
from typing import Any

Rewrite = Callable[[str], str]

# Which grammar is the better one for a language was measured; see docs/locales.md.
GRAMMARS = {
    "de": "itntext",
    "es": "itntext",
    "fr": "itntext",
    "id": "itntext",
    "it": "damga",
    "pt": "itntext",
    "ru": "damga",
    "tr": "damga",
    "vi": "itntext",
}

_loading = threading.Lock()


def rewriter(language: str) -> Rewrite:
    """The function that writes the numbers of a spoken sentence in `language` (see GRAMMARS)."""
    # Two threads that ask at once would load twice: the caches of both libraries are plain dicts.
    with _loading:
        return _load(language)


@cache
def _load(language: str) -> Rewrite:
    return _damga(language) if GRAMMARS[language] == "damga" else _itntext(language)


def _damga(language: str) -> Rewrite:
    import damga

    normalize: Rewrite = damga.Normalizer("itn", language).normalize
    return normalize


def _itntext(language: str) -> Rewrite:
    import itntext

    normalizer: Any = itntext.Normalizer(lang=language, operator="itn")
    # Its parser keeps the position in the text on itself, so calls may not overlap.
    alone = threading.Lock()

    def rewrite(text: str) -> str:
        with alone:
            rewritten: str = normalizer.normalize(text)
            return rewritten

    return rewrite
