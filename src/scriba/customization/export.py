"""Trained weights as a folder that CTranslate2 loads."""

import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from scriba.customization.accuracy import count, transcribe
from scriba.customization.weights import Array, read_weights, write_weights
from scriba.errors import ModelError
from scriba.evaluation.words import Edits
from scriba.speech.language import Locale
from scriba.speech.resample import Samples

_BESIDE = ("config.json", "tokenizer.json", "preprocessor_config.json")
_VOCABULARIES = ("vocabulary.txt", "vocabulary.json")


def export(base: Path, changed: Mapping[str, Array], target: Path) -> None:
    """Write the model in `base` with other weights to the folder `target`.

    `changed` has float32 arrays by name; they are stored in the base's types. Raises ModelError.
    """
    write_weights(read_weights(base / "model.bin").replaced(changed), target / "model.bin")
    for name in (*_BESIDE, *_VOCABULARIES):
        if (base / name).is_file():
            shutil.copyfile(base / name, target / name)
    if not any((target / name).is_file() for name in _VOCABULARIES):
        raise ModelError(f"{base.name} has no vocabulary")


def differences(
    folder: Path,
    clips: Sequence[Samples],
    locale: Locale,
    threads: int,
    check: Callable[[], None] = lambda: None,
) -> Edits:
    """How many words the model hears differently in int8, as it is used, than in float32."""
    whole, exact = (
        transcribe(folder, clips, locale, threads, kind, check) for kind in ("int8", "float32")
    )
    found = (count(reference, text, locale) for reference, text in zip(exact, whole, strict=True))
    return sum(found, Edits())
