"""Building a snapshot on disk, and its search index in memory, from sources."""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from index.domain.answers import Answer
from index.domain.documents import Document, Passage
from index.domain.errors import ReindexCancelled, SourcesUnreadable, UnreadableSource
from index.domain.messages import Message, message_of
from index.domain.ports import Embedder, KeywordEngine, Progress, VectorEngine
from index.domain.reading import Window
from index.domain.snapshots import SkippedSource, Snapshot, SourceNote
from index.domain.sources import SourceSet
from index.domain.stages import Stage
from index.indexing._reuse import PreviousBuild, Run, merge_vectors, to_runs
from index.parsing.chunking import chunk
from index.parsing.formats import SECONDS
from index.parsing.pool import parse_in_parallel
from index.retrieval.search_index import SearchIndex
from index.snapshots.files import KEYWORD, write_suggestions, write_texts
from index.snapshots.manifest import FORMAT, Manifest
from index.snapshots.serving import LoadedSnapshot
from index.snapshots.store import SnapshotStore, new_id
from index.sources.folder import name_skipped
from index.suggestions.generation import CandidateQuestion, generate_questions, keep_answered
from index.text.passages import passage_text

if TYPE_CHECKING:
    from index.answering.answerer import Answerer

__all__ = ["Built", "Indexer"]

MOST_SUGGESTING = 2_000
"""Passages that suggestions are made from: so many suffice, and a large index takes no longer to rebuild."""

