"""The weights of a CTranslate2 model: read, changed and written back, without torch.

The format is that of `ctranslate2.specs.ModelSpec` (version 6): a header, then each variable with
its name, shape, type and bytes, then aliases.
"""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from scriba.errors import ModelError

Array = NDArray[Any]

_VERSION = 6
_TYPES = (np.float32, np.int8, np.int16, np.int32, np.float16)
"""By the number that stands in the file; 5 is bfloat16, which numpy does not have."""
_BFLOAT16 = 5
_MOST_VARIABLES = 100_000
_MOST_DIMENSIONS = 8
_SCALE = "_scale"
_MULTILINGUAL = 51_865


@dataclass(frozen=True)
class Variable:
    """A variable as it is stored; `kind` is the format's number of its type."""

    kind: int
    array: Array
    """bfloat16 as its upper halves of float32 (uint16)."""

    def floats(self) -> Array:
        """As float32; integers as they are."""
        if self.kind == _BFLOAT16:
            return (self.array.astype(np.uint32) << 16).view(np.float32)
        return self.array.astype(np.float32) if self.array.dtype.kind == "f" else self.array


@dataclass(frozen=True)
class Weights:
    """Everything that a `model.bin` holds, in its order."""

    name: str
    revision: int
    variables: Mapping[str, Variable]
    aliases: Mapping[str, str]

    def floats(self) -> dict[str, Array]:
        """The weights as float32 by name: quantised ones multiplied out, scalars left out."""
        found: dict[str, Array] = {}
        for name, variable in self.variables.items():
            if variable.array.ndim == 0 or name.endswith(_SCALE):
                continue
            scale = self.variables.get(name + _SCALE)
            if scale is not None:
                found[name] = _multiplied(variable.array, scale.floats())
            elif variable.kind == _BFLOAT16 or variable.array.dtype.kind == "f":
                found[name] = variable.floats()
        return found

    def number(self, name: str) -> int:
        """A scalar of the model, such as its number of attention heads."""
        try:
            return int(self.variables[name].array)
        except (KeyError, TypeError) as error:
            raise ModelError(f"it has no {name}") from error

    def replaced(self, changed: Mapping[str, Array]) -> "Weights":
        """The same with other values, stored in the types that they have here.

        `changed` has float32 arrays by name, in the shapes of `floats()`.
        """
        variables = dict(self.variables)
        for name, array in changed.items():
            old = variables[name]
            if old.array.shape != array.shape:
                raise ModelError(f"{name} has shape {old.array.shape}, not {array.shape}")
            if not np.isfinite(array).all():
                raise ModelError(f"{name} is not finite")
            if name + _SCALE in variables:
                stored, scale = _quantised(array, old.array.dtype)
                variables[name] = Variable(old.kind, stored)
                variables[name + _SCALE] = Variable(0, scale)
            else:
                variables[name] = Variable(old.kind, _stored(array, old))
        return Weights(self.name, self.revision, variables, self.aliases)


def read_weights(path: Path) -> Weights:
    """The weights in a `model.bin`; `ModelError` if it is damaged or of another version."""
    try:
        with path.open("rb") as file:
            return _read(file, path.stat().st_size)
    except (OSError, struct.error, UnicodeDecodeError, ValueError) as error:
        raise ModelError(f"{path.name}: {error}") from error


def write_weights(weights: Weights, path: Path) -> None:
    """Write a `model.bin`."""
    with path.open("wb") as file:
        file.write(struct.pack("<I", _VERSION))
        _put_string(file, weights.name)
        file.write(struct.pack("<II", weights.revision, len(weights.variables)))
        for name, variable in weights.variables.items():
            _put_string(file, name)
            shape = variable.array.shape
            file.write(struct.pack(f"<B{len(shape)}I", len(shape), *shape))
            data = np.ascontiguousarray(variable.array).tobytes()
            file.write(struct.pack("<BI", variable.kind, len(data)))
            file.write(data)
        file.write(struct.pack("<I", len(weights.aliases)))
        for alias, name in weights.aliases.items():
            _put_string(file, alias)
            _put_string(file, name)


