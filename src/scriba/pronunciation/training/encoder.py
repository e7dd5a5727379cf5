"""The lower part of Whisper's encoder as an ONNX file in int8. Needs torch and onnx."""

import tempfile
from pathlib import Path

import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor, nn
from torch.nn import functional as f

from scriba.customization.weights import layers, read_weights

_HEAD = 64


class Encoder(nn.Module):
    """The first `depth` layers, of log-mel features (1, 80, frames): states (1, frames / 2, n)."""

    def __init__(self, model: Path, depth: int) -> None:
        super().__init__()
        weights = read_weights(model)
        self._names = list(layers(weights, "encoder"))[:depth]
        for name, values in weights.floats().items():
            kept = ("encoder/conv", *(f"{layer}/" for layer in self._names))
            if name.startswith(kept):
                tensor = torch.from_numpy(values)
                if tensor.ndim == 2 and name.endswith("weight"):
                    # As the right side of a product, which is what can be quantised.
                    tensor = tensor.t().contiguous()
                self.register_buffer(_flat(name), tensor)

    def forward(self, mel: Tensor, positions: Tensor) -> Tensor:
        x = f.gelu(f.conv1d(mel, self._w("encoder/conv1"), self._b("encoder/conv1"), padding=1))
        x = f.gelu(
            f.conv1d(x, self._w("encoder/conv2"), self._b("encoder/conv2"), stride=2, padding=1)
        )
        x = x.transpose(1, 2) + positions
        for name in self._names:
            x = x + self._attention(f"{name}/self_attention", x)
            y = f.gelu(self._linear(f"{name}/ffn/linear_0", self._norm(f"{name}/ffn", x)))
            x = x + self._linear(f"{name}/ffn/linear_1", y)
        return x

    def _attention(self, name: str, x: Tensor) -> Tensor:
        width = self._w(f"{name}/linear_1").shape[0]
        joined = self._linear(f"{name}/linear_0", self._norm(name, x))
        split = (each.reshape(1, -1, width // _HEAD, _HEAD) for each in joined.chunk(3, -1))
        query, key, value = (each.transpose(1, 2) for each in split)
        weights = torch.softmax(query @ key.transpose(2, 3) * _HEAD**-0.5, -1)
        return self._linear(
            f"{name}/linear_1", (weights @ value).transpose(1, 2).reshape(1, -1, width)
        )

    def _norm(self, name: str, x: Tensor) -> Tensor:
        gamma = self._get(f"{name}/layer_norm/gamma")
        beta = self._get(f"{name}/layer_norm/beta")
        return f.layer_norm(x, (gamma.shape[0],), gamma, beta)

    def _linear(self, name: str, x: Tensor) -> Tensor:
        return x @ self._w(name) + self._b(name)

    def _w(self, name: str) -> Tensor:
        return self._get(f"{name}/weight")

    def _b(self, name: str) -> Tensor:
        return self._get(f"{name}/bias")

    def _get(self, name: str) -> Tensor:
        found = getattr(self, _flat(name))
        assert isinstance(found, Tensor)
        return found


def _flat(name: str) -> str:
    return name.replace("/", "_")


def export(model: Path, depth: int, kept: int, file: Path) -> None:
    """Write the first `depth` layers to `file`; the output of layer `kept` stays as it is.

    Whisper base has one unit of one layer that is some hundred times as loud as all others: in
    eight bits a step for it is as large as the others' values. The product that makes it is kept
    in float. Weights get seven bits, because without VNNI the sums of eight overflow.
    """
    encoder = Encoder(model, depth).eval()
    example = (torch.zeros(1, 80, 400), torch.zeros(200, 512))
    with tempfile.TemporaryDirectory() as folder:
        exact = Path(folder) / "exact.onnx"
        torch.onnx.export(
            encoder,
            example,
            str(exact),
            input_names=["mel", "positions"],
            output_names=["states"],
            dynamic_axes={"mel": {2: "mels"}, "positions": {0: "frames"}, "states": {1: "frames"}},
            opset_version=17,
            dynamo=False,
        )
        graph = onnx.load(str(exact)).graph
        loud = f"layer_{kept}_ffn_linear_1_weight"
        quantize_dynamic(
            str(exact),
            str(file),
            per_channel=True,
            reduce_range=True,
            op_types_to_quantize=["MatMul"],
            weight_type=QuantType.QInt8,
            nodes_to_exclude=[
                node.name for node in graph.node if any(each.endswith(loud) for each in node.input)
            ],
        )
