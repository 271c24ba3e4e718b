"""Building a snapshot on disk from sources, over the one before."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from index.domain.documents import Document
from index.domain.errors import SourcesUnreadable, UnreadableSource
from index.domain.messages import Message
from index.domain.ports import Embedder, KeywordEngine, Progress, VectorEngine, Vectors, WindowText
from index.domain.served_model import ChecksServedModel
from index.domain.snapshots import SkippedSource, Snapshot, SourceNote
from index.domain.sources import SourceFile, SourceSet
from index.domain.stages import Stage
from index.embedding.resumable import RemoteEmbedding, ResumableEmbedding
from index.indexing._plan import BuildPlan, plan_build
from index.indexing._reuse import KeptRows, PreviousVectors, merge_vectors
from index.indexing._sharing import link_segments, shared_checksums
from index.indexing._suggestions import make_suggestions
from index.indexing.parts import unreadable_reason
from index.parsing.chunking import chunk
from index.parsing.formats import SECONDS
from index.parsing.pool import GetDocument, parse_in_parallel
from index.retrieval.search_index import SearchIndex
from index.retrieval.window_texts import window_texts
from index.snapshots.files import KEYWORD, write_suggestions
from index.snapshots.loader import SnapshotLoader
from index.snapshots.manifest import FORMAT, Manifest
from index.snapshots.segment import Segment, write_segment
from index.snapshots.serving import LoadedSnapshot
from index.snapshots.store import SnapshotStore, new_id
from index.snapshots.texts import SEGMENTS, KeptSegment, SnapshotTexts, write_segment_list
from index.sources.folder import name_skipped

if TYPE_CHECKING:
    from index.answering.answerer import Answerer

__all__ = ["Built", "Indexer"]

MANY_ROWS, MOST_QUERIES = 50_000, 500
"""Passages of a segment from which on search may be approximate, and titles of documents by which it is tuned then."""

ParseFiles = Callable[[Sequence[SourceFile], float], AbstractContextManager[GetDocument]]
"""Parses files, each for so many seconds at most, as `parse_in_parallel` does."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Built:
    """A snapshot that is whole but not live yet; `embedded` of its passages were embedded for it."""

    manifest: Manifest
    search_index: SearchIndex
    embedded: int


@dataclass(slots=True)
class _Facts:
    """What the manifest says of the sources; it grows while they are read. `read` are those that were parsed anew."""

    read: list[str] = field(default_factory=list)
    titles: dict[str, tuple[str, str | None, int, int]] = field(default_factory=dict)
    skipped: list[SkippedSource] = field(default_factory=list)
    notes: list[SourceNote] = field(default_factory=list)

    def add(self, document: Document, passages: int) -> None:
        self.read.append(document.source)
        self.titles[document.source] = document.title, document.url, len(document.text), passages
        self.notes += (SourceNote(document.source, note) for note in document.notes)

    def take_over(self, source: str, manifest: Manifest) -> None:
        self.titles[source] = manifest.titles[source]
        self.notes += (note for note in manifest.notes if note.source == source)


