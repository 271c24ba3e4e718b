"""Search of vectors by Milvus: a collection for each segment, beside the file of its vectors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from index.domain.ports import Deleted, Progress, Vectors, VectorWriter
from index.retrieval._exact import CLOSE
from index.retrieval._flat_file import VECTORS, FlatFile, FlatWriter, flat_writer
from index.retrieval._flat_store import BatchWriter, FlatStore
from index.retrieval.milvus_server import MOST_HITS, MilvusServer

__all__ = ["MilvusVectorEngine", "MilvusVectors"]

FLAT_ROWS = 50_000
"""Rows up to which Milvus compares all."""

BATCH = 1_000
"""Rows sent at a time."""

MOST_NAMED = 10_000
"""Rows that a search names one by one, as deleted or as left."""

SPARE = 16
"""Rows asked for beyond k, so that a tie at the end is seen."""


class MilvusVectors(FlatStore):
    """The rows of a segment, found by Milvus."""

    def __init__(self, server: MilvusServer, name: str, file: FlatFile) -> None:
        super().__init__(file)
        self._server = server
        self._name = name

    def _nearest(self, query: Vectors, k: int, kept: int, deleted: Deleted | None) -> list[tuple[int, float]]:
        where = self._where(deleted, kept)
        if where is None:
            left = np.flatnonzero(~deleted) if deleted is not None else np.arange(len(self))
            return self._best_of(query, left, k)
        limit = min(k + SPARE, MOST_HITS)
        while True:
            params = {"ef": max(256, 2 * limit)}
            hits = self._server.search(self._name, "vector", query.tolist(), limit, where=where, params=params)
            if len(hits) < limit or limit == MOST_HITS or hits[-1][1] < hits[k - 1][1] - CLOSE:
                break
            limit = min(4 * limit, MOST_HITS)  # more rows tie with the last one
        return self._best_of(query, [row for row, _ in hits], k)

    def _where(self, deleted: Deleted | None, kept: int) -> str | None:
        """Return the filter that leaves deleted rows out; None if it would name too many rows."""
        if deleted is None or kept == len(self):
            return ""
        for word, rows in (("not in", np.flatnonzero(deleted)), ("in", np.flatnonzero(~deleted))):
            if len(rows) <= MOST_NAMED:
                return f"row {word} {rows.tolist()}"
        return None


class MilvusVectorEngine:
    """Writes segments to a file and to Milvus, and opens them."""

    def __init__(self, server: MilvusServer) -> None:
        self._server = server

    @contextmanager
    def writer(self, folder: Path, dimension: int, *, progress: Progress | None = None) -> Iterator[VectorWriter]:
        with self._server.new_table(folder, "vectors") as name, flat_writer(folder / VECTORS, dimension) as file:
            writer = _Writer(self._server, name, file)
            yield writer
            writer.finish()

    def open(self, folder: Path) -> MilvusVectors:
        return MilvusVectors(self._server, self._server.name_of(folder), FlatFile(folder / VECTORS))


class _Writer(BatchWriter):
    def __init__(self, server: MilvusServer, name: str, file: FlatWriter) -> None:
        super().__init__(file, BATCH)
        self._server = server
        self._name = name
        with server.client() as client:
            from pymilvus import DataType

            schema = client.create_schema(auto_id=False, enable_dynamic_field=False)
            schema.add_field("row", DataType.INT64, is_primary=True)
            schema.add_field("vector", DataType.FLOAT_VECTOR, dim=file.dimension)
            client.create_collection(name, schema=schema, consistency_level="Strong")

    def _send(self, first: int, block: Vectors) -> None:
        self._server.insert(self._name, [{"row": row, "vector": vector} for row, vector in enumerate(block, first)])

    def _build_index(self) -> None:
        kind, params = ("FLAT", {}) if self._file.count <= FLAT_ROWS else ("HNSW", {"M": 32, "efConstruction": 200})
        with self._server.client() as client:
            client.flush(self._name)
            index = client.prepare_index_params()
            index.add_index("vector", index_type=kind, metric_type="IP", params=params)
            client.create_index(self._name, index)
            client.load_collection(self._name)
