"""Reindex, preview, publish and rollback: every change of the live snapshot, one at a time."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from index.domain.answers import Answer
from index.domain.errors import Damaged, JournalUnavailable, LibraryError, PreviewGone
from index.domain.messages import LIST, Message, without_fix
from index.domain.regressions import RegressionCheck
from index.domain.snapshots import Preview, ReindexReport, ReindexStatus
from index.domain.stages import Stage
from index.indexing._queue import ReindexQueue
from index.indexing._report import PreviousSnapshot, find_previous, if_searchable, make_report
from index.indexing.build_lock import LOCK_NAME, BuildLock
from index.indexing.build_rules import NO_RULES, BuildRules
from index.indexing.own_questions import FILE_NAME
from index.indexing.progress import ReindexProgress, ReindexRequest
from index.indexing.regression import RegressionChecker
from index.snapshots.catalog import find_snapshot
from index.snapshots.files import ID
from index.snapshots.replication import LOCAL_ONLY, Replication
from index.snapshots.serving import LoadedSnapshot
from index.storage.failures import explain_write_errors

if TYPE_CHECKING:
    from index.domain.ports import Embedder
    from index.engine import QueryEngine
    from index.indexing.indexer import Indexer
    from index.journal.gap_review import GapReview
    from index.journal.journal import Journal
    from index.snapshots.loader import SnapshotLoader
    from index.snapshots.serving import LiveIndex
    from index.snapshots.store import SnapshotStore
    from index.sources.reader import SourceReader

__all__ = ["Reindexer"]

log = logging.getLogger(__name__)


class Reindexer:
    """Builds snapshots and makes them live. Thread-safe.

    Besides the newest `keep` snapshots those are kept that recorded answers cite, as the journal knows.
    """

    def __init__(
        self,
        *,
        engine: QueryEngine,
        sources: SourceReader,
        snapshots: SnapshotStore,
        live: LiveIndex,
        indexer: Callable[[Embedder], Indexer],
        gaps: GapReview,
        journal: Journal,
        keep: int,
        rules: BuildRules = NO_RULES,
        replication: Replication = LOCAL_ONLY,
    ) -> None:
        self._engine = engine
        self._sources = sources
        self._snapshots = snapshots
        self._live = live
        self._make_indexer = indexer
        self._gaps = gaps
        self._journal = journal
        self._regression = RegressionChecker(file=sources.folder / FILE_NAME, journal=journal)
        self._keep = keep
        self._rules = rules
        self._replication = replication
        self._lock = BuildLock(snapshots.root / LOCK_NAME)
        self._queue = ReindexQueue(self._reindex_for_all)
        self._progress: ReindexProgress | None = None

    @property
    def now(self) -> ReindexStatus | None:
        """How far the run in this process is; None if none runs."""
        progress = self._progress
        return progress.now if progress else None

    def reindex(self, request: ReindexRequest) -> ReindexReport:
        """Build a snapshot of the sources and make it live; requests that come meanwhile share the next run.

        Raises SourcesUnreadable, ReindexRunning, ReindexCancelled; the old snapshot serves on then.
        """
        return self._queue.submit(request)

    def preview(self, request: ReindexRequest) -> Preview:
        """Build a snapshot without making it live; it waits for `publish` until another is built."""
        with self._run([request]) as progress, self._clean_build_folder() as folder:
            built, previous, report = self._build(folder, progress)
            progress.commit()
            self._snapshots.set_aside(folder, built.manifest)
            ask = partial(self._engine.answerer.answer, built.search_index)
            (answered,) = self._ask_gaps([request], progress, ask)
            (regressions,) = self._compare_answers([request], progress, previous, built, report)
        return Preview(built.manifest.snapshot.id, replace(report, answered=answered, regressions=regressions))

    def publish(self, preview: str, request: ReindexRequest) -> ReindexReport:
        """Make a previewed snapshot live without building it again.

        Raises PreviewGone if the sources changed since or another snapshot was built, Damaged, ReindexRunning.
        """
        with self._run([request]) as progress:
            started, folder = time.perf_counter(), self._snapshots.preview_folder(preview)
            if not ID.fullmatch(preview) or not folder.is_dir():
                raise PreviewGone(
                    Message(
                        "This preview is no longer there, it was discarded or another snapshot was built since: "
                        "preview again."
                    )
                )
            manifest = self._live.check_model(self._snapshots.manifest(preview, folder))
            self._snapshots.verify(manifest, folder)
            if self._sources.read().hashes != manifest.snapshot.hashes:
                raise PreviewGone(Message("The sources changed since this preview: preview again."))
            loader = self._loader(progress)
            progress(Stage.LOADING_INDEX, 0, 0)
            previous = find_previous(self._snapshots, self._live, loader)
            progress.commit()
            self._snapshots.publish(folder, manifest)
            loaded = self._live.open(manifest, loader)
            self._live.replace_loaded(loaded)
            self._replication.published()
            self._prune(previous.id)
        (answered,) = self._ask_gaps([request], progress)
        report = make_report(self._snapshots, previous, manifest, loaded.search_index, started=started)
        return replace(report, answered=answered)

    def discard(self, preview: str) -> None:
        """Remove a preview that is not wanted."""
        if ID.fullmatch(preview):
            self._snapshots.discard(preview)

    def rollback(self, part: str, request: ReindexRequest) -> ReindexReport:
        """Make a kept snapshot live, once every byte of it is checked; a part of its id is enough.

        Raises NoIndex, NoSuchSnapshot, Damaged, IndexMismatch, ReindexRunning; what was live stays live then.
        """
        with self._run([request]) as progress:
            started, loaded = time.perf_counter(), None
            name = find_snapshot(self._snapshots, part)
            progress(Stage.CHECKING_SNAPSHOT, 0, 0)
            try:
                manifest = self._live.check_model(self._snapshots.manifest(name))
                if self._live.loaded is None:  # no model is loaded for it
                    self._snapshots.verify(manifest)
                    previous = find_previous(self._snapshots, self._live, None)
                else:
                    loader = self._loader(progress)
                    loaded = self._live.open(manifest, loader, whole=True)
                    previous = find_previous(self._snapshots, self._live, loader)
            except Damaged as error:
                raise Damaged(Message("{why} Choose another, {step}.", why=without_fix(error), step=LIST)) from error
            progress.commit()
            self._snapshots.switch(manifest)
            if loaded is not None:
                self._live.replace_loaded(loaded)
            self._replication.published()
            report = make_report(
                self._snapshots,
                replace(previous, reason=""),
                manifest,
                loaded.search_index if loaded else None,
                started=started,
            )
            if loaded is None:
                return report
            (regressions,) = self._compare_answers([request], progress, previous, loaded, report)
        return replace(report, regressions=regressions)

    def _reindex_for_all(self, requests: Sequence[ReindexRequest]) -> list[ReindexReport]:
        with self._run(requests) as progress:
            with self._clean_build_folder() as folder:
                built, previous, report = self._build(folder, progress)
                progress.commit()
                self._snapshots.publish(folder, built.manifest)
            built = self._live.open(built.manifest, self._loader(progress))  # from where it is now
            self._live.replace_loaded(built)
            self._replication.published()
            self._prune(previous.id)
            answered = self._ask_gaps(requests, progress)
            regressions = self._compare_answers(requests, progress, previous, built, report)
        return [
            replace(report, answered=gaps, regressions=checks)
            for gaps, checks in zip(answered, regressions, strict=True)
        ]

    def _build(self, folder: Path, progress: ReindexProgress) -> tuple[LoadedSnapshot, PreviousSnapshot, ReindexReport]:
        """Build a snapshot of the sources as they are now in a folder; return also what it would change."""
        started = time.perf_counter()
        with self._rules.building():
            return self._build_sources(folder, progress, started)

    def _build_sources(
        self, folder: Path, progress: ReindexProgress, started: float
    ) -> tuple[LoadedSnapshot, PreviousSnapshot, ReindexReport]:
        self._replication.exchange_sources()
        self._sources.refresh(progress)
        self._replication.exchange_sources()
        sources = self._sources.read()
        embedder = self._engine.load_model(progress)
        answerer = self._engine.answerer
        previous = if_searchable(find_previous(self._snapshots, self._live, self._engine.loader(embedder)))
        built = self._make_indexer(embedder).build(
            folder, sources, progress, answerer=answerer, previous=previous.loaded, check=self._rules.check
        )
        report = make_report(
            self._snapshots,
            previous,
            built.manifest,
            built.search_index,
            started=started,
            embedded=built.embedded,
        )
        return LoadedSnapshot(built.manifest, built.search_index), previous, report

    def _loader(self, progress: ReindexProgress) -> SnapshotLoader:
        return self._engine.loader(self._engine.load_model(progress))

    def _compare_answers(
        self,
        requests: Sequence[ReindexRequest],
        progress: ReindexProgress,
        previous: PreviousSnapshot,
        current: LoadedSnapshot,
        report: ReindexReport,
    ) -> Sequence[tuple[RegressionCheck, ...]]:
        """Return for each request what became of the answers that it may see; nothing if asking fails.

        Two snapshots that say the same are not compared.
        """
        answer, compared = self._engine.answerer.answer, previous.search_index
        if report.diff is not None and report.diff.is_empty:
            compared = None
        try:
            return self._regression.check(
                [request.scope for request in requests],
                progress,
                now=partial(answer, current.search_index),
                before=partial(answer, compared) if compared else None,
                suggestions=compared.suggestions if compared else (),
            )
        except Exception as error:  # its text may quote a question, which no log may hold
            log.warning(
                "Answers are not compared: %s", error if isinstance(error, LibraryError) else type(error).__name__
            )
            return [()] * len(requests)

    def _ask_gaps(
        self, requests: Sequence[ReindexRequest], progress: ReindexProgress, ask: Callable[[str], Answer] | None = None
    ) -> Sequence[tuple[str, ...]]:
        """Return for each request the gaps with an answer now, of those that it may see; none if asking fails.

        `ask` answers from a snapshot that is not live yet.
        """
        try:
            scopes = [request.scope for request in requests]
            return self._gaps.answered_for(scopes, progress=progress, ask=ask)
        except Exception as error:  # its text may quote a question, which no log may hold
            reason = error if isinstance(error, LibraryError) else type(error).__name__
            log.warning("Open gaps are not asked again: %s", reason)
            return [()] * len(requests)

    def _prune(self, previous: str) -> None:
        """Remove old snapshots, but not the previous live one, so that a rollback is always possible."""
        try:
            protected = {previous, *self._journal.cited_snapshots()}
        except JournalUnavailable as error:
            log.warning("Which snapshots answers are from is not known, so only the newest are kept: %s", error)
            protected = {previous}
        try:
            self._snapshots.prune(self._keep, protected)
        except (OSError, LibraryError) as error:  # the new one is live all the same
            log.warning("Old snapshots are not cleared away: %s", error)
        self._replication.prune(self._keep, protected)

    @contextmanager
    def _clean_build_folder(self) -> Iterator[Path]:
        """Yield a folder to build in, once what dead builders left behind is removed."""
        self._snapshots.sweep()
        with self._snapshots.building() as folder:
            yield folder

    @contextmanager
    def _run(self, requests: Sequence[ReindexRequest]) -> Iterator[ReindexProgress]:
        """Hold the build lock, and yield the progress of the run."""
        progress = ReindexProgress(requests)
        with explain_write_errors(self._snapshots.root), self._lock.hold(progress):
            self._progress = progress
            try:
                yield progress
            finally:
                self._progress = None
