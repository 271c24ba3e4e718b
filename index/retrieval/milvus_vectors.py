"""Search of vectors by Milvus: a collection for each segment, beside the file of its vectors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from index.domain.ports import Deleted, Progress, Vectors, VectorWriter
from index.retrieval._exact import CLOSE, best_of, kept_rows, query_of
from index.retrieval._flat_file import VECTORS, FlatFile, FlatWriter, flat_writer
from index.retrieval.milvus_server import MOST_HITS, MilvusServer, read_collection, write_collection

__all__ = ["MilvusVectorEngine", "MilvusVectors"]

FLAT_ROWS = 50_000
"""Rows up to which Milvus compares all."""

BATCH = 1_000
"""Rows sent at a time."""

MOST_NAMED = 10_000
"""Rows that a search names one by one, as deleted or as left."""

SPARE = 16
"""Rows asked for beyond k, so that a tie at the end is seen."""


class MilvusVectors:
    """The rows of a segment; cosines are exact, for they are computed anew from the file of vectors."""

    def __init__(self, server: MilvusServer, name: str, file: FlatFile) -> None:
        self._server = server
        self._name = name
        self._file = file

    def __len__(self) -> int:
        return self._file.count

    def search(self, vector: Vectors, k: int, *, deleted: Deleted | None = None) -> list[tuple[int, float]]:
        query = query_of(vector, self._file.dimension)
        kept = kept_rows(len(self), deleted)
        k = min(k, kept)
        if k <= 0:
            return []
        self._file.check()
        where = self._where(deleted, kept)
        if where is None:
            left = np.flatnonzero(~deleted) if deleted is not None else np.arange(len(self))
            return best_of(query, left, self._file.take, k)
        limit = min(k + SPARE, MOST_HITS)
        while True:
            params = {"ef": max(256, 2 * limit)}
            hits = self._server.search(self._name, "vector", query.tolist(), limit, where=where, params=params)
            if len(hits) < limit or limit == MOST_HITS or hits[-1][1] < hits[k - 1][1] - CLOSE:
                break
            limit = min(4 * limit, MOST_HITS)  # more rows tie with the last one
        return best_of(query, np.asarray([row for row, _ in hits], np.int64), self._file.take, k)

    def _where(self, deleted: Deleted | None, kept: int) -> str | None:
        """Return the filter that leaves deleted rows out; None if it would name too many rows."""
        if deleted is None or kept == len(self):
            return ""
        for word, rows in (("not in", np.flatnonzero(deleted)), ("in", np.flatnonzero(~deleted))):
            if len(rows) <= MOST_NAMED:
                return f"row {word} {rows.tolist()}"
        return None

    def rows(self, start: int, stop: int) -> Vectors:
        return self._file.rows(start, stop)


class MilvusVectorEngine:
    """Writes segments to a file and to Milvus, and opens them."""

    def __init__(self, server: MilvusServer) -> None:
        self._server = server

    @contextmanager
    def writer(self, folder: Path, dimension: int, *, progress: Progress | None = None) -> Iterator[VectorWriter]:
        name = self._server.new_name("vectors")
        try:
            with flat_writer(folder / VECTORS, dimension) as file:
                writer = _Writer(self._server, name, file)
                yield writer
                writer.finish()
            write_collection(folder, name)
        except BaseException:
            self._server.drop(name)
            raise

    def open(self, folder: Path) -> MilvusVectors:
        return MilvusVectors(self._server, read_collection(folder), FlatFile(folder / VECTORS))


class _Writer:
    """Writes rows to the file at once and to Milvus in batches."""

    def __init__(self, server: MilvusServer, name: str, file: FlatWriter) -> None:
        self._server = server
        self._name = name
        self._file = file
        self._waiting: list[dict[str, Any]] = []
        with server.client() as client:
            from pymilvus import DataType

            schema = client.create_schema(auto_id=False, enable_dynamic_field=False)
            schema.add_field("row", DataType.INT64, is_primary=True)
            schema.add_field("vector", DataType.FLOAT_VECTOR, dim=file.dimension)
            client.create_collection(name, schema=schema, consistency_level="Strong")

    def add(self, vectors: Vectors) -> None:
        first = self._file.count
        self._file.add(vectors)
        for row, vector in enumerate(np.asarray(vectors, np.float32), first):
            self._waiting.append({"row": row, "vector": vector})
            if len(self._waiting) == BATCH:
                self._send()

    def add_queries(self, vectors: Vectors) -> None:
        """Do nothing: Milvus is not tuned by questions."""

    def _send(self) -> None:
        self._server.insert(self._name, self._waiting)
        self._waiting = []

    def finish(self) -> None:
        """Send the rest and build the index."""
        self._send()
        kind, params = ("FLAT", {}) if self._file.count <= FLAT_ROWS else ("HNSW", {"M": 32, "efConstruction": 200})
        with self._server.client() as client:
            client.flush(self._name)
            index = client.prepare_index_params()
            index.add_index("vector", index_type=kind, metric_type="IP", params=params)
            client.create_index(self._name, index)
            client.load_collection(self._name)
