"""All that changes which snapshot is live: a reindex, a preview that is made live, a roll-back. One at a time."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from index.domain.answers import Answer
from index.domain.errors import Damaged, JournalUnavailable, LibraryError, PreviewGone
from index.domain.messages import LIST, Message, without_fix
from index.domain.ports import Progress
from index.domain.snapshots import OwnQuestions, Preview, ReindexReport, ReindexStatus
from index.domain.sources import SourceSet
from index.indexing._build_lock import BuildLock
from index.indexing._queue import ReindexQueue
from index.indexing._report import PreviousSnapshot, before, report
from index.indexing.own_questions import asked_again
from index.indexing.progress import ReindexProgress, Request
from index.snapshots.catalog import found
from index.snapshots.files import ID
from index.snapshots.serving import LiveIndex, LoadedSnapshot
from index.snapshots.store import SnapshotStore
from index.storage.failures import explain_write_errors

if TYPE_CHECKING:
    from index.desk import Desk
    from index.indexing.indexer import Indexer
    from index.retrieval.search_index import SearchIndex

__all__ = ["Reindexer"]

log = logging.getLogger(__name__)

Ask = Callable[["SearchIndex", str], Answer]


class Reindexer:
    """Thread-safe.

    `refresh` fetches what is on the web, `read` gives the sources, `engines` are what builds snapshots and what answers
    from them, the model loaded. `questions` is the file of the operator's own. `cited` names the snapshots that kept
    answers are from: they are kept beyond the newest `keep`.
    """

    def __init__(
        self,
        *,
        snapshots: SnapshotStore,
        serving: LiveIndex,
        refresh: Callable[[Progress], None],
        read: Callable[[], SourceSet],
        engines: Callable[[ReindexProgress], tuple[Indexer, Ask]],
        desk: Callable[[], Desk],
        questions: Path,
        keep: int,
        cited: Callable[[], Collection[str]],
    ) -> None:
        self._snapshots = snapshots
        self._serving = serving
        self._refresh = refresh
        self._read = read
        self._engines = engines
        self._desk = desk
        self._questions = questions
        self._keep = keep
        self._cited = cited
        self._builders = BuildLock(snapshots.root / "reindex.lock")
        self._turns = ReindexQueue(self._reindexed)
        self._course: ReindexProgress | None = None

    @property
    def now(self) -> ReindexStatus | None:
        """How far the one is that runs in this process; None where none does."""
        course = self._course
        return course.now if course else None

    def reindex(self, request: Request) -> ReindexReport:
        """Build a snapshot of the sources and make it live. Requests that come while one runs share the next.

        Raises SourcesUnreadable, ReindexRunning, ReindexCancelled.
        """
        return self._turns.take(request)

    def preview(self, request: Request) -> Preview:
        """The same without the switch. The snapshot waits for `publish` until another is built."""
        with self._alone([request]) as course, self._swept() as place:
            built, made, ask = self._built(place, course)
            course.settle()
            self._snapshots.set_aside(place, built.manifest)
            (answered,) = self._answered([request], course, partial(ask, built.shelf))
        return Preview(built.manifest.snapshot.id, replace(made, answered=answered))

    def publish(self, preview: str, request: Request) -> ReindexReport:
        """Make live what was previewed, without building it again.

        Raises PreviewGone where the sources changed since, or another was built; Damaged, ReindexRunning.
        """
        with self._alone([request]) as course:
            started, folder = time.perf_counter(), self._snapshots.preview(preview)
            if not ID.fullmatch(preview) or not folder.is_dir():
                raise PreviewGone(
                    Message(
                        "This preview is no longer there, it was discarded or another snapshot was built since: "
                        "preview again."
                    )
                )
            manifest = self._serving.fitting(self._snapshots.manifest(preview, folder))
            self._snapshots.verify(manifest, folder)
            if self._read().hashes != manifest.snapshot.hashes:
                raise PreviewGone(Message("The sources changed since this preview: preview again."))
            indexer, _ = self._engines(course)
            course("loading the index", 0, 0)
            was = before(self._snapshots, self._serving, indexer.open)
            course.settle()
            self._snapshots.publish(folder, manifest)
            now = self._serving.opened(manifest, indexer.open)
            self._serving.put(now)
            self._prune(was.id)
        (answered,) = self._answered([request], course)
        return replace(report(self._snapshots, was, manifest, now.shelf, started=started), answered=answered)

    def discard(self, preview: str) -> None:
        """Let a preview go that is not wanted."""
        if ID.fullmatch(preview):
            self._snapshots.discard(preview)

    def rollback(self, part: str, request: Request) -> ReindexReport:
        """Make a snapshot live that is kept, once every byte of it is checked; `part` of its id is enough.

        Raises NoIndex, NoSuchSnapshot, Damaged, IndexMismatch, ReindexRunning; what was live is live still then.
        """
        with self._alone([request]) as course:
            started, questions = time.perf_counter(), None
            name = found(self._snapshots, part)
            course("checking the snapshot", 0, 0)
            try:
                manifest = self._serving.fitting(self._snapshots.manifest(name))
                if self._serving.held is None:  # no model is loaded for it
                    self._snapshots.verify(manifest)
                    was, now = before(self._snapshots, self._serving, None), None
                else:
                    indexer, ask = self._engines(course)
                    now = self._serving.opened(manifest, indexer.open)
                    was = before(self._snapshots, self._serving, indexer.open)
                    questions = self._asked(was, now.shelf, ask, course)
            except Damaged as error:
                raise Damaged(Message("{why} Choose another, {step}.", why=without_fix(error), step=LIST)) from error
            course.settle()
            self._snapshots.switch(manifest)
            if now is not None:
                self._serving.put(now)
        was = replace(was, why="")
        shelf = now.shelf if now else None
        return report(self._snapshots, was, manifest, shelf, started=started, questions=questions)

    def _reindexed(self, requests: Sequence[Request]) -> list[ReindexReport]:
        with self._alone(requests) as course:
            with self._swept() as place:
                built, made, _ = self._built(place, course)
                course.settle()
                self._snapshots.publish(place, built.manifest)
            self._serving.put(built)
            self._prune(made.diff.before if made.diff else "")
        answered = self._answered(requests, course)
        return [replace(made, answered=told) for told in answered]

    def _built(self, place: Path, course: ReindexProgress) -> tuple[LoadedSnapshot, ReindexReport, Ask]:
        """A snapshot of the sources as they are now, in this folder, and what it would change."""
        started = time.perf_counter()
        self._refresh(course)
        reading = self._read()
        indexer, ask = self._engines(course)
        was = before(self._snapshots, self._serving, indexer.open)
        built = indexer.build(place, reading, course, ask=ask, before=was.earlier)
        questions = self._asked(was, built.shelf, ask, course)
        made = report(
            self._snapshots,
            was,
            built.manifest,
            built.shelf,
            started=started,
            embedded=built.embedded,
            questions=questions,
        )
        return LoadedSnapshot(built.manifest, built.shelf), made, ask

    def _asked(self, was: PreviousSnapshot, now: SearchIndex, ask: Ask, course: ReindexProgress) -> OwnQuestions | None:
        return asked_again(self._questions, partial(ask, was.shelf) if was.shelf else None, partial(ask, now), course)

    def _answered(
        self, requests: Sequence[Request], course: ReindexProgress, ask: Callable[[str], Answer] | None = None
    ) -> Sequence[tuple[str, ...]]:
        """For each request the gaps that have an answer now, of those that it may see; none where they can't be asked
        again, for the index is rebuilt as well. With `ask`, what answers would be if that were live."""
        try:
            readers = [(one.guild, one.everywhere) for one in requests]
            return self._desk().answered_for(readers, progress=course, ask=ask)
        except Exception as error:  # what it says may quote a question, which no log may hold
            said = error if isinstance(error, LibraryError) else type(error).__name__
            log.warning("Open gaps are not asked again: %s", said)
            return [()] * len(requests)

    def _prune(self, was: str) -> None:
        """Clear away what is old, but not what was live until now: one can always go back to that."""
        try:
            spared = {was, *self._cited()}
        except JournalUnavailable as error:
            log.warning("Which snapshots answers are from is not known, so only the newest are kept: %s", error)
            spared = {was}
        try:
            self._snapshots.prune(self._keep, spared)
        except (OSError, LibraryError) as error:  # the new one is live all the same
            log.warning("Old snapshots are not cleared away: %s", error)

    @contextmanager
    def _swept(self) -> Iterator[Path]:
        """A folder to build in, once what builders that died left behind is gone."""
        self._snapshots.sweep()
        with self._snapshots.building() as place:
            yield place

    @contextmanager
    def _alone(self, requests: Sequence[Request]) -> Iterator[ReindexProgress]:
        course = ReindexProgress(requests)
        with explain_write_errors(self._snapshots.root), self._builders.alone(course):
            self._course = course
            try:
                yield course
            finally:
                self._course = None
