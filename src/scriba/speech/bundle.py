"""A trained model as a folder: what differs from its base model, and a list of it with hashes.

`model.json` says base, locale and weight, and size and SHA-256 of each other file. Weights are
there only where they were trained. A bundle may come from another host: names come from a fixed
list, sizes have limits, and nothing is used whose hash differs.
"""

import json
import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scriba.errors import ModelError, UnsupportedLocale
from scriba.speech.adaptation_files import MOST_JSON, MOST_NUMBERS
from scriba.speech.catalogue import MODELS, ModelFile
from scriba.speech.language import locale
from scriba.speech.model_cache import damages, sha256_of
from scriba.speech.weights import check_weights

FORMAT = 1
MANIFEST = "model.json"
MANIFEST_BYTES = 64 << 10
WEIGHTS = "model.bin"
FORMATTING = "formatting.md"
MOST_FILES = 16

_MIB = 1 << 20
# Of each name what the largest models need, and some more.
_LIMITS = (
    (re.compile(r"model\.bin"), 8192 * _MIB),
    (re.compile(r"(config|preprocessor_config)\.json"), _MIB),
    (re.compile(r"tokenizer\.json"), 32 * _MIB),
    (re.compile(r"vocabulary\.(json|txt)"), 32 * _MIB),
    (re.compile(r"language\.json"), MOST_JSON),
    (re.compile(r"language\.[a-z]{2,8}"), MOST_NUMBERS),
    (re.compile(r"words\.json"), MOST_JSON),
    (re.compile(r"formatting\.md"), 16 * _MIB),
)
_BESIDE_WEIGHTS = ("config.json", "tokenizer.json")
_BASE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_OWN = frozenset({MANIFEST, "verified.json"})
"""What lies in a bundle's folder and is none of its files."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """A model that can be recognised with: a base of the catalogue, and what was trained on it.

    `folder` is None for a base model as it is. `weight` (1 to 100) is how much what was learnt from
    text counts.
    """

    base: str
    locale: str | None = None
    weight: int = 30
    folder: Path | None = None
    files: Mapping[str, ModelFile] = field(default_factory=dict)

    @property
    def weights(self) -> Path | None:
        """The folder of trained weights; None where the base's are used."""
        return self.folder if WEIGHTS in self.files else None

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files.values())

    @classmethod
    def read(cls, folder: Path, *, rehash: bool = False) -> "Bundle":
        """The bundle in a folder, its files unchanged; raises ModelError.

        A file is hashed when first seen and after that only when its size or time of change differ,
        or with `rehash`.
        """
        bundle = cls.parse(_manifest(folder), folder)
        for name in bundle.files:
            if not _regular(folder / name):
                raise ModelError(f"{folder / name} is missing or no plain file")
        problems = damages(tuple(bundle.files.values()), folder, rehash=rehash)
        if problems:
            raise ModelError(problems[0])
        if bundle.weights is not None:
            check_weights(bundle.weights / WEIGHTS, bundle.base)
        return bundle

    @classmethod
    def parse(cls, data: bytes, folder: Path) -> "Bundle":
        """The bundle that a `model.json` describes, its files not looked at; raises ModelError."""
        try:
            return cls._parsed(data, folder)
        except ModelError as error:
            raise ModelError(f"{folder / MANIFEST}: {str(error).partition(': ')[2]}") from None

    @classmethod
    def write(cls, folder: Path, *, base: str, locale: str, weight: int = 30) -> "Bundle":
        """Make a folder with a bundle's files one: hash them and write `model.json`, at the end.

        Raises ModelError for a file that no bundle has, and OSError.
        """
        files = {}
        for path in sorted(folder.iterdir()):
            if path.name in _OWN:
                continue
            if not _regular(path):
                raise ModelError(f"{path} is no plain file")
            size = path.stat().st_size
            _check_file(path.name, size)
            files[path.name] = {"size": size, "sha256": sha256_of(path)}
        manifest = {
            "format": FORMAT,
            "base": base,
            "locale": locale,
            "weight": weight,
            "files": files,
        }
        data = (json.dumps(manifest, indent=1) + "\n").encode()
        bundle = cls.parse(data, folder)
        draft = folder / f".{MANIFEST}.{os.getpid()}"
        with draft.open("wb") as output:
            output.write(data)
            output.flush()
            os.fsync(output.fileno())
        draft.replace(folder / MANIFEST)
        return bundle

    @classmethod
    def _parsed(cls, data: bytes, folder: Path) -> "Bundle":
        given = _object(data)
        if given.get("format") != FORMAT:
            raise ModelError(f"its format is not {FORMAT}, the one that this version reads")
        base, tag, weight = given.get("base"), given.get("locale"), given.get("weight")
        if not isinstance(base, str) or not _BASE.fullmatch(base):
            raise ModelError("`base` is not the id of a model")
        if not isinstance(tag, str):
            raise ModelError("`locale` is missing")
        try:
            tag = _tag(tag)
        except UnsupportedLocale as error:
            raise ModelError(f"`locale`: {error}") from None
        if not isinstance(weight, int) or isinstance(weight, bool) or not 1 <= weight <= 100:
            raise ModelError("`weight` is not a number from 1 to 100")
        files = _files(given.get("files"))
        _check_weights(files, base)
        return cls(base, tag, weight, folder, files)


