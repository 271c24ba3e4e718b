"""Hidden states of a lower layer of the embedder, one row per token, stored as bytes.

The reader starts from them: the lower layers read a passage once, when it is indexed, and a question pays for the upper
layers alone (PreTTR: MacAvaney et al. 2020, arXiv 2004.14255).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.domain.ports import Encoding, States, Vectors
from index.storage.arrays import open_rows, save_array

__all__ = ["LONGEST", "StateStore", "StateStoreBuilder"]

LONGEST = 96
"""Tokens of a passage whose states are kept; the reader does not see the rest of a longer one."""

ALMOST_ALL = 0.9995
ROOM = 1.25
"""A byte spans almost all values of a dimension and some room; the few values beyond are clipped."""


class StateStoreBuilder:
    """Builds a store block by block.

    The scale of a byte, per dimension, is fitted to the first block with tokens, or that of the `previous` store.
    """

    def __init__(self, previous: StateStore | None = None) -> None:
        self._scale: Vectors | None = previous.scale if previous and len(previous.rows) else None
        self._rows: list[NDArray[np.int8]] = []
        self._ids: list[NDArray[np.int32]] = []
        self._lengths: list[NDArray[np.int64]] = []

    def add(self, encodings: Sequence[Encoding]) -> None:
        states = [encoding.states.first(LONGEST) for encoding in encodings if encoding.states is not None]
        if not states:
            return
        rows = np.concatenate([passage.rows for passage in states])
        if self._scale is None and len(rows):
            spans = np.quantile(np.abs(rows), ALMOST_ALL, axis=0) * ROOM
            self._scale = (np.maximum(spans, 1e-6) / 127).astype(np.float32)
        if self._scale is not None:  # a text may have no token of its own, such as one of a zero-width space
            self._rows.append(np.clip(np.rint(rows / self._scale), -127, 127).astype(np.int8))
            self._ids += [passage.ids.astype(np.int32) for passage in states]
        self._lengths.append(np.asarray([len(passage) for passage in states], np.int64))

    def copy(self, store: StateStore, start: int, stop: int) -> None:
        """Copy passages `start` to `stop` of the `previous` store."""
        if len(store):
            self._rows.append(store.rows[store.ends[start] : store.ends[stop]])
            self._ids.append(store.ids[store.ends[start] : store.ends[stop]])
            self._lengths.append(np.diff(store.ends[start : stop + 1]))

    def finish(self) -> StateStore:
        scale = self._scale if self._scale is not None else np.zeros(0, np.float32)
        rows = np.concatenate(self._rows) if self._rows else np.zeros((0, len(scale)), np.int8)
        ids = np.concatenate(self._ids) if self._ids else np.zeros(0, np.int32)
        return StateStore(scale, rows, ids, np.cumsum(np.concatenate([np.zeros(1, np.int64), *self._lengths])))


class StateStore:
    """States of all passages; passage `i` has rows `ends[i]` to `ends[i + 1]`. Empty for a model without states."""

    def __init__(self, scale: Vectors, rows: NDArray[np.int8], ids: NDArray[np.int32], ends: NDArray[np.int64]) -> None:
        self.scale = scale
        self.rows = rows
        self.ids = ids
        self.ends = ends

    def __len__(self) -> int:
        return len(self.ends) - 1

    def of(self, passage: int) -> States:
        """Return the states of a passage; without rows if the store is empty."""
        if not len(self):
            return States(np.zeros((0, 0), np.float32), np.zeros(0, np.int64))
        own = slice(self.ends[passage], self.ends[passage + 1])
        return States(self.rows[own].astype(np.float32) * self.scale, self.ids[own].astype(np.int64))

    def save(self, folder: Path) -> None:
        save_array(folder / "states.npy", self.rows)
        save_array(folder / "state_ids.npy", self.ids)
        save_array(folder / "state_ends.npy", self.ends)
        save_array(folder / "state_scale.npy", self.scale)

    @classmethod
    def load(cls, folder: Path) -> StateStore:
        """Open a saved store; the rows stay on disk until they are read."""
        return cls(
            np.load(folder / "state_scale.npy", allow_pickle=False),
            open_rows(folder / "states.npy"),
            open_rows(folder / "state_ids.npy"),
            np.load(folder / "state_ends.npy", allow_pickle=False),
        )
