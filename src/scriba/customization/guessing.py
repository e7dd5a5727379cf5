"""What a model writes for the utterances of a corpus: quick, without second tries."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import ctranslate2
import numpy as np

from scriba.customization.batches import features, item_samples, plain_batches
from scriba.customization.corpus import Corpus
from scriba.errors import ModelError
from scriba.speech.mel import FRAMES_PER_SECOND
from scriba.speech.prompts import Prompts, load_tokenizer
from scriba.speech.resample import SAMPLE_RATE, Samples
from scriba.speech.whisper import WINDOW, DecodingOptions

_PER_SECOND = FRAMES_PER_SECOND // 2
SILENCE_SECONDS = 22
"""Length of the ready-made silence, as `scriba.speech.whisper` makes it."""


class Task:
    """The tokens that tell a model its task, and those of texts."""

    def __init__(self, folder: Path, language: str, *, multilingual: bool) -> None:
        try:
            self._tokenizer = load_tokenizer(folder / "tokenizer.json")
            config: dict[str, Any] = json.loads((folder / "config.json").read_text("utf-8"))
            # Models of English only have a list of languages as well, and do not use it.
            self.languages: tuple[int, ...] = tuple(config["lang_ids"]) if multilingual else ()
        except Exception as error:
            # `tokenizers` raises Exception itself.
            raise ModelError(f"{folder.name}: {error}") from error
        self._language = language
        self._prompts = Prompts(self._tokenizer, multilingual=multilingual)
        if not self._prompts.supports(language):
            raise ModelError(f"{folder.name} does not know the language {language}")
        self.prompt = tuple(self._prompts.of(language))
        self.end: int = self._tokenizer.token_to_id("<|endoftext|>") or 0
        self.language: int | None = self.prompt[1] if multilingual else None

    def tokens(self, text: str) -> list[int]:
        """The tokens of a text as the decoder writes it, without prompt and end."""
        return self._prompts.tokens(text, self._language)

    def text(self, tokens: Sequence[int]) -> str:
        """The text of tokens, special ones left out."""
        return str(self._tokenizer.decode(self._prompts.words(tokens))).strip()


def guesses(
    folder: Path,
    corpus: Corpus,
    task: Task,
    speech: Samples,
    threads: int,
    check: Callable[[], None] = lambda: None,
    options: DecodingOptions | None = None,
) -> list[str]:
    """What the model in `folder` writes for each utterance; `speech` is a recorded sentence."""
    options = options or DecodingOptions()
    model = ctranslate2.models.Whisper(
        str(folder), device="cpu", compute_type="int8", intra_threads=threads
    )
    bins = int(model.n_mels)

    def states(made: Samples) -> Samples:
        view = ctranslate2.StorageView.from_array(made)
        return np.array(model.encode(view, to_cpu=True), np.float32)

    silence = states(features([speech], WINDOW, bins))[:, -SILENCE_SECONDS * _PER_SECOND :]
    found = [""] * len(corpus)
    for batch in plain_batches(corpus, range(len(corpus)), 40.0):
        check()
        clips = [item_samples(corpus, item) for item in batch]
        seconds = max(len(clip) for clip in clips) / SAMPLE_RATE
        length = min(max(seconds + options.margin, options.least), WINDOW)
        heard = states(features(clips, length, bins))
        rest = context_after(length, heard.shape[1], options)
        tail = np.repeat(silence[:, silence.shape[1] - rest :], len(clips), axis=0)
        results = model.generate(
            ctranslate2.StorageView.from_array(np.concatenate([heard, tail], axis=1)),
            [list(task.prompt)] * len(clips),
            beam_size=1,
            max_length=len(task.prompt) + 10 + int(10 * seconds),
        )
        for item, result in zip(batch, results, strict=True):
            found[item.numbers[0]] = task.text(result.sequences_ids[0])
    return found


def context_after(length: float, states: int, options: DecodingOptions) -> int:
    """How many ready-made states follow those of `length` seconds."""
    wanted = length + options.tail
    context = next((c for c in options.contexts if c >= wanted), options.contexts[-1])
    return max(0, int(context * _PER_SECOND) - states)
