"""Rows of vectors on their way to a search database."""

from __future__ import annotations

import numpy as np

from index.domain.ports import Vectors
from index.retrieval._flat_file import FlatFile, FlatWriter, flat_writer
from index.retrieval._flat_store import BatchWriter


class Recorder(BatchWriter):
    """Sends two rows at a time to a list."""

    def __init__(self, file: FlatWriter) -> None:
        super().__init__(file, 2)
        self.sent: list[tuple[int, list[float]]] = []
        self.built_after = 0

    def _send(self, first: int, block: Vectors) -> None:
        self.sent.append((first, block[:, 0].tolist()))

    def _build_index(self) -> None:
        self.built_after = len(self.sent)


def test_rows_are_sent_in_batches_under_their_numbers_and_indexed_last(tmp_path):
    with flat_writer(tmp_path / "rows", 1) as file:
        writer = Recorder(file)
        for block in ([[1.0]], [[2.0], [3.0], [4.0], [5.0]], [[6.0]]):
            writer.add(np.asarray(block, np.float32))
        writer.finish()
    assert writer.sent == [(0, [1.0, 2.0]), (2, [3.0, 4.0]), (4, [5.0]), (5, [6.0])]
    assert writer.built_after == 4
    assert FlatFile(tmp_path / "rows").rows(0, 6)[:, 0].tolist() == [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