def _read(file: BinaryIO, size: int) -> Weights:
    (version,) = _take(file, "<I")
    if version != _VERSION:
        raise ModelError(f"its format is version {version}; {_VERSION} can be read")
    name = _string(file)
    revision, count = _take(file, "<II")
    if count > _MOST_VARIABLES:
        raise ModelError(f"it claims {count} variables")
    variables = dict(_variable(file, size) for _ in range(count))
    (count,) = _take(file, "<I")
    if count > _MOST_VARIABLES:
        raise ModelError(f"it claims {count} aliases")
    aliases = {_string(file): _string(file) for _ in range(count)}
    return Weights(name, revision, variables, aliases)


def _variable(file: BinaryIO, size: int) -> tuple[str, Variable]:
    name = _string(file)
    (rank,) = _take(file, "<B")
    if rank > _MOST_DIMENSIONS:
        raise ModelError(f"{name} claims {rank} dimensions")
    shape = _take(file, f"<{rank}I")
    kind, length = _take(file, "<BI")
    if kind != _BFLOAT16 and kind >= len(_TYPES):
        raise ModelError(f"{name} has the unknown type {kind}")
    dtype = np.dtype(np.uint16 if kind == _BFLOAT16 else _TYPES[kind])
    if length > size - file.tell():
        raise ModelError(f"it ends in the middle of {name}")
    array = np.frombuffer(file.read(length), np.uint8)
    # Flags are stored as int8 whatever the type of their scalar.
    return name, Variable(kind, array.view(dtype).reshape(shape))


def _take(file: BinaryIO, form: str) -> tuple[Any, ...]:
    return struct.unpack(form, file.read(struct.calcsize(form)))


def _string(file: BinaryIO) -> str:
    (length,) = _take(file, "<H")
    data = file.read(length)
    if len(data) != length or not data.endswith(b"\0"):
        raise ModelError("it ends in the middle of a name")
    return data[:-1].decode()


def _put_string(file: BinaryIO, text: str) -> None:
    data = text.encode() + b"\0"
    file.write(struct.pack("<H", len(data)) + data)


def _rows(scale: Array, array: Array) -> Array:
    """A scale for each row (or one for all), to be multiplied with the array."""
    return scale.reshape(scale.shape + (1,) * (array.ndim - scale.ndim))


def _multiplied(array: Array, scale: Array) -> Array:
    return np.asarray(array.astype(np.float32) / _rows(scale, array), np.float32)


def _quantised(array: Array, dtype: np.dtype[Any]) -> tuple[Array, Array]:
    """The array in whole numbers, and what they were multiplied with, as CTranslate2 does it."""
    if dtype == np.int16:
        scale = np.float32(2**10 / max(float(np.abs(array).max()), 1e-30))
        return np.clip(np.rint(array * scale), -32768, 32767).astype(dtype), np.asarray(scale)
    largest = np.abs(array.reshape(len(array), -1)).max(axis=1)
    scales = np.asarray(127.0 / np.where(largest > 0, largest, 127.0), np.float32)
    return np.rint(array * _rows(scales, array)).astype(dtype), scales


def _stored(array: Array, old: Variable) -> Array:
    if old.kind != _BFLOAT16:
        return array.astype(old.array.dtype)
    bits = array.astype(np.float32).view(np.uint32)
    return ((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16).astype(np.uint16)


def layers(weights: Weights, part: str) -> Iterator[str]:
    """The prefixes of the layers of "encoder" or "decoder", in order."""
    number = 0
    while f"{part}/layer_{number}/self_attention/linear_0/weight" in weights.variables:
        yield f"{part}/layer_{number}"
        number += 1


def is_multilingual(weights: Weights) -> bool:
    """Whether a Whisper model knows other languages than English, told by its vocabulary's size."""
    return len(weights.variables["decoder/embeddings/weight"].array) >= _MULTILINGUAL
