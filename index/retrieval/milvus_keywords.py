"""BM25 by the full-text function of Milvus: a collection for each snapshot."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from index.domain.documents import Passage
from index.retrieval.keyword_terms import most_similar, passage_terms
from index.retrieval.milvus_server import MOST_HITS, MilvusServer

__all__ = ["MilvusKeywordEngine", "MilvusKeywords"]

VOCABULARY = "terms.txt"
"""The terms of an index and how many passages have each, one a line: Milvus does not list them."""

LETTERS = str.maketrans({"'": "\u02bc", "\u2019": "\u02bc", ".": "\ua78f", ",": "\u02cc"})
"""Letters in place of marks, at which Milvus' tokenizer would part a term."""

MARKS = str.maketrans({"\u02bc": "'", "\ua78f": ".", "\u02cc": ","})

LONGEST = 65_000
"""Bytes of a passage's terms; Milvus takes 65,535."""

BATCH = 1_000
"""Rows read or sent at a time."""

DIGITS = 4
"""Decimals of a score that are compared."""


class MilvusKeywords:
    """The keyword index of a snapshot."""

    def __init__(self, server: MilvusServer, name: str, vocabulary: bytes) -> None:
        self._server = server
        self._name = name
        self._vocabulary = vocabulary

    def search(self, stems: Sequence[str], k: int) -> list[tuple[int, float]]:
        known = (stem if stem in self._counts else most_similar(stem, self._with_prefix) for stem in stems)
        terms = [term.translate(LETTERS) for term in dict.fromkeys(known) if term]
        if not terms or k <= 0:
            return []
        limit = min(2 * k, MOST_HITS)
        while True:
            hits = self._server.search(self._name, "bm25", " ".join(terms), limit)
            # milvus-lite has the negative of the score
            best = sorted((-round(abs(score), DIGITS), row) for row, score in hits if score)
            if len(hits) < limit or limit == MOST_HITS or len(best) < k or best[-1][0] > best[k - 1][0]:
                return [(row, -score) for score, row in best[:k]]
            limit = min(4 * limit, MOST_HITS)  # more rows tie with the last one

    def _with_prefix(self, prefix: str) -> dict[str, int]:
        return {term: count for term, count in self._counts.items() if term.startswith(prefix)}

    @cached_property
    def _counts(self) -> dict[str, int]:
        try:
            lines = self._vocabulary.decode("utf-8").splitlines()
            return {term: int(count) for term, _, count in (line.rpartition(" ") for line in lines)}
        except ValueError as error:
            raise ValueError(f"{VOCABULARY} is not as it was written") from error


class MilvusKeywordEngine:
    """Writes and opens keyword indexes on a server.

    An index on top of a previous one is a new collection, into which the rows that stay are copied: so the rarity of
    words is that of its own passages, and the previous one serves until it is removed. `snapshots` is the folder of
    the snapshots; collections that none of them names are removed after a day.
    """

    def __init__(self, server: MilvusServer, snapshots: Path | None = None) -> None:
        self._server = server
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
        with self._server.new_table(folder, "keywords") as name:
            self._create(name)
            rows = self._rows(added, self._server.name_of(previous) if previous else "", frozenset(removed))
            counts = self._insert(name, rows)
            lines = "".join(f"{term} {count}\n" for term, count in sorted(counts.items()))
            (folder / VOCABULARY).write_bytes(lines.encode())
        if self._snapshots:
            self._server.sweep(self._snapshots, building=name)

    def open(self, folder: Path) -> MilvusKeywords:
        return MilvusKeywords(self._server, self._server.name_of(folder), (folder / VOCABULARY).read_bytes())

    def make_live(self, folder: Path) -> None:
        """Let the alias stand for the collection of a folder."""
        self._server.make_live(self._server.name_of(folder))

    def _create(self, name: str) -> None:
        with self._server.client() as client:
            from pymilvus import DataType, Function, FunctionType

            schema = client.create_schema(auto_id=False, enable_dynamic_field=False)
            schema.add_field("row", DataType.INT64, is_primary=True)
            schema.add_field("document", DataType.VARCHAR, max_length=64)
            schema.add_field(
                "terms",
                DataType.VARCHAR,
                max_length=65_535,
                enable_analyzer=True,
                analyzer_params={"tokenizer": "standard"},
            )
            schema.add_field("bm25", DataType.SPARSE_FLOAT_VECTOR)
            schema.add_function(
                Function(
                    name="bm25",
                    function_type=FunctionType.BM25,
                    input_field_names=["terms"],
                    output_field_names=["bm25"],
                )
            )
            index = client.prepare_index_params()
            index.add_index(
                "bm25",
                index_type="SPARSE_INVERTED_INDEX",
                metric_type="BM25",
                params={"bm25_k1": 1.2, "bm25_b": 0.75},
            )
            client.create_collection(name, schema=schema, index_params=index, consistency_level="Strong")

    def _insert(self, name: str, rows: Iterable[dict[str, Any]]) -> Counter[str]:
        """Insert rows without their `stems`, and return how many rows have each stem."""
        counts: Counter[str] = Counter()
        batch: list[dict[str, Any]] = []
        for row in rows:
            counts.update(set(row.pop("stems")))
            batch.append(row)
            if len(batch) == BATCH:
                self._server.insert(name, batch)
                batch = []
        self._server.insert(name, batch)
        with self._server.client() as client:
            client.flush(name)
        return counts

    def _rows(
        self, added: Iterable[tuple[int, Passage]], previous: str, removed: Collection[str]
    ) -> Iterator[dict[str, Any]]:
        """Yield the rows of a new collection, each with its `stems`: those that stay, then those that are added."""
        if previous:
            for row in self._rows_of(previous):
                if row["document"] not in removed:
                    yield {**row, "stems": row["terms"].translate(MARKS).split()}
        for number, passage in added:
            terms = _cut(passage_terms(passage))
            if terms:
                text = " ".join(terms).translate(LETTERS)
                yield {"row": number, "document": passage.document_id, "terms": text, "stems": terms}

    def _rows_of(self, name: str) -> Iterator[dict[str, Any]]:
        self._server.load(name)
        with self._server.client() as client:
            fields = ["row", "document", "terms"]
            pages = client.query_iterator(name, batch_size=BATCH, filter="row >= 0", output_fields=fields)
        while True:
            with self._server.client():
                page = pages.next()
            if not page:
                break
            for row in page:
                yield {field: row[field] for field in fields}
        pages.close()


def _cut(terms: list[str]) -> list[str]:
    """Return as many terms, from the last on, as Milvus takes."""
    kept, size = [], 0
    for term in reversed(terms):
        size += len(term.translate(LETTERS).encode()) + 1
        if size > LONGEST:
            break
        kept.append(term)
    return kept[::-1]
