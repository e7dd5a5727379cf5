"""Weights of CTranslate2 models."""

import struct
from pathlib import Path

import numpy as np
import pytest

from scriba.customization.weights import (
    Variable,
    Weights,
    layers,
    read_weights,
    write_weights,
)
from scriba.errors import ModelError


def test_written_as_read(tiny_model: Path, tmp_path: Path) -> None:
    weights = read_weights(tiny_model / "model.bin")
    write_weights(weights, tmp_path / "model.bin")
    assert (tmp_path / "model.bin").read_bytes() == (tiny_model / "model.bin").read_bytes()
    assert list(layers(weights, "encoder"))[-1] == "encoder/layer_3"
    assert weights.number("decoder/num_heads") == 6


def test_replaced_in_the_types_that_were_there(tiny_model: Path) -> None:
    weights = read_weights(tiny_model / "model.bin")
    floats = weights.floats()
    name = "encoder/layer_0/ffn/linear_0/weight"
    changed = weights.replaced({name: floats[name] + 0.25})
    again = changed.variables[name]
    assert again.array.dtype == weights.variables[name].array.dtype
    assert np.allclose(changed.floats()[name], floats[name] + 0.25, atol=2e-3)
    assert np.array_equal(changed.floats()["encoder/conv1/bias"], floats["encoder/conv1/bias"])


@pytest.mark.parametrize(
    ("kind", "dtype", "tolerance"), [(1, np.int8, 0.01), (2, np.int16, 0.002), (5, np.uint16, 0.01)]
)
def test_other_types_keep_their_values(
    kind: int, dtype: type, tolerance: float, tmp_path: Path
) -> None:
    rng = np.random.default_rng(1)
    variables = {"w": Variable(kind, np.zeros((3, 4), dtype))}
    if kind != 5:
        scale = np.ones(3 if kind == 1 else (), np.float32)
        variables["w_scale"] = Variable(0, scale)
    values = rng.uniform(-1, 1, (3, 4)).astype(np.float32)
    weights = Weights("Spec", 3, variables, {"v": "w"}).replaced({"w": values})
    write_weights(weights, tmp_path / "model.bin")
    read = read_weights(tmp_path / "model.bin")
    assert np.allclose(read.floats()["w"], values, atol=tolerance)
    assert read.aliases == {"v": "w"}


def test_wrong_shapes_and_numbers_are_refused() -> None:
    weights = Weights("Spec", 3, {"w": Variable(0, np.zeros(2, np.float32))}, {})
    with pytest.raises(ModelError, match="shape"):
        weights.replaced({"w": np.zeros(3, np.float32)})
    with pytest.raises(ModelError, match="not finite"):
        weights.replaced({"w": np.array([1, np.nan], np.float32)})


def test_damaged_files(tmp_path: Path) -> None:
    path = tmp_path / "model.bin"
    write_weights(Weights("Spec", 3, {"w": Variable(0, np.ones((2, 3), np.float32))}, {}), path)
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(ModelError):
            read_weights(path)
    path.write_bytes(struct.pack("<I", 7) + whole[4:])
    with pytest.raises(ModelError, match="version 7"):
        read_weights(path)
    path.write_bytes(whole[:15] + struct.pack("<I", 2**31) + whole[19:])
    with pytest.raises(ModelError, match="variables"):
        read_weights(path)
