"""Search of vectors by pgvector: a table for each segment, beside the file of its vectors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from index.domain.ports import Deleted, Progress, Vectors, VectorWriter
from index.retrieval._exact import CLOSE, best_of, kept_rows, query_of
from index.retrieval._flat_file import VECTORS, FlatFile, FlatWriter, flat_writer
from index.retrieval.postgres_tables import PostgresTables, read_table, write_table

__all__ = ["PgVectorEngine", "PgVectors"]

FLAT_ROWS = 10_000
"""Rows up to which PostgreSQL compares all: so many take some 15 ms."""

BATCH = 2_000
"""Rows sent at a time."""

SPARE = 16
"""Rows asked for beyond k, so that a tie at the end is seen."""

MOST_VISITED = 1_000
"""The most rows that a search by HNSW may return."""

COPY_BEGIN, COPY_END = b"PGCOPY\n\xff\r\n\0" + bytes(8), b"\xff\xff"


class PgVectors:
    """The rows of a segment; cosines are exact, for they are computed anew from the file of vectors."""

    def __init__(self, tables: PostgresTables, name: str, file: FlatFile, flat_rows: int) -> None:
        self._tables = tables
        self._name = name
        self._file = file
        self._flat_rows = flat_rows

    def __len__(self) -> int:
        return self._file.count

    def search(self, vector: Vectors, k: int, *, deleted: Deleted | None = None) -> list[tuple[int, float]]:
        query = query_of(vector, self._file.dimension)
        kept = kept_rows(len(self), deleted)
        k = min(k, kept)
        if k <= 0:
            return []
        self._file.check()
        gone = np.flatnonzero(deleted).tolist() if deleted is not None else []
        limit = min(k + SPARE, kept)
        by_graph = len(self) > self._flat_rows
        while True:
            hits = self._nearest(query, limit, gone, by_graph=by_graph)
            if by_graph and len(hits) < limit:
                by_graph = False
            elif limit == kept or hits[-1][1] < hits[k - 1][1] - CLOSE:
                return best_of(query, np.asarray([row for row, _ in hits], np.int64), self._file.take, k)
            else:
                limit = min(4 * limit, kept)  # more rows tie with the last one

    def rows(self, start: int, stop: int) -> Vectors:
        return self._file.rows(start, stop)

    def _nearest(self, query: Vectors, limit: int, gone: list[int], *, by_graph: bool) -> list[tuple[int, float]]:
        """Return rows with their inner products, best first; by the graph of HNSW perhaps fewer than there are."""
        visited = str(min(MOST_VISITED, max(400, 8 * limit)))
        settings = (
            ("SELECT set_config('hnsw.ef_search', %s, true)", [visited])
            if by_graph
            else ("SELECT set_config('enable_indexscan', 'off', true)", [])
        )
        where = "WHERE row <> ALL(%s)" if gone else ""
        text = f"[{','.join(map(repr, query.tolist()))}]"
        found = self._tables.fetch(
            [
                settings,
                (
                    f"SELECT row, -(vector <#> %s::vector) FROM {self._name} {where} "  # noqa: S608
                    "ORDER BY vector <#> %s::vector LIMIT %s",  # not by a column, which the index does not serve
                    [text, *([gone] if gone else []), text, limit],
                ),
            ]
        )
        return [(int(row), float(product)) for row, product in found]


class PgVectorEngine:
    """Writes segments to a file and to PostgreSQL, and opens them."""

    def __init__(self, tables: PostgresTables, *, flat_rows: int = FLAT_ROWS) -> None:
        self._tables = tables
        self._flat_rows = flat_rows

    @contextmanager
    def writer(self, folder: Path, dimension: int, *, progress: Progress | None = None) -> Iterator[VectorWriter]:
        name = self._tables.new_name("vectors")
        try:
            with flat_writer(folder / VECTORS, dimension) as file:
                writer = _Writer(self._tables, name, file, self._flat_rows)
                yield writer
                writer.finish()
            write_table(folder, name)
        except BaseException:
            self._tables.drop(name)
            raise

    def open(self, folder: Path) -> PgVectors:
        return PgVectors(self._tables, read_table(folder), FlatFile(folder / VECTORS), self._flat_rows)


class _Writer:
    """Writes rows to the file at once and to PostgreSQL in batches."""

    def __init__(self, tables: PostgresTables, name: str, file: FlatWriter, flat_rows: int) -> None:
        self._flat_rows = flat_rows
        self._tables = tables
        self._name = name
        self._file = file
        self._waiting: list[Vectors] = []
        self._sent = 0
        dimension = file.dimension
        self._tuple = np.dtype(
            {
                "names": ["fields", "bytes", "row", "more", "dimension", "unused", "vector"],
                "formats": [">i2", ">i4", ">i4", ">i4", ">i2", ">i2", (">f4", (dimension,))],
            }
        )
        with tables.connection() as connection:
            connection.execute("CREATE EXTENSION IF NOT EXISTS vector")
            connection.execute(
                f"CREATE TABLE {name} (row integer PRIMARY KEY, vector vector({dimension}) NOT NULL)".encode()
            )

    def add(self, vectors: Vectors) -> None:
        self._file.add(vectors)
        self._waiting.append(np.asarray(vectors, np.float32))
        if self._file.count - self._sent >= BATCH:
            self._send()

    def add_queries(self, vectors: Vectors) -> None:
        """Do nothing: HNSW is not tuned by questions."""

    def _send(self) -> None:
        """Copy what waits in PostgreSQL's binary format, in which a vector is its dimension and its numbers."""
        if not self._waiting:
            return
        block = np.concatenate(self._waiting)
        tuples = np.zeros(len(block), self._tuple)
        tuples["fields"], tuples["bytes"], tuples["more"] = 2, 4, 4 + 4 * self._file.dimension
        tuples["row"] = np.arange(self._sent, self._sent + len(block))
        tuples["dimension"], tuples["vector"] = self._file.dimension, block
        with (
            self._tables.building() as connection,
            connection.cursor().copy(f"COPY {self._name} FROM STDIN (FORMAT binary)".encode()) as copy,
        ):
            copy.write(COPY_BEGIN + tuples.tobytes() + COPY_END)
        self._sent += len(block)
        self._waiting = []

    def finish(self) -> None:
        """Send the rest and build the index."""
        self._send()
        with self._tables.building() as connection:
            if self._sent > self._flat_rows:
                connection.execute(
                    f"CREATE INDEX ON {self._name} USING hnsw (vector vector_ip_ops) "
                    "WITH (m = 16, ef_construction = 100)".encode()
                )
            connection.execute(f"ANALYZE {self._name}".encode())
