"""Resemblyzer's voice encoder (GE2E, Wan et al. 2018, arXiv 1710.10467) as an ONNX graph.

Only measured, not shipped. Weights: Resemblyzer 0.1.4 `pretrained.pt`, Apache-2.0.
"""

from collections.abc import Mapping

import numpy as np
import onnx

from bench.speaker_models.graph import Graph
from bench.speaker_models.pyannet import lstm


def build(weights: Mapping[str, np.ndarray], store: str = "fp32") -> onnx.ModelProto:
    """Input `mels` (batch, frames, 40), output `embs` (batch, 256) of length 1."""
    g = Graph(store)
    x = g("Transpose", "mels", perm=[1, 0, 2])
    for layer in range(3):
        x = lstm(g, x, weights, "lstm.", layer, bidirectional=False)
    last = g("Gather", x, g.constant(-1, np.int64), axis=0)
    rows = g("Transpose", g.weight(weights["linear.weight"]), perm=[1, 0])
    x = g("Relu", g("Add", g("MatMul", last, rows), g.constant(weights["linear.bias"])))
    x = g("LpNormalization", x, axis=1, p=2)
    return g.model({"mels": ["B", "T", 40]}, {"embs": (x, ["B", 256])}, {"license": "Apache-2.0"})
