"""BM25 over passages and their context, on tantivy: files that never change, mapped into memory."""

from __future__ import annotations

import errno
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import tantivy

from index.domain.documents import Passage
from index.retrieval._tantivy_errors import translate_errors
from index.retrieval._tantivy_folder import MappedFiles, deleted_rows, segment_files, take_over, tidy
from index.retrieval.keyword_terms import most_similar, passage_terms

__all__ = ["TantivyEngine", "TantivyKeywords", "in_memory"]

HEAP = 64_000_000
"""Bytes that a build holds before it writes a segment."""

DIGITS = 4
"""Decimals of a score that are compared: the last bits depend on the order in which terms are added up."""


class TantivyKeywords:
    """The keyword index of a snapshot.

    Notes
    -----
    Lucene's variant of BM25 (Robertson et al. 1994, "Okapi at TREC-3") with k1 1.2 and b 0.75, lengths rounded to a
    byte. Words of removed documents count in the rarity of a word until tantivy merges their segment.
    """

    def __init__(self, index: tantivy.Index, *, deleted: int = 0, files: MappedFiles | None = None) -> None:
        self._schema = index.schema
        self._searcher = index.searcher()
        self._deleted = deleted
        self._files = files

    def search(self, stems: Sequence[str], k: int) -> list[tuple[int, float]]:
        """Return the k best rows as (row, score above 0), best first, ties by row."""
        if self._files:
            self._files.check()
        with translate_errors():
            terms = self._known(stems)
            return self._best(terms, k) if terms and k > 0 else []

    def _best(self, terms: Sequence[str], k: int) -> list[tuple[int, float]]:
        query = tantivy.Query.boolean_query([(tantivy.Occur.Should, self._query(term)) for term in terms])
        limit = 2 * k
        while True:
            hits = self._searcher.search(query, limit, count=False).hits
            scores = [round(score, DIGITS) for score, _ in hits]
            if len(hits) < limit or scores[-1] < scores[k - 1]:
                break
            limit *= 4  # more rows tie with the last one
        rows = self._searcher.fast_field_values("row", [address for _, address in hits])
        best = sorted((-score, int(row)) for row, score in zip(rows, scores, strict=True) if row is not None)
        return [(row, -score) for score, row in best[:k]]

    def _query(self, term: str) -> tantivy.Query:
        return tantivy.Query.term_query(self._schema, "terms", term, "freq")

    def _known(self, stems: Sequence[str]) -> list[str]:
        """Return the stems as passages have them, without those of which there is none similar."""

        @cache
        def with_prefix(prefix: str) -> dict[str, int]:
            return dict(self._searcher.terms_with_prefix("terms", prefix))

        known = (
            stem if self._is_known(stem) else most_similar(stem, with_prefix, self._is_known)
            for stem in dict.fromkeys(stems)
        )
        return [term for term in dict.fromkeys(known) if term]

    def _is_known(self, term: str) -> bool:
        """Whether a passage has a term, removed ones aside."""
        count = self._searcher.doc_freq("terms", term)
        return count > self._deleted or (count > 0 and bool(self._searcher.search(self._query(term), 1, False).hits))


class TantivyEngine:
    """Writes and opens keyword indexes in folders.

    An index on top of a previous one takes over the previous segments by hard links and adds one, with a file of
    deleted rows for each segment that has any. Eight segments of like size are merged, so that there are few.
    """

    def build(
        self,
        folder: Path,
        added: Iterable[tuple[int, Passage]],
        *,
        previous: Path | None = None,
        removed: Collection[str] = (),
    ) -> None:
        folder.mkdir(parents=True)
        if previous:
            take_over(previous, folder)
        with translate_errors():
            index = tantivy.Index(_schema(), str(folder))
            _read_removed(index, removed)
        _write(index, added, sorted(removed))
        tidy(folder)

    def open(self, folder: Path) -> TantivyKeywords:
        deleted = deleted_rows(folder)
        files = MappedFiles(folder)
        try:
            with translate_errors():
                return TantivyKeywords(tantivy.Index.open(str(folder)), deleted=deleted, files=files)
        except OSError as error:
            if error.errno not in (errno.EROFS, errno.EACCES, errno.EPERM):
                raise
        # tantivy opens a lock file for writing; in a folder that may not be written to, it gets one elsewhere
        with TemporaryDirectory() as place, translate_errors():
            for path in segment_files(folder):
                (Path(place) / path.name).symlink_to(path.absolute())
            return TantivyKeywords(tantivy.Index.open(place), deleted=deleted, files=files)


def in_memory(passages: Iterable[Passage]) -> TantivyKeywords:
    """Return an index of passages that is in no folder; row i is passage i."""
    index = tantivy.Index(_schema())
    _write(index, enumerate(passages), ())
    index.reload()
    return TantivyKeywords(index)


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("terms", tokenizer_name="whitespace", index_option="freq")
    builder.add_text_field("document", tokenizer_name="raw", index_option="basic")
    builder.add_unsigned_field("row", fast=True)
    return builder.build()


def _read_removed(index: tantivy.Index, removed: Iterable[str]) -> None:
    """Read what removing reads, for a panic in the thread that removes would end the process."""
    searcher = index.searcher()
    for id_ in removed:
        searcher.search(tantivy.Query.term_query(index.schema, "document", id_, "basic"), 1)


def _write(index: tantivy.Index, added: Iterable[tuple[int, Passage]], removed: Iterable[str]) -> None:
    """Remove and add in one commit, in one thread, and wait until segments are merged."""
    with translate_errors():
        writer = index.writer(HEAP, num_threads=1)
    try:
        with translate_errors():
            for id_ in removed:
                writer.delete_documents_by_term("document", id_)
        for row, passage in added:
            if terms := passage_terms(passage):
                document = tantivy.Document()
                document.add_text("terms", " ".join(terms))
                document.add_text("document", passage.document_id)
                document.add_unsigned("row", row)
                _add(writer, document)
        with translate_errors():
            writer.commit()
            writer.wait_merging_threads()
    except BaseException:
        with suppress(ValueError, OSError), translate_errors():
            writer.rollback()
            writer.wait_merging_threads()
        raise


def _add(writer: tantivy.IndexWriter, document: tantivy.Document) -> None:
    with translate_errors():
        try:
            writer.add_document(document)
        except ValueError:
            writer.commit()  # fails with what ended the thread that writes
            raise
