"""Whisper (arXiv 2212.04356) in torch, computed from weights that keep CTranslate2's names.

Everything is a function of a dictionary of tensors, so the weights of a `model.bin` are trained as
they stand and need no translation in either direction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scriba.customization.weights import Weights, layers

if TYPE_CHECKING:
    from torch import Tensor

Tensors = Mapping[str, "Tensor"]


@dataclass(frozen=True)
class Shape:
    """The layers and heads of a model."""

    encoder: tuple[str, ...]
    decoder: tuple[str, ...]
    encoder_heads: int
    decoder_heads: int

    @classmethod
    def of(cls, weights: Weights) -> Shape:
        return cls(
            tuple(layers(weights, "encoder")),
            tuple(layers(weights, "decoder")),
            weights.number("encoder/num_heads"),
            weights.number("decoder/num_heads"),
        )


def encode(tensors: Tensors, shape: Shape, features: Tensor) -> Tensor:
    """Encoder states (clips, frames / 2, width) of log-mel features (clips, bins, frames)."""
    from torch.nn import functional as f

    x = f.gelu(f.conv1d(features, *_layer(tensors, "encoder/conv1"), padding=1))
    x = f.gelu(f.conv1d(x, *_layer(tensors, "encoder/conv2"), stride=2, padding=1))
    x = x.transpose(1, 2)
    x = x + tensors["encoder/position_encodings/encodings"][: x.shape[1]]
    for name in shape.encoder:
        x = x + _self_attention(tensors, name, x, shape.encoder_heads, causal=False)
        x = x + _feed_forward(tensors, name, x)
    return _norm(tensors, "encoder/layer_norm", x)


def remember(tensors: Tensors, shape: Shape, states: Tensor) -> list[Tensor]:
    """Keys and values of encoder states for each decoder layer: (clips, time, 2 * width)."""
    from torch.nn import functional as f

    return [
        f.linear(states, *_layer(tensors, f"{name}/attention/linear_1")) for name in shape.decoder
    ]


def decode(tensors: Tensors, shape: Shape, tokens: Tensor, memory: list[Tensor]) -> Tensor:
    """Decoder states (clips, tokens, width) of tokens (clips, tokens) that hear `memory`."""
    from torch.nn import functional as f

    x = tensors["decoder/embeddings/weight"][tokens]
    x = x + tensors["decoder/position_encodings/encodings"][: x.shape[1]]
    for name, heard in zip(shape.decoder, memory, strict=True):
        x = x + _self_attention(tensors, name, x, shape.decoder_heads, causal=True)
        attention = f"{name}/attention"
        normed = _norm(tensors, f"{attention}/layer_norm", x)
        query = f.linear(normed, *_layer(tensors, f"{attention}/linear_0"))
        key, value = heard.chunk(2, dim=-1)
        y = _attend(query, key, value, shape.decoder_heads, causal=False)
        x = x + f.linear(y, *_layer(tensors, f"{attention}/linear_2"))
        x = x + _feed_forward(tensors, name, x)
    return _norm(tensors, "decoder/layer_norm", x)


def logits(tensors: Tensors, states: Tensor) -> Tensor:
    """The vocabulary's logits of decoder states."""
    from torch.nn import functional as f

    return f.linear(states, tensors["decoder/embeddings/weight"])


def _self_attention(tensors: Tensors, name: str, x: Tensor, heads: int, causal: bool) -> Tensor:
    from torch.nn import functional as f

    attention = f"{name}/self_attention"
    normed = _norm(tensors, f"{attention}/layer_norm", x)
    joined = f.linear(normed, *_layer(tensors, f"{attention}/linear_0"))
    query, key, value = joined.chunk(3, dim=-1)
    y = _attend(query, key, value, heads, causal)
    return f.linear(y, *_layer(tensors, f"{attention}/linear_1"))


def _attend(query: Tensor, key: Tensor, value: Tensor, heads: int, causal: bool) -> Tensor:
    from torch.nn import functional as f

    split = [each.unflatten(-1, (heads, -1)).transpose(1, 2) for each in (query, key, value)]
    y = f.scaled_dot_product_attention(*split, is_causal=causal)
    return y.transpose(1, 2).flatten(-2)


def _feed_forward(tensors: Tensors, name: str, x: Tensor) -> Tensor:
    from torch.nn import functional as f

    y = _norm(tensors, f"{name}/ffn/layer_norm", x)
    y = f.gelu(f.linear(y, *_layer(tensors, f"{name}/ffn/linear_0")))
    return f.linear(y, *_layer(tensors, f"{name}/ffn/linear_1"))


def _norm(tensors: Tensors, name: str, x: Tensor) -> Tensor:
    from torch.nn import functional as f

    return f.layer_norm(x, x.shape[-1:], tensors[f"{name}/gamma"], tensors[f"{name}/beta"])


def _layer(tensors: Tensors, name: str) -> tuple[Tensor, Tensor]:
    return tensors[f"{name}/weight"], tensors[f"{name}/bias"]
