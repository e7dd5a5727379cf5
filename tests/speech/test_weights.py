"""Weights from a stranger: only the numbers of a base model may differ."""

import struct
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scriba.errors import ModelError
from scriba.speech.weights import check_weights, layout


def text(value: bytes) -> bytes:
    return struct.pack("<H", len(value) + 1) + value + b"\0"


def variable(name: bytes, shape: tuple[int, ...], kind: int, data: bytes) -> bytes:
    head = struct.pack(f"<B{len(shape)}IBI", len(shape), *shape, kind, len(data))
    return text(name) + head + data


def weights(*variables: bytes, version: int = 6, aliases: bytes = struct.pack("<I", 0)) -> bytes:
    head = struct.pack("<I", version) + text(b"WhisperSpec") + struct.pack("<II", 3, len(variables))
    return head + b"".join(variables) + aliases


MATRIX = variable(b"encoder/weight", (2, 3), 4, bytes(12))
HEADS = variable(b"encoder/num_heads", (), 2, b"\6\0")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "model.bin"
    path.write_bytes(weights(MATRIX, HEADS))
    return path


def test_numbers_may_differ_and_nothing_else(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scriba.speech.weights.LAYOUTS", {"little": layout(file)})
    check_weights(file, "little")
    file.write_bytes(weights(variable(b"encoder/weight", (2, 3), 4, b"x" * 12), HEADS))
    check_weights(file, "little")
    for other in (
        weights(variable(b"encoder/weight", (3, 2), 4, bytes(12)), HEADS),
        weights(variable(b"encoder/other", (2, 3), 4, bytes(12)), HEADS),
        weights(variable(b"encoder/weight", (2, 3), 5, bytes(12)), HEADS),
        weights(MATRIX, variable(b"encoder/num_heads", (), 2, b"\7\0")),
        weights(HEADS, MATRIX),
        weights(MATRIX),
    ):
        file.write_bytes(other)
        with pytest.raises(ModelError, match="not hold the weights of a trained little"):
            check_weights(file, "little")
        check_weights(file, "a base whose layout nobody knows")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "cannot be read"),
        (weights(MATRIX, version=5), "not version 6"),
        (weights(MATRIX)[:-9], "cannot be read|too early"),
        (weights(MATRIX) + b"more", "goes on after its end"),
        (weights(variable(b"a", (2, 3), 4, bytes(11))), "its shape says"),
        (weights(variable(b"a", (1 << 31, 1 << 31), 4, b"")), "its shape says"),
        (weights(variable(b"a", (1,), 9, b"x")), "its shape says"),
        (weights(variable(b"a", (1,) * 200, 1, b"x")), "200 dimensions"),
        (weights(MATRIX, aliases=struct.pack("<I", 1 << 31)), "aliases"),
        (struct.pack("<I", 6) + text(b"x") + struct.pack("<II", 3, 1 << 31), "variables"),
        (
            weights(text(b"a") + struct.pack("<BIBI", 1, 1 << 30, 0, 1 << 31)),
            "shape says|too early",
        ),
    ],
)
def test_a_damaged_file_is_refused(file: Path, data: bytes, said: str) -> None:
    file.write_bytes(data)
    with pytest.raises(ModelError, match=said):
        layout(file)


@given(st.binary(max_size=200))
def test_any_bytes_are_laid_out_or_refused(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.bin"
    path.write_bytes(weights(MATRIX, HEADS)[:20] + data)
    with suppress(ModelError):
        layout(path)


def test_the_layouts_of_the_catalogue_are_those_of_its_files(
    base_model: Path, tiny_model: Path
) -> None:
    for folder in (base_model, tiny_model):
        check_weights(folder / "model.bin", folder.name)
    with pytest.raises(ModelError, match="a trained base"):
        check_weights(tiny_model / "model.bin", "base")
