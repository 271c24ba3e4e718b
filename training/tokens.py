"""Token ids of (question, window) pairs as the reader reads them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor

__all__ = ["MAX_QUESTION", "MAX_TOKENS", "Batch", "Pair", "PairTokenizer", "pair_key", "texts_of"]

MAX_QUESTION, MAX_TOKENS = 48, 320


@dataclass(frozen=True, slots=True)
class Pair:
    """A question and a window as token ids; the window's begin at `start`, with their characters in `offsets`."""

    ids: list[int]
    start: int
    offsets: list[tuple[int, int]]

    def tokens_of(self, span: Sequence[int]) -> list[int]:
        """Return the places of the tokens that overlap characters of the window."""
        begin, end = span
        return [self.start + i for i, (a, b) in enumerate(self.offsets) if a < end and b > begin]


@dataclass(frozen=True, slots=True)
class Batch:
    """Padded pairs, each tensor of shape (pairs, tokens); `window` marks tokens that an answer may consist of."""

    ids: Tensor
    mask: Tensor
    types: Tensor
    window: Tensor


class PairTokenizer:
    """Makes pairs; MPNet's separator is doubled after the question."""

    def __init__(self, folder: Path) -> None:
        self._tokenizer: Any = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        vocabulary = self._tokenizer.get_vocab()
        doubled = "<s>" in vocabulary
        self._first = vocabulary["<s>" if doubled else "[CLS]"]
        self._separator = vocabulary["</s>" if doubled else "[SEP]"]
        self._padding = vocabulary["<pad>" if doubled else "[PAD]"]
        self._separators = [self._separator] * (2 if doubled else 1)

    def pairs(self, texts: Sequence[tuple[str, str]]) -> list[Pair]:
        """Return the pairs of (question, window), cut to MAX_QUESTION and MAX_TOKENS."""
        questions = self._tokenizer.encode_batch([question for question, _ in texts], add_special_tokens=False)
        windows = self._tokenizer.encode_batch([window for _, window in texts], add_special_tokens=False)
        pairs = []
        for question, window in zip(questions, windows, strict=True):
            head = [self._first, *question.ids[:MAX_QUESTION], *self._separators]
            room = MAX_TOKENS - len(head) - 1
            pairs.append(Pair([*head, *window.ids[:room], self._separator], len(head), window.offsets[:room]))
        return pairs

    def batch(self, pairs: Sequence[Pair]) -> Batch:
        length = (max(len(pair.ids) for pair in pairs) + 7) // 8 * 8
        ids = np.full((len(pairs), length), self._padding, np.int64)
        mask, types = np.zeros_like(ids), np.zeros_like(ids)
        window = np.zeros(ids.shape, bool)
        for row, pair in enumerate(pairs):
            count = len(pair.ids)
            ids[row, :count], mask[row, :count], types[row, pair.start : count] = pair.ids, 1, 1
            window[row, pair.start : pair.start + len(pair.offsets)] = True
        return Batch(*(torch.from_numpy(array) for array in (ids, mask, types, window)))


def texts_of(line: Mapping[str, Any]) -> tuple[str, str]:
    """Return what the reader reads of a training line: question and window, or claim and evidence."""
    return (line["q"], line["ctx"]) if "ctx" in line else (line["hypothesis"], line["premise"])


def pair_key(question: str, window: str) -> str:
    """Return a name for a pair of texts, under which what a model says of it is kept."""
    return hashlib.sha256(f"{question}\n{window}".encode()).hexdigest()[:16]
