"""Encoding of windows in int8, each once."""

from __future__ import annotations

from typing import Any

import numpy as np

from index.domain.ports import Vectors, WindowText
from index.embedding._pooling import pool_spans, split_ranges

__all__ = ["WindowEncoder"]


class WindowEncoder:
    """Encodes texts with a session, whole or in pieces that overlap. Thread-safe."""

    def __init__(self, session: Any, tokenizer: Any, *, dimension: int, max_tokens: int) -> None:
        self._session = session
        self._tokenizer = tokenizer
        self._dimension = dimension
        self._most = max_tokens - 2

    def encode(self, text: WindowText) -> tuple[int, Vectors]:
        """Return a text's number of tokens, and the vectors of its spans."""
        read = self._tokenizer.encode(text.text)
        first, *own, last = read.ids
        vectors = np.empty((len(own), self._dimension), np.float32)
        for begin, unread, end in split_ranges(len(own), self._most):
            ids = np.asarray([[first, *own[begin:end], last]], np.int64)
            piece = self._session.run(["tokens"], {"ids": ids})[0][0]
            vectors[unread:end] = piece[1 + unread - begin : -1]
        whole = vectors.mean(axis=0) if own else piece.mean(axis=0)
        return len(read.ids), pool_spans(vectors, read.offsets[1:-1], text.spans, whole)
