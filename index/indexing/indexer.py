"""Sources -> a snapshot on disk -> a shelf in memory."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from index.domain.answers import Answer
from index.domain.documents import Document, Passage
from index.domain.errors import IndexMismatch, ReindexCancelled, SourcesUnreadable, UnreadableSource
from index.domain.messages import REINDEX, Message, message_of, with_fix
from index.domain.ports import Embedder, Progress, VectorStore
from index.domain.snapshots import SkippedSource, Snapshot
from index.domain.sources import SourceSet
from index.indexing._reuse import PreviousBuild, Run, in_order, runs
from index.parsing.chunking import chunk
from index.parsing.formats import SECONDS
from index.parsing.pool import parsing
from index.retrieval.bm25 import Bm25Index
from index.retrieval.hidden_states import StateStore, StateStoreBuilder
from index.retrieval.late_interaction import TokenStore, TokenStoreBuilder
from index.retrieval.search_index import SearchIndex
from index.snapshots.files import read_suggestions, write_suggestions
from index.snapshots.manifest import FORMAT, Manifest
from index.snapshots.store import SnapshotStore, new_id, read_texts, write_texts
from index.sources.folder import named
from index.suggestions.generation import generate_questions, keep_answered
from index.text.passages import passage_text

__all__ = ["Built", "Indexer"]

VECTORS = "vectors.faiss"

MOST_POSED = 2_000
"""Passages that suggestions are made of: so many suffice, and a large index is not rebuilt the slower for it."""

log = logging.getLogger(__name__)

Ask = Callable[[SearchIndex, str], Answer]
"""The answer of one shelf to a question."""


@dataclass(frozen=True, slots=True)
class Built:
    """A snapshot that is whole, but not live yet, what is in memory of it, and how many of its passages were embedded
    for it."""

    manifest: Manifest
    shelf: SearchIndex
    embedded: int


class Indexer:
    """Builds and opens snapshots with one embedder and one kind of vector store."""

    def __init__(
        self,
        *,
        snapshots: SnapshotStore,
        embedder: Embedder,
        new_store: Callable[[int], VectorStore],
        open_store: Callable[[Path], VectorStore],
        seconds: float = SECONDS,
    ) -> None:
        """`seconds` is how long the text of one source may take to be taken out of it."""
        self._snapshots = snapshots
        self._embedder = embedder
        self._new_store = new_store
        self._open_store = open_store
        self._seconds = seconds

    def build(
        self,
        place: Path,
        reading: SourceSet,
        progress: Progress | None = None,
        *,
        ask: Ask | None = None,
        before: PreviousBuild | None = None,
    ) -> Built:
        """A snapshot of these sources in the folder `place`, sealed; `ask` is how its suggestions are checked, without
        it there are none, and `before` is the index before, to use again what did not change.

        Raises SourcesUnreadable when no source has a passage.
        """
        documents, passages, skipped = self._chunked(reading, progress, before)
        if not passages:
            why = named(skipped, more=False) or Message("there are only headings and marks")
            raise SourcesUnreadable(
                Message("Not one source holds a passage ({why}): mend one of them, then reindex.", why=why)
            )
        snapshot = Snapshot(
            id=new_id(reading.hashes),
            created=datetime.now(UTC),
            model=self._embedder.name,
            dimension=self._embedder.dimension,
            hashes=reading.hashes,
            passages=len(passages),
            format=FORMAT,
        )
        rows = before.rows(passages) if before else [None] * len(passages)
        shelf = self._written(place, snapshot.id, documents, passages, progress, rows, before)
        shelf = replace(shelf, suggestions=_suggestions(shelf, ask, progress) if ask else ())
        write_suggestions(place, shelf.suggestions)
        counts = Counter(passage.document_id for passage in passages)
        titles = {at.source: (at.title, at.url, len(at.text), counts[at.id]) for at in documents.values()}
        manifest = self._snapshots.seal(
            place, snapshot, max_tokens=self._embedder.max_tokens, titles=titles, skipped=skipped
        )
        return Built(manifest, shelf, rows.count(None))

    def open(self, manifest: Manifest) -> SearchIndex:
        """The shelf of a snapshot whose every file was checked. Raises IndexMismatch."""
        found = (manifest.snapshot.dimension, manifest.max_tokens)
        if found != (self._embedder.dimension, self._embedder.max_tokens):
            raise IndexMismatch(
                with_fix(
                    REINDEX,
                    "The index was built with a model of {built} dimensions that reads {read} tokens, the model "
                    "{model} has {dimensions} and {tokens}",
                    built=str(found[0]),
                    read=str(found[1]),
                    model=self._embedder.name,
                    dimensions=str(self._embedder.dimension),
                    tokens=str(self._embedder.max_tokens),
                )
            )
        folder = self._snapshots.verify(manifest)
        documents, passages = read_texts(folder)
        return SearchIndex(
            id=manifest.snapshot.id,
            documents=documents,
            passages=passages,
            vectors=self._open_store(folder / VECTORS),
            keyword=Bm25Index.load(folder),
            tokens=TokenStore.load(folder),
            states=StateStore.load(folder),
            suggestions=read_suggestions(folder),
        )

    def _chunked(
        self, reading: SourceSet, progress: Progress | None, before: PreviousBuild | None
    ) -> tuple[dict[str, Document], list[Passage], tuple[SkippedSource, ...]]:
        documents: dict[str, Document] = {}
        passages: list[Passage] = []
        skipped = list(reading.skipped)
        known = [before.read(file) if before else None for file in reading.files]
        fresh = [file for file, same in zip(reading.files, known, strict=True) if same is None]
        with parsing(fresh, self._seconds) as parsed:
            for done, (file, same) in enumerate(zip(reading.files, known, strict=True)):

                def told(done: int = done) -> None:
                    if progress:
                        progress("reading sources", done, len(reading.files))

                told()
                if same:
                    documents[same[0].id] = same[0]
                    passages += same[1]
                    continue
                try:
                    document = parsed(file, told)
                except (UnreadableSource, RecursionError) as error:
                    reason = (
                        message_of(error) if isinstance(error, UnreadableSource) else Message("is nested too deeply")
                    )
                    skipped.append(SkippedSource(file.source, reason))
                    continue
                documents[document.id] = document
                passages += chunk(document, self._embedder.count, self._embedder.max_tokens)
        return documents, passages, tuple(skipped)

    def _written(
        self,
        place: Path,
        snapshot: str,
        documents: dict[str, Document],
        passages: list[Passage],
        progress: Progress | None,
        rows: Sequence[int | None],
        before: PreviousBuild | None,
    ) -> SearchIndex:
        vectors = self._new_store(self._embedder.dimension)
        again = before.shelf if before and any(row is not None for row in rows) else None
        tokens = TokenStoreBuilder(again.tokens if again else None)
        states = StateStoreBuilder(again.states if again else None)
        fresh = [passage for passage, row in zip(passages, rows, strict=True) if row is None]
        blocks = self._embedder.passages([(at.embedded, passage_text(at)) for at in fresh], progress)
        for part in in_order(runs(rows), blocks):
            if isinstance(part, Run):
                if again is not None and part.start is not None:
                    stop = part.start + part.count
                    vectors.add(again.vectors.rows(part.start, stop))
                    tokens.take(again.tokens, part.start, stop)
                    states.take(again.states, part.start, stop)
                continue
            vectors.add(np.stack([encoding.vector for encoding in part]))
            tokens.add(part)
            states.add(part)
        if progress:
            progress("writing the snapshot", 0, 0)
        keyword = Bm25Index.build(passages)
        shelf = SearchIndex(snapshot, documents, passages, vectors, keyword, tokens.finish(), states.finish())
        write_texts(place, documents, passages)
        vectors.save(place / VECTORS)
        shelf.keyword.save(place)
        shelf.tokens.save(place)
        shelf.states.save(place)
        return shelf


def _suggestions(shelf: SearchIndex, ask: Ask, progress: Progress | None) -> tuple[str, ...]:
    """Questions that the shelf answers; none where making them fails, for an index without them serves as well."""
    try:
        return keep_answered(
            generate_questions(shelf.documents, _some(shelf)), lambda at: ask(shelf, at), progress=progress
        )
    except ReindexCancelled:
        raise
    except Exception:  # whatever it was, the index is as good without
        log.warning("There are no suggestions, for they could not be made", exc_info=True)
        return ()


def _some(shelf: SearchIndex) -> list[Passage]:
    """The first passages of every source, together no more than are worth making questions of."""
    each = max(1, MOST_POSED // max(1, len(shelf.documents)))
    seen: Counter[str] = Counter()
    found: list[Passage] = []
    for passage in shelf.passages:
        seen[passage.document_id] += 1
        if seen[passage.document_id] <= each and len(found) < MOST_POSED:
            found.append(passage)
    return found
