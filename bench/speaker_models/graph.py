"""A small builder of ONNX graphs with compact weights."""

from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


class Graph:
    """Nodes and weights of a graph under construction; values are named by strings.

    `store` says how large weights are kept: "int8" (a scale for each first index), "fp16" or
    "fp32". They are turned back into float32 by nodes that onnxruntime folds when it loads the
    file, so only the file gets smaller, not the arithmetic coarser.
    """

    def __init__(self, store: str = "int8") -> None:
        self._store = store
        self._nodes: list[onnx.NodeProto] = []
        self._weights: list[onnx.TensorProto] = []

    def __call__(self, operator: str, *inputs: str, outputs: int = 1, **attributes: Any) -> str:
        """Add a node; the name of its first output."""
        names = [f"v{len(self._nodes)}" + (f"_{i}" if i else "") for i in range(outputs)]
        self._nodes.append(helper.make_node(operator, list(inputs), names, **attributes))
        return names[0]

    def constant(self, values: Any, dtype: Any = np.float32) -> str:
        """Add an array that is kept as it is."""
        name = f"c{len(self._weights)}"
        self._weights.append(numpy_helper.from_array(np.asarray(values, dtype), name))
        return name

    def weight(self, values: np.ndarray) -> str:
        """Add an array (float) that is kept compactly if it is large."""
        if values.size < 512 or self._store == "fp32":
            return self.constant(values)
        if self._store == "fp16":
            return self("Cast", self.constant(values, np.float16), to=TensorProto.FLOAT)
        last = tuple(range(1, values.ndim))
        scale = np.maximum(np.abs(values).max(axis=last, keepdims=True), 1e-12) / 127
        whole = self.constant(np.round(values / scale), np.int8)
        return self("Mul", self("Cast", whole, to=TensorProto.FLOAT), self.constant(scale))

    def model(
        self,
        inputs: dict[str, list[int | str]],
        outputs: dict[str, tuple[str, list[int | str]]],
        metadata: dict[str, str],
    ) -> onnx.ModelProto:
        """The finished model; `outputs` are name -> (value, shape)."""
        for name, (value, _) in outputs.items():
            self._nodes.append(helper.make_node("Identity", [value], [name]))
        made = helper.make_graph(
            self._nodes,
            "speakers",
            [helper.make_tensor_value_info(n, TensorProto.FLOAT, s) for n, s in inputs.items()],
            [
                helper.make_tensor_value_info(n, TensorProto.FLOAT, shape)
                for n, (_, shape) in outputs.items()
            ],
            self._weights,
        )
        model = helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
        for key, text in metadata.items():
            model.metadata_props.add(key=key, value=text)
        onnx.checker.check_model(model)
        return model