def _tag(text: str) -> str:
    return locale(text).tag


def _manifest(folder: Path) -> bytes:
    path = folder / MANIFEST
    if not _regular(path):
        raise ModelError(f"{path} is missing")
    try:
        with path.open("rb") as file:
            data = file.read(MANIFEST_BYTES + 1)
    except OSError as error:
        raise ModelError(f"{path}: {error.strerror or error}") from error
    if len(data) > MANIFEST_BYTES:
        raise ModelError(f"{path} has more than {MANIFEST_BYTES} bytes")
    return data


def _object(data: bytes) -> dict[str, Any]:
    if len(data) > MANIFEST_BYTES:
        raise ModelError(f"it has more than {MANIFEST_BYTES} bytes")
    try:
        given = json.loads(data)
    except (ValueError, RecursionError):
        raise ModelError("it is not JSON") from None
    if not isinstance(given, dict):
        raise ModelError("it is not a JSON object")
    return given


def _files(given: object) -> dict[str, ModelFile]:
    if not isinstance(given, dict) or len(given) > MOST_FILES:
        raise ModelError(f"`files` is not an object of at most {MOST_FILES} names")
    files = {}
    for name, about in given.items():
        if not isinstance(about, dict):
            raise ModelError("`files` does not say size and SHA-256 of each file")
        size, digest = about.get("size"), about.get("sha256")
        if not isinstance(size, int) or isinstance(size, bool) or size < 0:
            raise ModelError(f"the size of {_shown(name)} is not a number of bytes")
        if not isinstance(digest, str) or not _SHA256.fullmatch(digest):
            raise ModelError(f"the SHA-256 of {_shown(name)} is not one")
        _check_file(name, size)
        files[name] = ModelFile(name, size, digest)
    return files


def _check_file(name: str, size: int) -> None:
    limit = next((limit for names, limit in _LIMITS if names.fullmatch(name)), None)
    if limit is None:
        raise ModelError(f"{_shown(name)} is not a file that a model has")
    if size > limit:
        raise ModelError(f"{name} has {size} bytes, more than the {limit} that it may have")


def _check_weights(files: Mapping[str, ModelFile], base: str) -> None:
    if WEIGHTS not in files:
        return
    beside = [name for name in _BESIDE_WEIGHTS if name not in files]
    if not any(name.startswith("vocabulary.") for name in files):
        beside.append("vocabulary.txt or vocabulary.json")
    if beside:
        raise ModelError(f"{WEIGHTS} is there without {' and '.join(beside)}")
    # The parsers of these are not made for hostile files, and training changes none of them.
    known = next((model for model in MODELS if model.id == base), None)
    for file in known.files if known else ():
        mine = files.get(file.name)
        if file.name != WEIGHTS and mine is not None and mine.sha256 != file.sha256:
            raise ModelError(f"{file.name} is not that of the base model {base}")


def _regular(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False


def _shown(name: object) -> str:
    """A name from outside, short and without control characters."""
    return repr(str(name)[:60])
