"""Keyword search by PostgreSQL's full text search over our stems: a table for each snapshot."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Any

from index.domain.documents import Passage
from index.retrieval.keyword_terms import most_similar, passage_terms
from index.retrieval.postgres_tables import PostgresTables

__all__ = ["PostgresKeywordEngine", "PostgresKeywords"]

LONGEST_TERM = 500
"""Bytes of a term; PostgreSQL takes 2,046."""

MOST_TERMS = 4_000
"""Different terms of a passage."""

MOST_POSITIONS = 255
"""Occurrences of a term in a passage that PostgreSQL counts."""

SCORED = """SELECT row, (
    SELECT sum(weight * ts_rank(terms, term, 1))
    FROM unnest(%s::text[]::tsquery[], %s::float8[]) AS asked (term, weight)
) AS score"""


class PostgresKeywords:
    """The keyword index of a snapshot.

    A passage's score is the sum over the terms of the question of `ts_rank`, which takes account of the occurrences and
    of the passage's length, times the inverse document frequency, which `ts_rank` leaves out.
    """

    def __init__(self, tables: PostgresTables, name: str) -> None:
        self._tables = tables
        self._name = name

    def search(self, stems: Sequence[str], k: int) -> list[tuple[int, float]]:
        asked = [stem for stem in dict.fromkeys(stems) if len(stem.encode()) <= LONGEST_TERM and "\0" not in stem]
        if not asked or k <= 0:
            return []
        counts = self._counts("term = ANY(%s)", asked)
        for stem in asked:
            if stem not in counts and (other := most_similar(stem, self._with_prefix)):
                counts |= self._counts("term = %s", other)
        if not counts:
            return []
        total = self._counts("term = %s", "")[""]
        terms = [_quoted(term) for term in counts]
        weights = [math.log(1 + (total - count + 0.5) / (count + 0.5)) for count in counts.values()]
        statement = f"{SCORED} FROM {self._name} WHERE terms @@ %s::tsquery ORDER BY score DESC, row LIMIT %s"
        found = self._tables.fetch([(statement, [terms, weights, "|".join(terms), k])])
        return [(int(row), float(score)) for row, score in found]

    def _with_prefix(self, prefix: str) -> dict[str, int]:
        return self._counts("starts_with(term, %s)", prefix)

    def _counts(self, where: str, value: str | list[str]) -> dict[str, int]:
        """Return terms, in their order, and how many passages have each; "" counts the passages."""
        statement = f"SELECT term, passages FROM {self._name}_terms WHERE {where} ORDER BY term"  # noqa: S608
        return dict(self._tables.fetch([(statement, [value])]))


class PostgresKeywordEngine:
    """Writes and opens keyword indexes in a database.

    An index on top of a previous one is a new table, into which the server copies the rows that stay. `snapshots` is
    the folder of the snapshots; tables that none of them names are removed after a day.
    """

    def __init__(self, tables: PostgresTables, snapshots: Path | None = None) -> None:
        self._tables = tables
        self._snapshots = snapshots

    def build(
        self,
        folder: Path,
        added: Iterable[tuple[int, Passage]],
        *,
        previous: Path | None = None,
        removed: Collection[str] = (),
    ) -> None:
        folder.mkdir(parents=True)
        with self._tables.new_table(folder, "keywords") as name:
            self._write(name, added, self._tables.name_of(previous) if previous else "", removed)
        if self._snapshots:
            self._tables.sweep(self._snapshots, building=name)

    def open(self, folder: Path) -> PostgresKeywords:
        return PostgresKeywords(self._tables, self._tables.name_of(folder))

    def _write(self, name: str, added: Iterable[tuple[int, Passage]], previous: str, removed: Collection[str]) -> None:
        with self._tables.building() as connection:

            def run(statement: str, values: Sequence[Any] = ()) -> None:
                connection.execute(statement.encode(), values)

            run(f"CREATE TABLE {name} (row bigint PRIMARY KEY, document text NOT NULL, terms tsvector NOT NULL)")
            if previous:
                run(f"INSERT INTO {name} SELECT * FROM {previous} WHERE document <> ALL(%s)", [list(removed)])  # noqa: S608
            with connection.cursor().copy(f"COPY {name} FROM STDIN".encode()) as copy:
                for row, passage in added:
                    copy.write_row((row, passage.document_id, _tsvector(passage_terms(passage))))
            run(f"CREATE INDEX ON {name} USING gin (terms)")
            run(f'CREATE TABLE {name}_terms (term text COLLATE "C" PRIMARY KEY, passages bigint NOT NULL)')
            run(
                f"INSERT INTO {name}_terms SELECT word, ndoc FROM ts_stat(%s) "  # noqa: S608
                f"UNION ALL SELECT '', count(*) FROM {name}",
                [f"SELECT terms FROM {name}"],  # noqa: S608
            )
            run(f"ANALYZE {name}")
            run(f"ANALYZE {name}_terms")


def _quoted(term: str) -> str:
    """Return a term as one of a tsvector or tsquery."""
    doubled = term.replace("\\", "\\\\").replace("'", "''")
    return f"'{doubled}'"


def _tsvector(terms: Sequence[str]) -> str:
    """Return terms as a tsvector, as often as they occur; their order does not count."""
    counts = Counter(term for term in terms if len(term.encode()) <= LONGEST_TERM and "\0" not in term)
    places = (",".join(map(str, range(1, min(count, MOST_POSITIONS) + 1))) for count in counts.values())
    words = [f"{_quoted(term)}:{place}" for term, place in zip(counts, places, strict=True)]
    return " ".join(words[:MOST_TERMS])
