"""Reads PyTorch checkpoints without PyTorch, and without running anything that they contain."""

import collections
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import numpy as np

_TYPES = {
    "FloatStorage": np.dtype(np.float32),
    "DoubleStorage": np.dtype(np.float64),
    "HalfStorage": np.dtype(np.float16),
    "LongStorage": np.dtype(np.int64),
    "IntStorage": np.dtype(np.int32),
}


def read(path: Path | IO[bytes]) -> dict[str, Any]:
    """The checkpoint's dictionary with tensors as arrays; objects of any class become None-likes.

    Reads both of PyTorch's formats: the zip archive (1.6 and later) and the plain stream before it.
    """
    file = path.open("rb") if isinstance(path, Path) else path
    with file:
        if zipfile.is_zipfile(file):
            return _read_archive(zipfile.ZipFile(file))
        file.seek(0)
        return _read_stream(file)


def _read_archive(archive: zipfile.ZipFile) -> dict[str, Any]:
    pickled = next(name for name in archive.namelist() if name.endswith("/data.pkl"))
    folder = pickled.removesuffix("data.pkl")

    def storage(identity: tuple[Any, ...]) -> np.ndarray:
        return np.frombuffer(archive.read(f"{folder}data/{identity[2]}"), _TYPES[identity[1]])

    with archive.open(pickled) as file:
        return _Reader(file, storage).load()


def _read_stream(file: IO[bytes]) -> dict[str, Any]:
    for _ in range(3):
        _Reader(file, lambda identity: np.zeros(0)).load()  # magic number, version, system
    arrays: dict[str, np.ndarray] = {}

    def storage(identity: tuple[Any, ...]) -> np.ndarray:
        _, kind, key, _, count, *_ = identity
        return arrays.setdefault(key, np.zeros(count, _TYPES[kind]))

    content: dict[str, Any] = _Reader(file, storage).load()
    for key in _Reader(file, storage).load():
        count = int.from_bytes(file.read(8), "little")
        raw = file.read(count * arrays[key].itemsize)
        # Filled in place: the tensors above are views of these arrays.
        arrays[key][:] = np.frombuffer(raw, arrays[key].dtype)
    return content


class _Reader(pickle.Unpickler):
    """An unpickler that knows tensors and dictionaries and turns everything else into nothing."""

    def __init__(self, file: IO[bytes], storage: Callable[[tuple[Any, ...]], np.ndarray]) -> None:
        super().__init__(file)
        self._storage = storage

    def find_class(self, module: str, name: str) -> Any:
        if name == "OrderedDict":
            return collections.OrderedDict
        if name == "_rebuild_tensor_v2":
            return _tensor
        if name == "_rebuild_parameter":
            return lambda tensor, *_: tensor
        return name if name in _TYPES else _Nothing

    def persistent_load(self, identity: tuple[Any, ...]) -> np.ndarray:
        return self._storage(identity)


def _tensor(
    storage: np.ndarray, offset: int, size: tuple[int, ...], stride: tuple[int, ...], *_: Any
) -> np.ndarray:
    steps = [step * storage.itemsize for step in stride]
    return np.lib.stride_tricks.as_strided(storage[offset:], size, steps)


class _Nothing:
    def __init__(self, *_: Any, **__: Any) -> None:
        pass

    def __setstate__(self, state: Any) -> None:
        pass

    def __setitem__(self, key: Any, value: Any) -> None:
        pass

    def append(self, item: Any) -> None:
        pass

    def extend(self, items: Any) -> None:
        pass
