"""How a file of weights is laid out, so that one from a stranger is known to be a trained base.

CTranslate2 reads `model.bin` without suspicion. Training changes numbers and nothing else: names,
shapes, types and settings stay those of the base model. The format is that of
`ctranslate2.specs.ModelSpec`, version 6.
"""

import hashlib
import math
import struct
from pathlib import Path
from typing import BinaryIO

from scriba.errors import ModelError

LAYOUTS = {
    "base": "73c4632ea1c0342f84710b27df9bffd3f95bb2c9fb04e7e2b0f4fe6a253b0a4f",
    "tiny.en": "389025e547c563aa8be6a8442618054ce19eb44f42f5834b16d4da4e0ad1e16e",
}
"""The layouts of the catalogue's models."""

_VERSION = 6
_BYTES = (4, 1, 2, 4, 2, 2)
"""Of a number, by the type's number in the file."""
_MOST_VARIABLES = 10_000
_MOST_DIMENSIONS = 4


def check_weights(path: Path, base: str) -> None:
    """Raise ModelError unless a `model.bin` is laid out as that of the base model.

    Of a base whose layout is not known here only the format is checked.
    """
    known = LAYOUTS.get(base)
    found = layout(path)
    if known is not None and found != known:
        raise ModelError(f"{path} does not hold the weights of a trained {base}")


def layout(path: Path) -> str:
    """The SHA-256 of all in a `model.bin` but the numbers of its arrays; raises ModelError."""
    try:
        with path.open("rb") as file:
            return _layout(file, path.stat().st_size)
    except (OSError, struct.error) as error:
        raise ModelError(f"{path} cannot be read: {error}") from error
    except _Damaged as error:
        raise ModelError(f"{path} is damaged: {error}") from None


class _Damaged(Exception):
    """The file is not what it should be."""


class _Reader:
    """Reads, and remembers what it read."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file = file
        self._size = size
        self.digest = hashlib.sha256()

    def take(self, form: str) -> tuple[int, ...]:
        """Numbers."""
        data = self._file.read(struct.calcsize(form))
        self.digest.update(data)
        return struct.unpack(form, data)

    def text(self) -> bytes:
        """A string, which ends with a zero."""
        (length,) = self.take("<H")
        (data,) = struct.unpack(f"{length}s", self._file.read(length))
        self.digest.update(data)
        return bytes(data)

    def data(self, length: int, *, counts: bool) -> None:
        """The numbers of a variable, passed over unless they count."""
        if length > self._size - self._file.tell():
            raise _Damaged("it ends too early")
        if counts:
            self.digest.update(self._file.read(length))
        else:
            self._file.seek(length, 1)

    @property
    def ended(self) -> bool:
        return self._file.tell() == self._size


def _layout(file: BinaryIO, size: int) -> str:
    reader = _Reader(file, size)
    if reader.take("<I") != (_VERSION,):
        raise _Damaged(f"its format is not version {_VERSION}")
    reader.text()
    _, count = reader.take("<II")
    if count > _MOST_VARIABLES:
        raise _Damaged(f"it claims {count} variables")
    for _ in range(count):
        _variable(reader)
    (count,) = reader.take("<I")
    if count > _MOST_VARIABLES:
        raise _Damaged(f"it claims {count} aliases")
    for _ in range(2 * count):
        reader.text()
    if not reader.ended:
        raise _Damaged("it goes on after its end")
    return reader.digest.hexdigest()


def _variable(reader: _Reader) -> None:
    name = reader.text()
    (rank,) = reader.take("<B")
    if rank > _MOST_DIMENSIONS:
        raise _Damaged(f"{name[:60]!r} has {rank} dimensions")
    shape = reader.take(f"<{rank}I")
    kind, length = reader.take("<BI")
    if kind >= len(_BYTES) or length != math.prod(shape) * _BYTES[kind]:
        raise _Damaged(f"{name[:60]!r} is not of the size that its shape says")
    # Single numbers are settings, such as how many heads there are.
    reader.data(length, counts=rank == 0)
