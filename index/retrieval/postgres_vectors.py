"""Search of vectors by pgvector: a table for each segment, beside the file of its vectors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from index.domain.ports import Deleted, Progress, Vectors, VectorWriter
from index.retrieval._exact import CLOSE
from index.retrieval._flat_file import VECTORS, FlatFile, FlatWriter, flat_writer
from index.retrieval._flat_store import BatchWriter, FlatStore
from index.retrieval.postgres_tables import PostgresTables

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


class PgVectors(FlatStore):
    """The rows of a segment, found by PostgreSQL."""

    def __init__(self, tables: PostgresTables, name: str, file: FlatFile, flat_rows: int) -> None:
        super().__init__(file)
        self._tables = tables
        self._name = name
        self._flat_rows = flat_rows

    def _nearest(self, query: Vectors, k: int, kept: int, deleted: Deleted | None) -> list[tuple[int, float]]:
        gone = np.flatnonzero(deleted).tolist() if deleted is not None else []
        limit = min(k + SPARE, kept)
        by_graph = len(self) > self._flat_rows
        while True:
            hits = self._hits(query, limit, gone, by_graph=by_graph)
            if by_graph and len(hits) < limit:
                by_graph = False
            elif limit == kept or hits[-1][1] < hits[k - 1][1] - CLOSE:
                return self._best_of(query, [row for row, _ in hits], k)
            else:
                limit = min(4 * limit, kept)  # more rows tie with the last one

    def _hits(self, query: Vectors, limit: int, gone: list[int], *, by_graph: bool) -> list[tuple[int, float]]:
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
        with self._tables.new_table(folder, "vectors") as name, flat_writer(folder / VECTORS, dimension) as file:
            writer = _Writer(self._tables, name, file, self._flat_rows)
            yield writer
            writer.finish()

    def open(self, folder: Path) -> PgVectors:
        return PgVectors(self._tables, self._tables.name_of(folder), FlatFile(folder / VECTORS), self._flat_rows)


class _Writer(BatchWriter):
    def __init__(self, tables: PostgresTables, name: str, file: FlatWriter, flat_rows: int) -> None:
        super().__init__(file, BATCH)
        self._tables = tables
        self._name = name
        self._flat_rows = flat_rows
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

    def _send(self, first: int, block: Vectors) -> None:
        """Copy rows in PostgreSQL's binary format, in which a vector is its dimension and its numbers."""
        tuples = np.zeros(len(block), self._tuple)
        tuples["fields"], tuples["bytes"], tuples["more"] = 2, 4, 4 + 4 * self._file.dimension
        tuples["row"] = np.arange(first, first + len(block))
        tuples["dimension"], tuples["vector"] = self._file.dimension, block
        with (
            self._tables.building() as connection,
            connection.cursor().copy(f"COPY {self._name} FROM STDIN (FORMAT binary)".encode()) as copy,
        ):
            copy.write(COPY_BEGIN + tuples.tobytes() + COPY_END)

    def _build_index(self) -> None:
        with self._tables.building() as connection:
            if self._sent > self._flat_rows:
                connection.execute(
                    f"CREATE INDEX ON {self._name} USING hnsw (vector vector_ip_ops) "
                    "WITH (m = 16, ef_construction = 100)".encode()
                )
            connection.execute(f"ANALYZE {self._name}".encode())
