"""`Library`: ask, reindex, status; owns the live snapshot. What people do with answers is its desk's."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import IndexMismatch, LibraryError, NoIndex
from index.journal import Journal
from index.snapshot import Manifest, Snapshots
from index.sources import NOTHING, Reading, read_sources
from index.staleness import broken, indexed, said, states
from index.types import Answer, Document, Report, Status

if TYPE_CHECKING:
    from index.answer import Answerer
    from index.desk import Desk
    from index.indexer import Indexer
    from index.ports import Embedder, Progress, Vectors
    from index.retrieve import Shelf
    from index.reuse import Earlier
    from index.web import Web

__all__ = ["Library"]

log = logging.getLogger(__name__)


class Library:
    """Thread-safe: questions are answered from any thread while a reindex runs in another."""

    def __init__(
        self,
        *,
        snapshots: Snapshots,
        seeds: Path,
        max_bytes: int,
        model: str,
        embedder: Callable[[], Embedder],
        answerer: Callable[[Embedder], Answerer],
        indexer: Callable[[Embedder], Indexer],
        journal: Journal,
        web: Web | None = None,
    ) -> None:
        """Opens nothing; `embedder` loads the model when it is first needed. Without `web` only files are sources."""
        self._snapshots = snapshots
        self._seeds = seeds
        self._max_bytes = max_bytes
        self._model = model
        self._load_embedder = embedder
        self._make_answerer = answerer
        self._make_indexer = indexer
        self._loading = threading.Lock()
        self._embedder: Embedder | None = None
        self._answerer: Answerer | None = None
        self._shelf: Shelf | None = None
        self._journal = journal
        self._web = web

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
            known=lambda: self._shelf.suggestions if self._shelf else (),
        )

    def load(self, progress: Progress | None = None) -> None:
        """Load the model and the live snapshot; quick when both are there.

        Raises NoIndex, IndexMismatch.
        """
        if self._shelf is None:
            self._live_manifest()  # that there is no index is said before the model takes its seconds
        embedder = self._model_loaded(progress)
        with self._loading:
            if self._shelf is None:
                if progress:
                    progress("loading the index", 0, 0)
                self._shelf = self._make_indexer(embedder).open(self._live_manifest())

    def ask(self, question: str) -> Answer:
        """The answer from exactly one snapshot; loads what is not loaded yet.

        Half a character (a lone surrogate), which no tokenizer reads, becomes a question mark.
        """
        shelf, answerer = self._open()
        started = time.perf_counter()
        answer = answerer.answer(shelf, _readable(question))
        return replace(answer, latency_ms=round((time.perf_counter() - started) * 1_000, 2))

    def nearest(self, question: str, most: int) -> Answer:
        """No answer: the passages of one snapshot that are nearest to a question, `most` of them."""
        shelf, answerer = self._open()
        return answerer.nearest(shelf, _readable(question), most)

    def reindex(
        self, progress: Progress | None = None, *, guild: int | None = None, everywhere: bool = False
    ) -> Report:
        """Build a snapshot from the sources as they are now and make it live; questions go on meanwhile.

        Then open gaps are asked again. Those that have an answer now are solved, whoever asked; the report lists
        what its reader may see: the gaps of the server `guild`, or, for the owner alone, those of all servers and
        what was reported in direct messages (`everywhere`); with neither, none.

        Raises SourcesUnreadable (the old index keeps serving), ReindexRunning.
        """
        started = time.perf_counter()
        if self._web:
            self._web.refresh(self._seeds, progress)
        reading = self._reading()
        before = self._manifest_or_none()
        embedder = self._model_loaded(progress)
        answerer = self._answerer
        ask = answerer.answer if answerer else None
        indexer = self._make_indexer(embedder)
        built = indexer.build(reading, progress, ask=ask, before=partial(self._earlier, indexer))
        manifest = built.manifest
        with self._loading:  # a load that began before must not put the older one back
            self._shelf = built.shelf
        answered = self._answered_now(guild, everywhere=everywhere, progress=progress)
        old, new = indexed(before), indexed(manifest)
        return Report(
            snapshot=manifest.snapshot,
            added=tuple(sorted(new.keys() - old.keys())),
            changed=tuple(sorted(name for name in new.keys() & old.keys() if new[name] != old[name])),
            removed=tuple(sorted(old.keys() - new.keys())),
            skipped=manifest.skipped,
            passages_before=before.snapshot.passages if before else 0,
            passages_after=manifest.snapshot.passages,
            seconds=round(time.perf_counter() - started, 3),
            answered=answered,
            embedded=built.embedded,
            anew=built.anew,
        )

    def status(self) -> Status:
        """What is indexed. Loads no model; reads the sources' bytes to say what changed since."""
        try:
            reading = self._reading()
        except LibraryError:
            reading = Reading((), ())
        stale = ""
        try:
            manifest: Manifest | None = self._live_manifest()
        except NoIndex:
            manifest, stale = None, "there is no index yet"
        except IndexMismatch as error:
            manifest, stale = self._manifest_or_none(), str(error)
        changes = states(manifest, reading)
        return Status(
            snapshot=manifest.snapshot if manifest else None,
            sources=tuple(changes),
            skipped=reading.skipped + broken(manifest, reading),
            stale=stale or said(changes),
            model=self._model,
            ready=self._shelf is not None,
        )

    def _open(self) -> tuple[Shelf, Answerer]:
        """The live shelf and what answers from it, loaded if they are not."""
        if self._shelf is None or self._answerer is None:
            self.load()
        shelf, answerer = self._shelf, self._answerer
        if shelf is None or answerer is None:
            raise LibraryError("The index is not loaded: ask again.")
        return shelf, answerer

    def _answered_now(self, guild: int | None, *, everywhere: bool, progress: Progress | None) -> tuple[str, ...]:
        """The gaps that have an answer now; none where they can't be asked again, for the index is rebuilt as well."""
        try:
            return self.desk.answered_now(guild, everywhere=everywhere, progress=progress)
        except Exception as error:  # what it says may quote a question, which no log may hold
            said = error if isinstance(error, LibraryError) else type(error).__name__
            log.warning("Open gaps are not asked again: %s", said)
            return ()

    def _earlier(self, indexer: Indexer) -> Earlier | str:
        """The live index, to use again what did not change; or why everything is made anew."""
        from index.reuse import Earlier

        try:
            manifest = self._live_manifest()
            shelf = self._shelf
            if shelf is None or shelf.id != manifest.snapshot.id:
                shelf = indexer.open(manifest)
        except NoIndex:
            return "there was no index before"
        except IndexMismatch as error:
            return str(error)
        return Earlier(manifest, shelf)

    def _reading(self) -> Reading:
        """The sources as they are: files, and the copies of pages from the web. Raises SourcesUnreadable."""
        return read_sources(self._seeds, self._max_bytes, self._web.reading(self._seeds) if self._web else NOTHING)

    def _vectors(self, questions: Sequence[str]) -> list[Vectors]:
        """Unit vectors of questions, each of shape (dimension,)."""
        embedder = self._model_loaded(None)
        return [embedder.question(_readable(question)).vector for question in questions]

    def _live_id(self) -> str:
        """The live snapshot's id, also before it is loaded; empty where there is none."""
        shelf = self._shelf
        if shelf is not None:
            return shelf.id
        manifest = self._manifest_or_none()
        return manifest.snapshot.id if manifest else ""

    def _documents(self, snapshot: str) -> dict[str, Document] | None:
        """The documents of a snapshot by source, of an older one as long as it is kept."""
        shelf = self._shelf
        if shelf is not None and shelf.id == snapshot:
            return {document.source: document for document in shelf.documents.values()}
        return self._snapshots.documents(snapshot) if snapshot else None

    def _live_manifest(self) -> Manifest:
        manifest = self._snapshots.live()
        if manifest.snapshot.model != self._model:
            raise IndexMismatch(
                f"The index was built with the model {manifest.snapshot.model}, but EMBEDDING_MODEL is {self._model}: "
                "run `python -m index reindex`, or set EMBEDDING_MODEL back."
            )
        return manifest

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


def _readable(question: str) -> str:
    """A question without half characters (lone surrogates), which no tokenizer reads."""
    return question.encode("utf-8", "replace").decode("utf-8")
