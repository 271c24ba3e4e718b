"""Late interaction: the best match of each piece of a question among the tokens of a passage.

The method is ColBERT's (Khattab and Zaharia 2020, arXiv 2004.12832), here over the embedder's own token vectors,
projected on their principal axes and stored as bytes.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.domain.ports import Encoding, Vectors
from index.embedding.vectors import l2_normalize
from index.storage.arrays import open_rows, save_array

__all__ = ["WIDTH", "TokenStore", "TokenStoreBuilder"]

WIDTH = 128
"""Bytes per token: that many principal axes, each rounded to a byte."""

ROUNDING = 1e-6
"""Share of the largest variance along an axis; a smaller one is rounding."""


class TokenStoreBuilder:
    """Builds a store block by block; the axes are fitted to the first block, or those of the `previous` store."""

    def __init__(self, previous: TokenStore | None = None) -> None:
        self._axes: Vectors | None = previous.axes if previous else None
        self._places: dict[str, int] = (
            {piece: place for place, piece in enumerate(previous.vocabulary)} if previous else {}
        )
        self._rows: list[NDArray[np.int8]] = []
        self._pieces: list[NDArray[np.int32]] = []
        self._lengths: list[NDArray[np.int64]] = []

    def add(self, encodings: Sequence[Encoding]) -> None:
        if not encodings:
            return
        tokens = np.concatenate([encoding.tokens for encoding in encodings])
        if self._axes is None:
            self._axes = _principal_axes(tokens)
        self._rows.append(_quantize(tokens @ self._axes))
        places = [
            self._places.setdefault(piece, len(self._places)) for encoding in encodings for piece in encoding.pieces
        ]
        self._pieces.append(np.asarray(places, np.int32))
        self._lengths.append(np.asarray([len(encoding.tokens) for encoding in encodings], np.int64))

    def copy(self, store: TokenStore, start: int, stop: int) -> None:
        """Copy passages `start` to `stop` of the `previous` store."""
        self._rows.append(store.rows[store.ends[start] : store.ends[stop]])
        self._pieces.append(store.pieces[store.ends[start] : store.ends[stop]])
        self._lengths.append(np.diff(store.ends[start : stop + 1]))

    def finish(self) -> TokenStore:
        axes = self._axes if self._axes is not None else np.zeros((1, 1), np.float32)
        rows = np.concatenate(self._rows) if self._rows else np.zeros((0, axes.shape[1]), np.int8)
        pieces = np.concatenate(self._pieces) if self._pieces else np.zeros(0, np.int32)
        lengths = np.concatenate([np.zeros(1, np.int64), *self._lengths])
        return TokenStore(axes, rows, pieces, np.cumsum(lengths), tuple(self._places))


class TokenStore:
    """Token vectors of all passages; passage `i` has rows `ends[i]` to `ends[i + 1]`.

    `pieces` gives the piece of each row as its place in `vocabulary`, which may hold pieces that no passage has.
    """

    def __init__(
        self,
        axes: Vectors,
        rows: NDArray[np.int8],
        pieces: NDArray[np.int32],
        ends: NDArray[np.int64],
        vocabulary: Sequence[str],
    ) -> None:
        self.axes = axes
        self.rows = rows
        self.pieces = pieces
        self.ends = ends
        self.vocabulary = vocabulary
        self._frequency = _frequency(pieces[:], ends, vocabulary)

    def matches(self, question: Encoding, passages: Sequence[int]) -> tuple[Vectors, Vectors]:
        """Match a question with passages.

        Returns
        -------
        best : array of shape (passages, pieces)
            Cosine, -1..1, of each piece of the question with its best match in each passage.
        reverse : array of shape (passages,)
            Mean over a passage's tokens of each one's best match in the question, -1..1.
        """
        pieces: Vectors = question.tokens @ self.axes
        if self.axes.shape[1] == WIDTH:  # with fewer axes the projection loses nothing and products are cosines
            pieces = l2_normalize(pieces)
        parts = [self.rows[self.ends[passage] : self.ends[passage + 1]] for passage in passages]
        lengths = np.asarray([len(part) for part in parts])
        starts = np.cumsum(lengths) - lengths
        cosines = l2_normalize(np.concatenate(parts).astype(np.float32)) @ pieces.T
        best: Vectors = np.maximum.reduceat(cosines, starts, axis=0)
        reverse: Vectors = np.add.reduceat(cosines.max(axis=1), starts) / lengths
        return best, reverse

    def weights(self, pieces: Iterable[str]) -> Vectors:
        """Return the inverse document frequency of each piece (the BM25 form), shape (pieces,)."""
        total = len(self.ends) - 1
        frequencies = [self._frequency.get(piece, 0) for piece in pieces]
        return np.asarray([math.log(1 + (total - n + 0.5) / (n + 0.5)) for n in frequencies], np.float32)

    def save(self, folder: Path) -> None:
        save_array(folder / "tokens.npy", self.rows)
        save_array(folder / "token_pieces.npy", self.pieces)
        save_array(folder / "token_ends.npy", self.ends)
        save_array(folder / "token_axes.npy", self.axes)
        (folder / "token_vocabulary.json").write_text(json.dumps(self.vocabulary, ensure_ascii=False), "utf-8")

    @classmethod
    def load(cls, folder: Path) -> TokenStore:
        """Open a saved store; the rows stay on disk until they are read."""
        return cls(
            np.load(folder / "token_axes.npy", allow_pickle=False),
            open_rows(folder / "tokens.npy"),
            open_rows(folder / "token_pieces.npy"),
            np.load(folder / "token_ends.npy", allow_pickle=False),
            json.loads((folder / "token_vocabulary.json").read_text("utf-8")),
        )


def _frequency(pieces: NDArray[np.int32], ends: NDArray[np.int64], vocabulary: Sequence[str]) -> dict[str, int]:
    """Return in how many passages each piece is."""
    passage = np.repeat(np.arange(len(ends) - 1, dtype=np.int64), np.diff(ends))
    once = np.unique(passage * max(len(vocabulary), 1) + pieces)
    counts = np.bincount(once % max(len(vocabulary), 1), minlength=len(vocabulary))
    return {piece: int(count) for piece, count in zip(vocabulary, counts, strict=True) if count}


def _principal_axes(tokens: Vectors) -> Vectors:
    """Return the directions that keep most of the tokens' inner products, shape (dimension, at most WIDTH).

    Directions without variance are left out: which ones these are is up to rounding.
    """
    values, vectors = np.linalg.eigh((tokens.T @ tokens).astype(np.float64))
    axes: Vectors = vectors[:, values > ROUNDING * values[-1]][:, ::-1][:, :WIDTH].astype(np.float32)
    return axes


def _quantize(rows: Vectors) -> NDArray[np.int8]:
    result: NDArray[np.int8] = np.rint(l2_normalize(rows) * 127).astype(np.int8)
    return result
