"""CAM++ as an ONNX graph (Wang et al. 2023, arXiv 2303.00332): 80 filterbank features to a voice.

Weights: 3D-Speaker `speech_campplus_sv_zh_en_16k-common_advanced`, Apache-2.0.
"""

from collections.abc import Mapping

import numpy as np
import onnx

from bench.speaker_models.graph import Graph

_EPSILON = 1e-5
_SEGMENT = 100
"""Frames that a context is averaged over, beside the whole."""
_BLOCKS = ((12, 1), (24, 2), (16, 2))
"""Layers and dilation of each dense block."""

Weights = Mapping[str, np.ndarray]


def build(weights: Weights, store: str = "int8") -> onnx.ModelProto:
    """Input `feats` (batch, frames, 80), output `embs` (batch, 192), named as wespeaker does."""
    return _Builder(weights, store).build()


class _Builder:
    def __init__(self, weights: Weights, store: str) -> None:
        self.w = weights
        self.g = Graph(store)

    def build(self) -> onnx.ModelProto:
        g = self.g
        x = self._head(g("Transpose", "feats", perm=[0, 2, 1]))
        x = self._conv(x, "xvector.tdnn.linear", "xvector.tdnn.nonlinear.batchnorm", 2, 1, 2)
        x = g("Relu", x)
        for number, (layers, dilation) in enumerate(_BLOCKS, 1):
            for layer in range(1, layers + 1):
                new = self._dense(x, f"xvector.block{number}.tdnnd{layer}", dilation)
                x = g("Concat", x, new, axis=1)
            x = self._normed(x, f"xvector.transit{number}.nonlinear.batchnorm")
            x = self._conv(x, f"xvector.transit{number}.linear")
        x = self._normed(x, "xvector.out_nonlinear.batchnorm")
        x = self._conv(
            self._statistics(x), "xvector.dense.linear", "xvector.dense.nonlinear.batchnorm"
        )
        voice = g("Squeeze", x, g.constant([2], np.int64))
        metadata = {
            "framework": "3d-speaker",
            "sample_rate": "16000",
            "normalize_samples": "1",
            "feature_normalize_type": "global-mean",
            "output_dim": "192",
            "language": "Chinese-English",
            "license": "Apache-2.0",
            "origin": "speech_campplus_sv_zh_en_16k-common_advanced, converted",
        }
        return g.model({"feats": ["B", "T", 80]}, {"embs": (voice, ["B", 192])}, metadata)

    def _head(self, x: str) -> str:
        """Residual 2-D convolutions, that shorten the frequency axis to an eighth."""
        g = self.g
        x = g("Unsqueeze", x, g.constant([1], np.int64))
        x = g("Relu", self._conv2(x, "head.conv1", "head.bn1"))
        for layer in ("head.layer1", "head.layer2"):
            for index in (0, 1):
                name = f"{layer}.{index}"
                stride = 2 if index == 0 else 1
                y = g("Relu", self._conv2(x, f"{name}.conv1", f"{name}.bn1", stride))
                y = self._conv2(y, f"{name}.conv2", f"{name}.bn2")
                if index == 0:
                    x = self._conv2(x, f"{name}.shortcut.0", f"{name}.shortcut.1", stride)
                x = g("Relu", g("Add", y, x))
        x = g("Relu", self._conv2(x, "head.conv2", "head.bn2", 2))
        return g("Reshape", x, g.constant([0, 320, -1], np.int64))

    def _dense(self, x: str, name: str, dilation: int) -> str:
        """A layer with a context-aware mask: local features times what the context lets through."""
        g = self.g
        x = self._normed(x, f"{name}.nonlinear1.batchnorm")
        x = g("Relu", self._conv(x, f"{name}.linear1", f"{name}.nonlinear2.batchnorm"))
        local = self._conv(x, f"{name}.cam_layer.linear_local", None, 1, dilation, dilation)
        context = g("Add", g("ReduceMean", x, axes=[2], keepdims=1), self._segments(x))
        context = g("Relu", self._conv(context, f"{name}.cam_layer.linear1"))
        mask = g("Sigmoid", self._conv(context, f"{name}.cam_layer.linear2"))
        return g("Mul", local, mask)

    def _segments(self, x: str) -> str:
        """The mean of each segment, repeated for each of its frames."""
        g = self.g
        mean = g(
            "AveragePool",
            x,
            kernel_shape=[_SEGMENT],
            strides=[_SEGMENT],
            ceil_mode=1,
            count_include_pad=0,
        )
        mean = g("Unsqueeze", mean, g.constant([3], np.int64))
        mean = g("Tile", mean, g.constant([1, 1, 1, _SEGMENT], np.int64))
        mean = g("Reshape", mean, g.constant([0, 0, -1], np.int64))
        frames = g("Gather", g("Shape", x), g.constant([2], np.int64))
        return g("Slice", mean, g.constant([0], np.int64), frames, g.constant([2], np.int64))

    def _statistics(self, x: str) -> str:
        """Mean and (unbiased) standard deviation over time, (batch, 2 * channels, 1)."""
        g = self.g
        mean = g("ReduceMean", x, axes=[2], keepdims=1)
        square = g(
            "ReduceSum",
            g("Pow", g("Sub", x, mean), g.constant(2.0)),
            g.constant([2], np.int64),
            keepdims=1,
        )
        frames = g("Cast", g("Gather", g("Shape", x), g.constant([2], np.int64)), to=1)
        degrees = g("Max", g("Sub", frames, g.constant([1.0])), g.constant([1.0]))
        return g("Concat", mean, g("Sqrt", g("Div", square, degrees)), axis=1)

    def _conv(
        self,
        x: str,
        name: str,
        norm: str | None = None,
        stride: int = 1,
        dilation: int = 1,
        pad: int = 0,
    ) -> str:
        weight, bias = self._folded(name, norm)
        inputs = [x, self.g.weight(weight)] + ([self.g.constant(bias)] if bias is not None else [])
        return self.g(
            "Conv",
            *inputs,
            kernel_shape=[weight.shape[2]],
            strides=[stride],
            dilations=[dilation],
            pads=[pad, pad],
        )

    def _conv2(self, x: str, name: str, norm: str, stride: int = 1) -> str:
        weight, bias = self._folded(name, norm)
        assert bias is not None
        size = weight.shape[2]
        return self.g(
            "Conv",
            x,
            self.g.weight(weight),
            self.g.constant(bias),
            kernel_shape=[size, size],
            strides=[stride, 1],
            pads=[size // 2] * 4,
        )

    def _folded(self, name: str, norm: str | None) -> tuple[np.ndarray, np.ndarray | None]:
        """Weight and bias of a convolution, with the normalisation that follows it worked in."""
        weight, bias = self.w[f"{name}.weight"], self.w.get(f"{name}.bias")
        if norm is None:
            return weight, bias
        scale, shift = self._norm(norm)
        weight = weight * scale.reshape(-1, *[1] * (weight.ndim - 1))
        return weight, shift + (0 if bias is None else bias * scale)

    def _normed(self, x: str, norm: str) -> str:
        scale, shift = self._norm(norm)
        x = self.g("Mul", x, self.g.constant(scale[:, None]))
        return self.g("Relu", self.g("Add", x, self.g.constant(shift[:, None])))

    def _norm(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """A batch normalisation as (scale, shift)."""
        scale = 1 / np.sqrt(self.w[f"{name}.running_var"] + _EPSILON)
        scale = scale * self.w.get(f"{name}.weight", np.float32(1))
        return scale, self.w.get(f"{name}.bias", 0) - self.w[f"{name}.running_mean"] * scale
