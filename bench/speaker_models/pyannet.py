"""pyannote's segmentation-3.0 as an ONNX graph: ten seconds of audio to who speaks when in them.

SincNet filters, four bidirectional LSTM layers and a softmax over the sets of at most two of three
speakers (Plaquet and Bredin 2023, arXiv 2310.13025). Weights: pyannote/segmentation-3.0, MIT.
"""

from collections.abc import Mapping

import numpy as np
import onnx

from bench.speaker_models.graph import Graph

_RATE = 16000
_LEAST = 50.0
"""Hz: the lowest cut-off and the narrowest band of a filter."""

Weights = Mapping[str, np.ndarray]


def build(weights: Weights, store: str = "fp16") -> onnx.ModelProto:
    """Input `x` (batch, 1, samples), output `y` (batch, frames, 7): log probabilities."""
    g = Graph(store)
    x = _instance_norm(g, "x", weights, "sincnet.wav_norm1d")
    filters = g("Conv", x, g.constant(sinc_filters(weights)), kernel_shape=[251], strides=[10])
    x = g("Abs", filters)
    for layer in range(3):
        if layer:
            x = g(
                "Conv",
                x,
                g.weight(weights[f"sincnet.conv1d.{layer}.weight"]),
                g.constant(weights[f"sincnet.conv1d.{layer}.bias"]),
                kernel_shape=[5],
            )
        x = g("MaxPool", x, kernel_shape=[3], strides=[3])
        x = _instance_norm(g, x, weights, f"sincnet.norm1d.{layer}")
        x = g("LeakyRelu", x, alpha=0.01)
    x = g("Transpose", x, perm=[2, 0, 1])
    for layer in range(4):
        x = lstm(g, x, weights, "lstm.", layer, bidirectional=True)
    for layer in range(2):
        x = g("LeakyRelu", _linear(g, x, weights, f"linear.{layer}"), alpha=0.01)
    x = g("LogSoftmax", _linear(g, x, weights, "classifier"), axis=-1)
    y = g("Transpose", x, perm=[1, 0, 2])
    metadata = {
        "sample_rate": "16000",
        "window_size": "160000",
        "num_speakers": "3",
        "powerset_max_classes": "2",
        "receptive_field_size": "991",
        "receptive_field_shift": "270",
        "license": "MIT, Copyright (c) 2020 CNRS",
        "origin": "pyannote/segmentation-3.0, converted",
    }
    return g.model({"x": ["N", 1, "T"]}, {"y": (y, ["N", "F", 7])}, metadata)


def sinc_filters(weights: Weights) -> np.ndarray:
    """The band-pass filters (80, 1, 251): 40 even ones, then the same 40 bands as odd ones.

    Ravanelli and Bengio 2018, arXiv 1808.00158; the odd half as in asteroid's `ParamSincFB`.
    """
    name = "sincnet.conv1d.0.filterbank."
    low = _LEAST + np.abs(weights[name + "low_hz_"].astype(np.float64))
    high = np.clip(low + _LEAST + np.abs(weights[name + "band_hz_"]), _LEAST, _RATE / 2)
    time = weights[name + "n_"].astype(np.float64)
    window = weights[name + "window_"]
    even = (np.sin(high * time) - np.sin(low * time)) / (time / 2) * window
    odd = (np.cos(low * time) - np.cos(high * time)) / (time / 2) * window
    middle = 2 * (high - low)
    bands = np.concatenate(
        [
            np.concatenate([even, middle, even[:, ::-1]], axis=1),
            np.concatenate([odd, np.zeros_like(middle), -odd[:, ::-1]], axis=1),
        ]
    )
    return (bands / np.concatenate([middle, middle]))[:, None].astype(np.float32)


def lstm(
    g: Graph, x: str, weights: Weights, prefix: str, layer: int, *, bidirectional: bool
) -> str:
    """One PyTorch LSTM layer over (time, batch, features)."""
    sides = [f"_l{layer}"] + ([f"_l{layer}_reverse"] if bidirectional else [])
    size = weights[f"{prefix}weight_hh_l{layer}"].shape[1]

    def gates(name: str, side: str) -> np.ndarray:
        # PyTorch orders its gates input, forget, cell, output; ONNX input, output, forget, cell.
        i, f, c, o = np.split(weights[f"{prefix}{name}{side}"], 4)
        return np.concatenate([i, o, f, c])

    def stacked(name: str) -> str:
        # Compact weights have a scale for each first index; here that is a direction's gate row.
        rows = np.concatenate([gates(name, side) for side in sides])
        shape = g.constant([len(sides), 4 * size, -1], np.int64)
        return g("Reshape", g.weight(rows), shape)

    bias = np.stack(
        [np.concatenate([gates("bias_ih", side), gates("bias_hh", side)]) for side in sides]
    )
    direction = "bidirectional" if bidirectional else "forward"
    out = g(
        "LSTM",
        x,
        stacked("weight_ih"),
        stacked("weight_hh"),
        g.constant(bias),
        hidden_size=size,
        direction=direction,
    )
    # (time, directions, batch, size) to (time, batch, directions * size)
    out = g("Transpose", out, perm=[0, 2, 1, 3])
    return g("Reshape", out, g.constant([0, 0, -1], np.int64))


def _linear(g: Graph, x: str, weights: Weights, name: str) -> str:
    rows = g("Transpose", g.weight(weights[f"{name}.weight"]), perm=[1, 0])
    return g("Add", g("MatMul", x, rows), g.constant(weights[f"{name}.bias"]))


def _instance_norm(g: Graph, x: str, weights: Weights, name: str) -> str:
    scale, shift = weights[f"{name}.weight"], weights[f"{name}.bias"]
    return g("InstanceNormalization", x, g.constant(scale), g.constant(shift), epsilon=1e-5)
