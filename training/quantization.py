"""Prepare a reader for int8, so that single large numbers do not cost all others their precision.

onnxruntime quantises a matrix with a scale for each output channel, and its input with one scale for all. A layer's
outputs stay the same; what is rounded changes:

- embeddings: int8 with a scale for each row, positions in full;
- the input of a block's second layer, where a few tokens are a hundred times as large as the rest: each token has its
  own scale (Yao et al. 2022, arXiv 2206.01861);
- the input of its first layer, where a few channels are: a channel's scale moves into the weights (Xiao et al. 2023,
  arXiv 2211.10438), estimated from the layer normalisation before it instead of from data.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from training.model import ReaderModel

__all__ = ["prepare_int8"]

SPREAD = 4.0
"""Standard deviations within which nearly all normalised states lie."""
MIGRATION = 0.65
"""Share of a channel's scale that moves from the input into the weights, on a logarithmic scale."""
LEAST = 1e-8
GELU_DEPTH = 0.17
"""How far GELU falls below zero, at most."""


class RowEmbedding(nn.Module):
    """An embedding whose rows are int8, each with a scale."""

    rows: Tensor
    scales: Tensor

    def __init__(self, embedding: nn.Embedding) -> None:
        super().__init__()
        weight = embedding.weight.detach()
        scales = weight.abs().amax(1, keepdim=True).clamp(min=LEAST) / 127
        self.register_buffer("rows", (weight / scales).round().to(torch.int8))
        self.register_buffer("scales", scales)

    def forward(self, ids: Tensor) -> Tensor:
        return functional.embedding(ids, self.rows).float() * functional.embedding(ids, self.scales)


class TokenScaledLinear(nn.Module):
    """A linear layer after GELU, over tokens scaled to values of at most 1."""

    def __init__(self, linear: nn.Linear) -> None:
        super().__init__()
        self.linear = nn.Linear(linear.in_features, linear.out_features, bias=False)
        self.linear.weight, self.bias = linear.weight, linear.bias

    def forward(self, states: Tensor) -> Tensor:
        largest = states.amax(-1, keepdim=True).clamp(min=GELU_DEPTH)
        scaled: Tensor = self.linear(states / largest)
        return scaled * largest + self.bias


class ChannelScaledLinear(nn.Module):
    """A linear layer whose input channels are divided by scales that its weights are multiplied by."""

    inverse: Tensor

    def __init__(self, linear: nn.Linear, before: nn.LayerNorm) -> None:
        super().__init__()
        largest = before.bias.detach().abs() + SPREAD * before.weight.detach().abs()
        weight = linear.weight.detach()
        scales = largest**MIGRATION / weight.abs().amax(0).clamp(min=LEAST) ** (1 - MIGRATION)
        scales = scales.clamp(min=1e-4)
        self.linear = nn.Linear(linear.in_features, linear.out_features)
        self.linear.weight, self.linear.bias = nn.Parameter(weight * scales), linear.bias
        self.register_buffer("inverse", 1 / scales)

    def forward(self, states: Tensor) -> Tensor:
        scaled: Tensor = self.linear(states * self.inverse)
        return scaled


def prepare_int8(model: ReaderModel) -> None:
    """Change a BERT reader in place; it returns the same logits, but for the embeddings' rounding."""
    embeddings = model.enc.embeddings
    embeddings.word_embeddings = RowEmbedding(embeddings.word_embeddings)
    for layer in model.enc.encoder.layer:
        layer.intermediate.dense = ChannelScaledLinear(layer.intermediate.dense, layer.attention.output.LayerNorm)
        layer.output.dense = TokenScaledLinear(layer.output.dense)
