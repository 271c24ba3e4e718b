"""`Library`: ask, reindex, status, and the snapshots before. What people do with answers is its desk's."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from index.domain.answers import Answer
from index.domain.documents import Document
from index.domain.errors import Damaged, IndexMismatch, JournalUnavailable, LibraryError, NoIndex
from index.domain.messages import Message
from index.domain.messages import message_of as said_by
from index.domain.snapshots import Diff, Preview, ReindexReport, ReindexStatus, SnapshotInfo, Status
from index.domain.sources import NO_SOURCES, SourceSet
from index.indexing.own_questions import FILE
from index.indexing.progress import Request
from index.indexing.reindexer import Ask, Reindexer
from index.journal.journal import Journal
from index.parsing.formats import SECONDS
from index.snapshots.catalog import compared, listed
from index.snapshots.manifest import Manifest
from index.snapshots.serving import LiveIndex
from index.snapshots.staleness import broken, said, states
from index.snapshots.store import SnapshotStore
from index.sources.folder import read_sources
from index.sources.uploads import UploadedSources
from index.sources.watcher import watch
from index.text.normalize import replace_surrogates

if TYPE_CHECKING:
    from index.answering.answerer import Answerer
    from index.desk import Desk
    from index.domain.ports import Embedder, Progress, Vectors
    from index.indexing.indexer import Indexer
    from index.retrieval.search_index import SearchIndex
    from index.sources.web import Web

__all__ = ["Library"]

log = logging.getLogger(__name__)


class Library:
    """Thread-safe: questions are answered from any thread while a reindex runs in another."""

    def __init__(
        self,
        *,
        snapshots: SnapshotStore,
        seeds: Path,
        max_bytes: int,
        model: str,
        embedder: Callable[[], Embedder],
        answerer: Callable[[Embedder], Answerer],
        indexer: Callable[[Embedder], Indexer],
        journal: Journal,
        keep: int,
        web: Web | None = None,
        seconds: float = SECONDS,
    ) -> None:
        """Opens nothing; `embedder` loads the model when it is first needed. `keep` snapshots are kept, the newest.
        Without `web` only files are sources. Reading a source that comes in takes `seconds` at most."""
        self._snapshots = snapshots
        self._seeds = seeds
        self.shelving = UploadedSources(seeds, max_bytes=max_bytes, seconds=seconds)
        self._max_bytes = max_bytes
        self._model = model
        self._load_embedder = embedder
        self._make_answerer = answerer
        self._make_indexer = indexer
        self._journal = journal
        self._loading = threading.Lock()
        self._embedder: Embedder | None = None
        self._answerer: Answerer | None = None
        self._web = web
        self._serving = LiveIndex(snapshots=snapshots, model=model)
        self._rebuild = Reindexer(
            snapshots=snapshots,
            serving=self._serving,
            refresh=self._refresh,
            read=self._read,
            engines=self._engines,
            desk=lambda: self.desk,
            questions=seeds / FILE,
            keep=keep,
            cited=journal.cited,
        )

    @cached_property
    def desk(self) -> Desk:
        """What people do with answers; imported when first needed, for that takes a moment."""
        from index.desk import Desk

        return Desk(
            journal=self._journal,
            ask=self.ask,
            nearest=self.nearest,
            vectors=self._vectors,
            live=self._live_id,
            documents=self._documents,
            known=lambda: shelf.suggestions if (shelf := self._serving.shelf) else (),
        )

    def load(self, progress: Progress | None = None) -> None:
        """Load the model and the live snapshot, or the newest good one where that is damaged; quick once they are.

        Raises NoIndex, IndexMismatch.
        """
        if self._serving.held is None:
            try:
                self._serving.live()  # that there is no index is said before the model takes its seconds
            except Damaged as error:
                log.warning("The live snapshot can't serve: %s", error.log_message)
        embedder = self._model_loaded(progress)
        if self._serving.held is None:
            if progress:
                progress("loading the index", 0, 0)
            self._serving.load(self._make_indexer(embedder).open)

    def follow(self) -> bool:
        """Take up what another process made live; whether another snapshot serves now. Never fails.

        To be called every half second by whoever goes on for long; a question has it done beside it. It takes as long
        as loading takes where there is something new, and questions are answered meanwhile.
        """
        if not self._serving.moved():
            return False
        try:
            return self._serving.follow(self._make_indexer(self._model_loaded(None)).open)
        except Exception as error:  # a question tells it
            why = error.log_message if isinstance(error, LibraryError) else type(error).__name__
            log.warning("No snapshot can be loaded: %s", why)
            return False

    def ask(self, question: str) -> Answer:
        """The answer from exactly one snapshot; loads what is not loaded yet.

        Half a character (a lone surrogate), which no tokenizer reads, becomes a question mark.
        """
        shelf, answerer = self._open()
        started = time.perf_counter()
        answer = answerer.answer(shelf, replace_surrogates(question))
        return replace(answer, latency_ms=round((time.perf_counter() - started) * 1_000, 2))

    def nearest(self, question: str, most: int) -> Answer:
        """No answer: the passages of one snapshot that are nearest to a question, `most` of them."""
        shelf, answerer = self._open()
        return answerer.nearest(shelf, replace_surrogates(question), most)

    def reindex(
        self,
        progress: Progress | None = None,
        *,
        guild: int | None = None,
        everywhere: bool = False,
        cancelled: threading.Event | None = None,
        wait: float = 0.0,
    ) -> ReindexReport:
        """Build a snapshot from the sources as they are now and make it live; questions go on meanwhile.

        Then open gaps are asked again. Those that have an answer now are solved, whoever asked; the report lists
        what its reader may see: the gaps of the server `guild`, or, for the owner alone, those of all servers and
        what was reported in direct messages (`everywhere`); with neither, none.

        Who asks while one runs in this process gets the report of the next, with all others who do. `cancelled` stops
        it where it is set, up to the switch; where several share a run, once all of them have set theirs. For another
        process it waits `wait` seconds.

        Raises SourcesUnreadable (the old index keeps serving), ReindexRunning, ReindexCancelled.
        """
        return self._rebuild.reindex(Request(progress, cancelled, guild, everywhere, wait))

    def preview(
        self,
        progress: Progress | None = None,
        *,
        guild: int | None = None,
        everywhere: bool = False,
        cancelled: threading.Event | None = None,
        wait: float = 0.0,
    ) -> Preview:
        """What `reindex` would report now, and nothing of it done. What is built is kept for `publish` until anything
        else is built, by whichever process; `discard` lets it go before."""
        return self._rebuild.preview(Request(progress, cancelled, guild, everywhere, wait))

    def publish(
        self,
        preview: str,
        progress: Progress | None = None,
        *,
        guild: int | None = None,
        everywhere: bool = False,
        wait: float = 0.0,
    ) -> ReindexReport:
        """Make live what was previewed, by the preview's id, also after a restart.

        Raises PreviewGone where the sources changed since or it is no longer there, ReindexRunning.
        """
        return self._rebuild.publish(preview, Request(progress, None, guild, everywhere, wait))

    def discard(self, preview: str) -> None:
        """Let a preview go, by its id."""
        self._rebuild.discard(preview)

    def rollback(self, snapshot: str, progress: Progress | None = None, *, wait: float = 0.0) -> ReindexReport:
        """Make a snapshot live that is kept, by its id or a part of it, once all of it is checked; a later reindex goes
        on from there.

        Raises NoIndex, NoSuchSnapshot, IndexMismatch where it is damaged or does not fit, ReindexRunning.
        """
        return self._rebuild.rollback(snapshot, Request(progress, wait=wait))

    def snapshots(self) -> tuple[SnapshotInfo, ...]:
        """Those that are kept, newest first."""
        return listed(self._snapshots)

    def diff(self, before: str, after: str) -> Diff:
        """What changed from one snapshot to the other, by their ids or parts of them, whatever models they are for.

        Raises NoIndex, NoSuchSnapshot, IndexMismatch where one is damaged or of another format.
        """
        return compared(self._snapshots, before, after)

    def running(self) -> ReindexStatus | None:
        """How far the reindex or preview is that runs in this process, None where none does."""
        return self._rebuild.now

    def audit(self, what: str, outcome: str, *, where: str, who: int | None = None) -> None:
        """Write down what was done to the index; where that fails it is logged, and nothing else fails with it."""
        try:
            self._journal.audit(who=who, where=where, what=what, outcome=outcome)
        except JournalUnavailable as error:
            log.warning("The audit lacks a line (%s, %s, by %s from %s): %s", what, outcome, who, where, error)

    def watch(self, changed: Callable[[], None]) -> Callable[[], None]:
        """Call `changed` from a thread whenever files among the sources may have changed; what is returned ends it."""
        return watch(self._seeds, changed)

    def status(self) -> Status:
        """What is indexed. Loads no model; reads the sources' bytes to say what changed since."""
        try:
            reading = self._read()
        except LibraryError:
            reading = SourceSet((), ())
        stale, held, fallback = "", self._serving.held, self._serving.fallback
        try:
            manifest: Manifest | None = self._serving.live()
        except NoIndex:
            manifest, stale = None, Message("there is no index yet")
        except Damaged as error:
            manifest, stale = self._manifest_or_none(), said_by(error)
            if manifest is None and held is None and (likely := self._serving.likely(error)):
                manifest, stale = likely
                fallback = stale
        except IndexMismatch as error:
            manifest, stale = self._manifest_or_none(), said_by(error)
        if fallback and held:
            manifest, stale = held.manifest, fallback
        changes = states(manifest, reading)
        return Status(
            snapshot=manifest.snapshot if manifest else None,
            sources=tuple(changes),
            skipped=reading.skipped + broken(manifest, reading),
            stale=stale or said(changes),
            model=self._model,
            ready=held is not None,
            fallback=fallback,
        )

    def verify(self) -> None:
        """Compare every file of the live snapshot with its checksum. Raises NoIndex, Damaged, IndexMismatch."""
        self._snapshots.verify(self._snapshots.live())

    def _refresh(self, progress: Progress) -> None:
        """Fetch the pages on the web that are sources."""
        if self._web:
            self._web.refresh(self._seeds, progress)

    def _read(self) -> SourceSet:
        """The sources as they are: files, and the copies of pages from the web. Raises SourcesUnreadable."""
        return read_sources(self._seeds, self._max_bytes, self._web.reading(self._seeds) if self._web else NO_SOURCES)

    def _engines(self, progress: Progress) -> tuple[Indexer, Ask]:
        embedder, answerer = self._model_loaded(progress), self._answerer
        if answerer is None:
            raise LibraryError(Message("The model is not loaded: try again."))
        return self._make_indexer(embedder), answerer.answer

    def _open(self) -> tuple[SearchIndex, Answerer]:
        """The shelf that serves and what answers from it, loaded if they are not."""
        shelf, answerer = self._serving.shelf, self._answerer
        if shelf is None or answerer is None:
            self.load()
            shelf, answerer = self._serving.shelf, self._answerer
        elif self._serving.due():
            threading.Thread(target=self.follow, name="follow", daemon=True).start()
        if shelf is None or answerer is None:
            raise LibraryError(Message("The index is not loaded: ask again."))
        return shelf, answerer

    def _vectors(self, questions: Sequence[str]) -> list[Vectors]:
        """Unit vectors of questions, each of shape (dimension,)."""
        embedder = self._model_loaded(None)
        return [embedder.question(replace_surrogates(question)).vector for question in questions]

    def _live_id(self) -> str:
        """The live snapshot's id, also before it is loaded; empty where there is none."""
        shelf = self._serving.shelf
        if shelf is not None:
            return shelf.id
        manifest = self._manifest_or_none()
        return manifest.snapshot.id if manifest else ""

    def _documents(self, snapshot: str) -> dict[str, Document] | None:
        """The documents of a snapshot by source, of an older one as long as it is kept."""
        shelf = self._serving.shelf
        if shelf is not None and shelf.id == snapshot:
            return {document.source: document for document in shelf.documents.values()}
        return self._snapshots.documents(snapshot) if snapshot else None

    def _manifest_or_none(self) -> Manifest | None:
        try:
            return self._snapshots.live()
        except (NoIndex, IndexMismatch):
            return None

    def _model_loaded(self, progress: Progress | None) -> Embedder:
        with self._loading:
            if self._embedder is None:
                if progress:
                    progress("loading the model", 0, 0)
                embedder = self._load_embedder()
                self._answerer = self._make_answerer(embedder)
                self._embedder = embedder  # last: who finds it finds the answerer too
            return self._embedder