class Indexer:
    """Builds snapshots with one model and one engine each of vectors and keywords.

    `seconds` is how long reading one source may take. `parse` and `remote` may have other machines parse and embed.
    Vectors that are done outlast a build that dies: they are kept until a snapshot is live.
    """

    def __init__(
        self,
        *,
        snapshots: SnapshotStore,
        embedder: Embedder,
        vectors: VectorEngine,
        keywords: KeywordEngine,
        seconds: float = SECONDS,
        parse: ParseFiles = parse_in_parallel,
        remote: RemoteEmbedding | None = None,
    ) -> None:
        self._snapshots = snapshots
        self._embedder = embedder
        self._resumable = ResumableEmbedding(embedder, snapshots.unfinished, remote)
        self._vectors = vectors
        self._keywords = keywords
        self._loader = SnapshotLoader(snapshots=snapshots, embedder=embedder, vectors=vectors, keywords=keywords)
        self._seconds = seconds
        self._parse = parse

    def build(
        self,
        folder: Path,
        sources: SourceSet,
        progress: Progress | None = None,
        *,
        answerer: Answerer | None = None,
        previous: LoadedSnapshot | None = None,
        check: Callable[[Mapping[str, int]], None] | None = None,
    ) -> Built:
        """Build and seal a snapshot of the sources in a folder.

        The answerer checks the suggestions; without one there are none. Of the previous snapshot, which must be of the
        same model, what did not change is used again. `check` is given the passages of each source before any is
        embedded, and may raise. Raises SourcesUnreadable if no source has a passage.
        """
        hashes = sources.hashes
        served = previous.manifest.served if previous else None
        if isinstance(self._embedder, ChecksServedModel):
            self._embedder.expect(served)
        base = previous.search_index.texts if previous else None
        is_there = previous and self._snapshots.folder(previous.manifest.snapshot.id).is_dir()
        texts = base if isinstance(base, SnapshotTexts) and is_there else None
        plan = plan_build(texts, previous.manifest.snapshot.hashes if previous else {}, hashes)
        facts = _Facts(skipped=list(sources.skipped))
        segment = folder / SEGMENTS / plan.name
        segment.mkdir(parents=True)
        self._write_texts(segment, sources, progress, facts, plan, previous)
        passages = sum(count for _, _, _, count in facts.titles.values())
        if not passages:
            reason = name_skipped(facts.skipped, more=False) or Message("there are only headings and marks")
            raise SourcesUnreadable(
                Message("Not one source holds a passage ({why}): mend one of them, then reindex.", why=reason)
            )
        if check:
            check({source: count for source, (_, _, _, count) in facts.titles.items()})
        added = Segment(segment, plan.first)
        kept = list(plan.kept)
        embedded = 0
        if added.entries:
            kept.append(KeptSegment(plan.name, plan.first))
            characters = sum(facts.titles[source][2] for source in facts.read)
            embedded = self._write_vectors(segment, added, progress, plan, hashes, previous, characters)
        else:
            shutil.rmtree(segment)
        if progress:
            progress(Stage.WRITING_SNAPSHOT, 0, 0)
        before = self._snapshots.folder(previous.manifest.snapshot.id) if previous else None
        if previous and before:
            link_segments(folder, before, plan, previous.manifest)
        write_segment_list(folder, kept)
        self._write_keywords(folder, added, plan, previous)
        linked = shared_checksums(folder, before, previous.manifest) if previous and before and plan.kept else {}
        snapshot = Snapshot(
            id=new_id(hashes),
            created=datetime.now(UTC),
            model=self._embedder.name,
            dimension=self._embedder.dimension,
            hashes=hashes,
            passages=passages,
            format=FORMAT,
        )
        write_suggestions(folder, ())
        search_index = self._loader.open(folder, snapshot.id)
        if answerer:
            known = previous.search_index.suggested if previous and plan.kept else ()
            suggested = make_suggestions(search_index, facts.read if plan.kept else None, known, answerer, progress)
            search_index = replace(search_index, suggested=suggested)
            write_suggestions(folder, suggested)
        manifest = self._snapshots.seal(
            folder,
            snapshot,
            linked,
            max_tokens=self._embedder.max_tokens,
            titles=facts.titles,
            skipped=tuple(facts.skipped),
            notes=tuple(facts.notes),
            served=(isinstance(self._embedder, ChecksServedModel) and self._embedder.served) or served,
        )
        return Built(manifest, search_index, embedded)

    def _write_texts(
        self,
        segment: Path,
        sources: SourceSet,
        progress: Progress | None,
        facts: _Facts,
        plan: BuildPlan,
        previous: LoadedSnapshot | None,
    ) -> None:
        """Write the texts of the new segment: sources that are new or changed, and those of segments that go."""
        known = plan.staying | plan.moved.keys()
        fresh = [file for file in sources.files if file.source not in known]
        with self._parse(fresh, self._seconds) as parsed, write_segment(segment) as writer:
            for done, file in enumerate(sources.files):

                def tick(done: int = done) -> None:
                    if progress:
                        progress(Stage.READING_SOURCES, done, len(sources.files))

                tick()
                if previous and file.source in known:
                    facts.take_over(file.source, previous.manifest)
                    if entry := plan.moved.get(file.source):
                        search_index = previous.search_index
                        passages = search_index.passages[entry.rows.start : entry.rows.stop]
                        writer.add(search_index.documents[entry.id], passages)
                    continue
                try:
                    document = parsed(file, tick)
                    chunks = chunk(document, self._embedder.count, self._embedder.max_tokens)
                except (UnreadableSource, RecursionError) as error:
                    facts.skipped.append(SkippedSource(file.source, unreadable_reason(error)))
                    continue
                writer.add(document, chunks)
                facts.add(document, len(chunks))

    def _write_vectors(
        self,
        folder: Path,
        segment: Segment,
        progress: Progress | None,
        plan: BuildPlan,
        hashes: Mapping[str, str],
        previous: LoadedSnapshot | None,
        characters: int,
    ) -> int:
        """Write the vectors of a segment; return how many of its passages were embedded for it."""
        before = None
        if previous:
            before = PreviousVectors(previous.search_index, previous.manifest.snapshot.hashes)
        embedded = 0

        def parts() -> Iterator[WindowText | KeptRows]:
            nonlocal embedded
            for number, entry in enumerate(segment.entries):
                if moved := plan.moved.get(entry.source):
                    if moved.rows:
                        yield KeptRows(moved.rows)
                    continue
                known = before.of_source(entry.source, hashes[entry.source]) if before else {}
                passages = [segment.passage(row) for row in entry.rows]
                for text in window_texts(segment.document(number), passages):
                    if rows := known.get(text):
                        yield KeptRows(rows)
                    else:
                        embedded += len(text.spans)
                        yield text

        def embed(texts: Iterator[WindowText]) -> Iterator[Vectors]:
            return self._resumable.windows(texts, progress, characters=characters)

        def kept(part: KeptRows) -> Vectors:
            if before is None:
                raise ValueError("there is no previous snapshot")
            return before.rows(part)

        with self._vectors.writer(folder, self._embedder.dimension, progress=progress) as writer:
            for block in merge_vectors(parts(), embed, kept):
                writer.add(block)
            if len(segment) >= MANY_ROWS:
                titles = dict.fromkeys(entry.title for entry in segment.entries)
                step = max(1, len(titles) // MOST_QUERIES)
                writer.add_queries(np.stack([self._embedder.question(title) for title in [*titles][::step]]))
        return embedded

    def _write_keywords(self, folder: Path, segment: Segment, plan: BuildPlan, previous: LoadedSnapshot | None) -> None:
        rows = ((row, segment.passage(row)) for row in segment.rows)
        if previous is None or not plan.kept:
            self._keywords.build(folder / KEYWORD, rows)
            return
        gone = [entry.id for entry in previous.search_index.entries if entry.source not in plan.staying]
        before = self._snapshots.folder(previous.manifest.snapshot.id) / KEYWORD
        self._keywords.build(folder / KEYWORD, rows, previous=before, removed=gone)
