"""The library: the front door to the engine, the reindexer and what people do with answers."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from index.domain.activity import NOBODY, Scope
from index.domain.answers import Answer
from index.domain.errors import LibraryError
from index.domain.generation import GenerationStatus, WritingRequest
from index.domain.messages import Message
from index.domain.snapshots import Diff, Preview, ReindexReport, ReindexStatus, SnapshotInfo, Status
from index.indexing.progress import ReindexRequest
from index.indexing.status import read_status
from index.journal.audit import AuditLine, audited
from index.snapshots.catalog import compare_snapshots, list_snapshots
from index.snapshots.replication import LOCAL_ONLY, Replication
from index.snapshots.staleness import indexed_hashes
from index.sources.watcher import watch

if TYPE_CHECKING:
    from index.conversation.service import ConversationService
    from index.domain.ports import Generator, Progress
    from index.engine import QueryEngine
    from index.generation.budgets import GenerationMonitor
    from index.indexing.reindexer import Reindexer
    from index.journal.gap_review import GapReview
    from index.journal.journal import Journal
    from index.snapshots.manifest import Manifest
    from index.snapshots.serving import LiveIndex
    from index.snapshots.store import SnapshotStore
    from index.sources.reader import SourceReader
    from index.sources.uploads import UploadedSources
    from index.suggestions.completion import QuestionCompleter
    from index.viewer.service import SourceViewer

__all__ = ["Library"]


class Library:
    """Answers questions from any thread while a reindex runs in another. Opens nothing when it is made."""

    borrowed = False
    """Whether it answers from another library's index, and so has no versions to go back to."""

    def __init__(
        self,
        *,
        model: str,
        engine: QueryEngine,
        live: LiveIndex,
        snapshots: SnapshotStore,
        reader: SourceReader,
        reindexer: Reindexer,
        conversation: ConversationService,
        viewer: SourceViewer,
        gaps: GapReview,
        suggestions: QuestionCompleter,
        sources: UploadedSources,
        journal: Journal,
        generation: GenerationMonitor | None = None,
        generator: Generator | None = None,
        borrowed: bool = False,
        replication: Replication = LOCAL_ONLY,
    ) -> None:
        self._model = model
        self._engine = engine
        self._live = live
        self._snapshots = snapshots
        self._reader = reader
        self._reindexer = reindexer
        self.conversation = conversation
        self.viewer = viewer
        self.gaps = gaps
        self.suggestions = suggestions
        self.sources = sources
        self.journal = journal
        self._replication = replication
        self._generation = generation
        self._generator = generator
        self.borrowed = borrowed

    @property
    def writes(self) -> bool:
        """Whether a language model is configured that writes answers."""
        return self._generator is not None

    @property
    def reads_pictures(self) -> bool:
        """Whether that language model reads pictures."""
        return self._generator is not None and self._generator.reads_pictures

    def answering_from(self, other: Library) -> Library:
        """Return a library that answers from another's index; sources, builds and the journal are its own."""
        return self._seen(other, self.journal, gaps=None, borrowed=True)

    def recording_in(self, journal: Journal) -> Library:
        """Return the same library for those who may see only what this journal shows of its answers."""
        return self._seen(self, journal, gaps=self.gaps, borrowed=self.borrowed)

    @property
    def is_loaded(self) -> bool:
        """Whether a snapshot is in memory."""
        return self._live.loaded is not None

    @property
    def holds_files(self) -> bool:
        """Whether files of a snapshot are open: to answer from it, or to show pages of its sources."""
        return self.is_loaded or self._snapshots.holds_texts

    def live_manifest(self) -> Manifest | None:
        """Return the manifest of the live snapshot; None if there is none that fits this program."""
        return self._snapshots.live_or_none()

    def load(self, progress: Progress | None = None) -> None:
        """Load the model and the live snapshot, or the newest good one if that is damaged.

        Returns at once if both are loaded. Raises NoIndex, IndexMismatch.
        """
        if not self.is_loaded:
            self._replication.take_up()
        self._engine.load(progress)

    def follow(self) -> bool:
        """Take up what another process made live; return whether another snapshot serves now.

        Never fails. A long-running process calls this every half second; each question does it too.
        """
        self._replication.follow()
        return self._engine.follow()

    def ask(self, question: str, before: Sequence[str] = (), writing: WritingRequest | None = None) -> Answer:
        """Return the answer from exactly one snapshot; load what is not loaded yet.

        `before` are the questions that it follows, oldest first. With `writing` a language model writes it, if one is
        configured and its sentences pass the checks.
        """
        return self._engine.ask(question, before, writing)

    def summarise(self, source: str = "", since: str = "", writing: WritingRequest | None = None) -> Answer:
        """Return a summary of all sources, or of the one whose name is most like `source`, or what is new there.

        Parameters
        ----------
        since
            A date, a time such as "last week", a kept snapshot by a part of its id, or "the last reindex": then only
            what was added or changed since is quoted, the newest first; what was removed is counted.
        writing
            How a language model is to write it, if one is configured and its sentences pass the checks.

        Raises
        ------
        NoSuchSource, NoSuchMoment
            The message names the sources or snapshots that there are.
        """
        return self._engine.summarise(source, since, writing)

    def source_names(self) -> tuple[str, ...]:
        """Return the sources of the live snapshot, of which no byte is read; none without an index."""
        manifest = loaded.manifest if (loaded := self._live.loaded) else self._snapshots.live_or_none()
        return tuple(sorted(indexed_hashes(manifest)))

    def nearest(self, question: str, count: int) -> Answer:
        """Return an abstention with the `count` passages of one snapshot that are nearest to a question."""
        return self._engine.nearest(question, count)

    def reindex(
        self,
        progress: Progress | None = None,
        *,
        scope: Scope = NOBODY,
        cancelled: threading.Event | None = None,
        wait: float = 0.0,
    ) -> ReindexReport:
        """Build a snapshot of the current sources and make it live; questions are answered meanwhile.

        Then open gaps are asked again, and those that have an answer now are solved, for every server; and answers to
        known questions are compared with those before. Requests that come while a reindex runs in this process share
        the next run.

        Parameters
        ----------
        scope
            Whose answered gaps and helpful questions the report lists.
        cancelled
            Stops the reindex when it is set, up to the switch; a shared run once all of its requests are cancelled.
        wait
            How many seconds to wait for another process that builds.

        Raises
        ------
        SourcesUnreadable, ReindexRunning, ReindexCancelled
            The old snapshot serves on.
        """
        self._replication.take_up()
        return self._reindexer.reindex(ReindexRequest(progress, cancelled, scope, wait))

    def preview(
        self,
        progress: Progress | None = None,
        *,
        scope: Scope = NOBODY,
        cancelled: threading.Event | None = None,
        wait: float = 0.0,
    ) -> Preview:
        """Build a snapshot, and return what `reindex` would report now; nothing is made live.

        The snapshot waits for `publish` until any process builds another, or until `discard`.
        """
        self._replication.take_up()
        return self._reindexer.preview(ReindexRequest(progress, cancelled, scope, wait))

    def publish(
        self,
        preview: str,
        progress: Progress | None = None,
        *,
        scope: Scope = NOBODY,
        wait: float = 0.0,
    ) -> ReindexReport:
        """Make a preview live, by its id, also after a restart.

        Raises PreviewGone if the sources changed since or it is no longer there, and ReindexRunning.
        """
        return self._reindexer.publish(preview, ReindexRequest(progress, None, scope, wait))

    def discard(self, preview: str) -> None:
        """Remove a preview, by its id."""
        self._reindexer.discard(preview)

    def rollback(self, snapshot: str, progress: Progress | None = None, *, wait: float = 0.0) -> ReindexReport:
        """Make a kept snapshot live, by its id or a part of it, once all of it is checked.

        A later reindex builds on it. Raises NoIndex, NoSuchSnapshot, IndexMismatch if it is damaged or does not
        fit, and ReindexRunning.
        """
        if self.borrowed:
            raise LibraryError(
                Message(
                    "This server answers from the shared sources, whose versions only who runs me can change: it has "
                    "versions of its own once it has sources of its own."
                )
            )
        self._replication.take_up()
        return self._reindexer.rollback(snapshot, ReindexRequest(progress, wait=wait))

    def snapshots(self) -> tuple[SnapshotInfo, ...]:
        """Return the snapshots that are kept, newest first."""
        return list_snapshots(self._snapshots)

    def diff(self, before: str, after: str) -> Diff:
        """Return what changed between two snapshots, by their ids or parts of them, whatever models they are for.

        Raises NoIndex, NoSuchSnapshot, and IndexMismatch if one is damaged or of another format.
        """
        return compare_snapshots(self._snapshots, before, after)

    def running(self) -> ReindexStatus | None:
        """Return how far the reindex or preview in this process is; None if none runs."""
        return self._reindexer.now

    def audited(self, action: str, *, origin: str, user: int | None = None) -> AbstractContextManager[AuditLine]:
        """Return a context that records what its block does to the index, also if it fails or is interrupted."""
        return audited(self.journal, action, origin=origin, user=user)

    def watch(self, changed: Callable[[], None]) -> Callable[[], None]:
        """Call `changed` from a thread whenever files among the sources may have changed; return its stop function."""
        return watch(self._reader.folder, changed)

    def status(self) -> Status:
        """Return what is indexed, and what changed since. Loads no model; reads the sources' bytes."""
        return read_status(
            model=self._model,
            live=self._live,
            snapshots=self._snapshots,
            reader=self._reader,
            replication=LOCAL_ONLY if self.borrowed else self._replication,
        )

    def generation_status(self, *, user: int | None = None, guild: int | None = None) -> GenerationStatus | None:
        """Return the language model, what is left of its budgets, and whether it is paused; None without one."""
        return self._generation.status(user=user, guild=guild) if self._generation else None

    def verify(self) -> None:
        """Compare every file of the live snapshot with its checksum. Raises NoIndex, Damaged, IndexMismatch."""
        self._snapshots.verify(self._snapshots.live())

    def close(self) -> None:
        """Close the connections of the language model and the journal's file; nothing can be written any more."""
        self._replication.close()
        if self._generator is not None:
            self._generator.close()
        self.journal.close()

    def _seen(self, index: Library, journal: Journal, *, gaps: GapReview | None, borrowed: bool) -> Library:
        """Return a library over the index of one, this one's sources and builds, and a journal."""
        from index.conversation.service import ConversationService
        from index.suggestions.completion import QuestionCompleter
        from index.viewer.service import SourceViewer

        engine = index._engine
        return Library(
            model=index._model,
            engine=engine,
            live=index._live,
            snapshots=index._snapshots,
            reader=self._reader,
            reindexer=self._reindexer,
            conversation=ConversationService(engine=engine, journal=journal),
            viewer=SourceViewer(engine=engine, journal=journal, files=self._reader.files),
            gaps=gaps or self.gaps.asking(engine),
            suggestions=QuestionCompleter(engine=engine, journal=journal),
            sources=self.sources,
            journal=journal,
            generation=self._generation,
            generator=self._generator,
            borrowed=borrowed,
            replication=self._replication,
        )
