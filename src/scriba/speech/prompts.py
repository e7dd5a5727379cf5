"""Whisper's tokens: its tokenizer, and the sequences that tell the decoder its task."""

import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from tokenizers import Encoding, Tokenizer

from scriba.errors import ModelError
from scriba.speech.language import is_unspaced

LONGEST = 4
"""Tokens of the longest prompt; the decoder's limits count them."""

MOST_TOKENS = 440
"""Whisper's decoder has 448 positions."""


def load_tokenizer(file: Path) -> Tokenizer:
    """The tokenizer of a model, with the merges that its vocabulary implies; OSError, ValueError.

    Models of one base share it, not only to save memory: reading it takes a fifth of a second that
    Python can do nothing else in, and a model that is loaded should not delay those at work.
    """
    return _parse(file.read_text("utf-8"))


@lru_cache(maxsize=4)
def _parse(text: str) -> Tokenizer:
    """The multilingual tokenizers that are published for CTranslate2 lack the first merge, of a
    space with "t": they would write " the" as tokens that the decoder has never seen together.
    """
    content = json.loads(text)
    model = content.get("model", {})
    merges, known = model.get("merges", []), model.get("vocab", {})
    made = {"".join(m.split(" ") if isinstance(m, str) else m) for m in merges}
    missing = [token for token in known if len(token) == 2 and token not in made]
    if missing and merges:
        as_text = isinstance(merges[0], str)
        merges[:0] = [" ".join(token) if as_text else list(token) for token in missing]
    return Tokenizer.from_str(json.dumps(content))


class Prompts:
    """The token sequences that tell the decoder its task."""

    def __init__(self, tokenizer: Tokenizer, *, multilingual: bool) -> None:
        self._tokenizer = tokenizer
        self._multilingual = multilingual
        end = tokenizer.token_to_id("<|endoftext|>")
        if end is None:
            raise ModelError("its vocabulary lacks <|endoftext|>")
        self._end = int(end)

    def supports(self, language: str) -> bool:
        if not self._multilingual:
            return language == "en"
        return self._tokenizer.token_to_id(f"<|{language}|>") is not None

    def words(self, tokens: Sequence[int]) -> list[int]:
        """The tokens that are text: all before the first special one in the vocabulary."""
        return [token for token in tokens if token < self._end]

    def encoded(self, text: str, language: str) -> Encoding:
        """A text's tokens as the decoder writes them: most languages begin with a space."""
        space = "" if is_unspaced(language) else " "
        return self._tokenizer.encode(space + text, add_special_tokens=False)

    def tokens(self, text: str, language: str) -> list[int]:
        """A text's tokens, as many as the decoder can take."""
        return list(self.encoded(text, language).ids[: MOST_TOKENS - LONGEST])

    def of(self, language: str, timestamps: bool = False) -> list[int]:
        """Start, language, task, and no timestamps unless they are wanted."""
        names = ["<|startoftranscript|>", "<|notimestamps|>"]
        if self._multilingual:
            names[1:1] = [f"<|{language}|>", "<|transcribe|>"]
        ids = []
        for name in names:
            token = self._tokenizer.token_to_id(name)
            if token is None:
                raise ModelError(f"its vocabulary lacks {name}")
            ids.append(token)
        return ids[:-1] if timestamps else ids