MOST_WINDOWS = 2
"""Windows that are read to check a suggestion."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Built:
    """A snapshot that is whole but not live yet; `embedded` of its passages were embedded for it."""

    manifest: Manifest
    search_index: SearchIndex
    embedded: int


class Indexer:
    """Builds snapshots with one model and one engine each of vectors and keywords.

    `seconds` is how long reading one source may take.
    """

    def __init__(
        self,
        *,
        snapshots: SnapshotStore,
        embedder: Embedder,
        vectors: VectorEngine,
        keywords: KeywordEngine,
        seconds: float = SECONDS,
    ) -> None:
        self._snapshots = snapshots
        self._embedder = embedder
        self._vectors = vectors
        self._keywords = keywords
        self._seconds = seconds

    def build(
        self,
        folder: Path,
        sources: SourceSet,
        progress: Progress | None = None,
        *,
        answerer: Answerer | None = None,
        previous: LoadedSnapshot | None = None,
    ) -> Built:
        """Build and seal a snapshot of the sources in a folder.

        The answerer checks the suggestions; without one there are none. Of the previous snapshot, which must be of the
        same model, what did not change is used again. Raises SourcesUnreadable if no source has a passage.
        """
        reuse = PreviousBuild(previous.manifest, previous.search_index) if previous else None
        documents, passages, skipped = self._parse(sources, progress, reuse)
        if not passages:
            reason = name_skipped(skipped, more=False) or Message("there are only headings and marks")
            raise SourcesUnreadable(
                Message("Not one source holds a passage ({why}): mend one of them, then reindex.", why=reason)
            )
        snapshot = Snapshot(
            id=new_id(sources.hashes),
            created=datetime.now(UTC),
            model=self._embedder.name,
            dimension=self._embedder.dimension,
            hashes=sources.hashes,
            passages=len(passages),
            format=FORMAT,
        )
        rows = reuse.rows(passages) if reuse else [None] * len(passages)
        search_index = self._write(folder, snapshot.id, documents, passages, progress, rows, reuse)
        suggestions = _suggestions(search_index, answerer, progress) if answerer else ()
        search_index = replace(search_index, suggestions=suggestions)
        write_suggestions(folder, suggestions)
        counts = Counter(passage.document_id for passage in passages)
        titles = {
            document.source: (document.title, document.url, len(document.text), counts[document.id])
            for document in documents.values()
        }
        notes = tuple(SourceNote(document.source, note) for document in documents.values() for note in document.notes)
        manifest = self._snapshots.seal(
            folder, snapshot, max_tokens=self._embedder.max_tokens, titles=titles, skipped=skipped, notes=notes
        )
        return Built(manifest, search_index, rows.count(None))

    def _parse(
        self, sources: SourceSet, progress: Progress | None, previous: PreviousBuild | None
    ) -> tuple[dict[str, Document], list[Passage], tuple[SkippedSource, ...]]:
        """Return documents by id, their passages in order, and the files that could not be parsed."""
        documents: dict[str, Document] = {}
        passages: list[Passage] = []
        skipped = list(sources.skipped)
        unchanged = [previous.read(file) if previous else None for file in sources.files]
        fresh = [file for file, same in zip(sources.files, unchanged, strict=True) if same is None]
        with parse_in_parallel(fresh, self._seconds) as parsed:
            for done, (file, same) in enumerate(zip(sources.files, unchanged, strict=True)):

                def tick(done: int = done) -> None:
                    if progress:
                        progress(Stage.READING_SOURCES, done, len(sources.files))

                tick()
                if same:
                    documents[same[0].id] = same[0]
                    passages += same[1]
                    continue
                try:
                    document = parsed(file, tick)
                    chunks = chunk(document, self._embedder.count, self._embedder.max_tokens)
                except (UnreadableSource, RecursionError) as error:
                    nested = isinstance(error, RecursionError)
                    reason = Message("is nested too deeply") if nested else message_of(error)
                    skipped.append(SkippedSource(file.source, reason))
                    continue
                documents[document.id] = document
                passages += chunks
        return documents, passages, tuple(skipped)

    def _write(
        self,
        folder: Path,
        snapshot: str,
        documents: dict[str, Document],
        passages: list[Passage],
        progress: Progress | None,
        rows: Sequence[int | None],
        previous: PreviousBuild | None,
    ) -> SearchIndex:
        """Embed the passages that are new, take over the others, and write all files but the manifest."""
        reused = previous.search_index if previous and any(row is not None for row in rows) else None
        fresh = [passage for passage, row in zip(passages, rows, strict=True) if row is None]
        blocks = self._embedder.passages([(passage.embedded, passage_text(passage)) for passage in fresh], progress)
        with self._vectors.writer(folder, self._embedder.dimension, progress=progress) as writer:
            for part in merge_vectors(to_runs(rows), blocks):
                if not isinstance(part, Run):
                    writer.add(part)
                elif reused is not None and part.start is not None:
                    writer.add(reused.vectors.rows(part.start, part.start + part.count))
        if progress:
            progress(Stage.WRITING_SNAPSHOT, 0, 0)
        write_texts(folder, documents, passages)
        self._keywords.build(folder / KEYWORD, enumerate(passages))
        keyword = self._keywords.open(folder / KEYWORD)
        return SearchIndex.of(snapshot, documents, passages, self._vectors.open(folder), keyword)


def _suggestions(search_index: SearchIndex, answerer: Answerer, progress: Progress | None) -> tuple[str, ...]:
    """Return questions that the index answers; none if making them fails, for it serves as well without."""
    try:
        candidates = generate_questions(search_index.documents, _first_passages(search_index))
        windows = _windows_by_source(search_index)

        def ask(candidate: CandidateQuestion) -> Answer:
            """Read only where the question was made from: that suffices to know that it is answered."""
            near = [
                window
                for start, end, window in windows[candidate.source]
                if start < candidate.end and candidate.start < end
            ]
            return answerer.answer_from(search_index, candidate.question, near[:MOST_WINDOWS])

        return keep_answered(candidates, ask, progress=progress)
    except ReindexCancelled:
        raise
    except Exception:
        log.warning("There are no suggestions, for they could not be made", exc_info=True)
        return ()


def _windows_by_source(search_index: SearchIndex) -> dict[str, list[tuple[int, int, Window]]]:
    """Return the windows of each source with their characters in it."""
    windows: dict[str, list[tuple[int, int, Window]]] = defaultdict(list)
    for window in search_index.windows:
        first, last = search_index.passages[window.rows[0]], search_index.passages[window.rows[-1]]
        windows[search_index.documents[window.document_id].source].append((first.start, last.end, window))
    return windows


def _first_passages(search_index: SearchIndex) -> list[Passage]:
    """Return the first passages of every source, MOST_SUGGESTING of them together."""
    share = max(1, MOST_SUGGESTING // max(1, len(search_index.documents)))
    counts: Counter[str] = Counter()
    first: list[Passage] = []
    for passage in search_index.passages:
        counts[passage.document_id] += 1
        if counts[passage.document_id] <= share and len(first) < MOST_SUGGESTING:
            first.append(passage)
    return first
