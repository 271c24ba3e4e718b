"""Preparing for int8 changes what is rounded, not what is computed."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn
from torch.nn.functional import gelu

from tests.unit.training.conftest import PASSAGE
from training.model import load_reader
from training.quantization import ChannelScaledLinear, RowEmbedding, TokenScaledLinear, prepare_int8
from training.tokens import PairTokenizer


def as_int8(states: torch.Tensor) -> torch.Tensor:
    """States with one scale for all, as onnxruntime rounds the input of a matrix."""
    low, high = states.min().clamp(max=0), states.max().clamp(min=0)
    scale = (high - low) / 255
    zero = (-low / scale).round()
    return (((states / scale).round() + zero).clamp(0, 255) - zero) * scale


def error(layer: nn.Module, linear: nn.Linear, states: torch.Tensor) -> float:
    """The mean square of what rounding a layer's input changes in its output."""
    rounded = linear.forward
    linear.forward = lambda states: rounded(as_int8(states))  # type: ignore[method-assign]
    changed = layer(states)
    linear.forward = rounded  # type: ignore[method-assign]
    return float(((changed - layer(states)) ** 2).mean())


def test_a_prepared_reader_gives_the_same_logits(reader: Path):
    batch = PairTokenizer(reader).batch(PairTokenizer(reader).pairs([("How many experts has Scout?", PASSAGE)]))
    plain, prepared = load_reader(reader).eval(), load_reader(reader).eval()
    prepare_int8(prepared)
    prepared.enc.embeddings.word_embeddings = plain.enc.embeddings.word_embeddings
    with torch.no_grad():
        wanted = plain(batch.ids, batch.mask, batch.types)
        for output, expected in zip(prepared(batch.ids, batch.mask, batch.types), wanted, strict=True):
            assert output == pytest.approx(expected, abs=1e-4)


def test_a_row_of_an_embedding_is_rounded_by_its_own_largest_number():
    embedding = nn.Embedding(2, 4)
    embedding.weight.data = torch.tensor([[127.0, 0.6, -1.4, 0.0], [0.0127, 0.00006, -0.00014, 0.0]])
    rounded = RowEmbedding(embedding)(torch.tensor([0, 1]))
    assert rounded.tolist() == [[127.0, 1.0, -1.0, 0.0], pytest.approx([0.0127, 0.0001, -0.0001, 0.0])]


@torch.no_grad()
def test_one_large_token_costs_the_others_no_precision():
    torch.manual_seed(0)
    linear, states = nn.Linear(32, 16), gelu(torch.randn(20, 32))
    states[0, 3] = 100.0
    scaled = TokenScaledLinear(linear)
    assert scaled(states) == pytest.approx(linear(states), abs=1e-4)
    assert error(scaled, scaled.linear, states) < error(linear, linear, states) / 10


@torch.no_grad()
def test_one_large_channel_costs_the_others_no_precision():
    torch.manual_seed(0)
    linear, norm = nn.Linear(32, 16), nn.LayerNorm(32)
    norm.weight.data[3] = 100.0
    states = norm(torch.randn(20, 32))
    plain = error(linear, linear, states)
    scaled = ChannelScaledLinear(linear, norm)
    assert scaled(states) == pytest.approx(linear(states), abs=1e-3)
    assert error(scaled, scaled.linear, states) < plain / 4
