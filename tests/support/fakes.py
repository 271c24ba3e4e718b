"""Fakes that every suite shares: a library set by its state."""

from __future__ import annotations

import shutil
import tempfile
import threading
import time
import weakref
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from index import Answer, Library
from index.conversation.service import ConversationService
from index.domain.answers import Citation, SourceChange
from index.domain.documents import Document, DocumentEntry
from index.domain.generation import GenerationStatus, WritingRequest
from index.domain.ports import Progress, Vectors
from index.domain.snapshots import Diff, ReindexReport, ReindexStatus, SnapshotInfo, Status
from index.journal.gap_review import GapReview
from index.journal.journal import Journal
from index.retrieval.texts import entry_of
from index.snapshots.replication import LOCAL_ONLY
from index.sources.uploads import UploadedSources
from index.suggestions.completion import QuestionCompleter
from index.viewer.service import SourceViewer
from tests.support.fake_reindexer import GATE_SECONDS, FakeReindexer
from tests.support.index_fakes import CredulousChecker, word_vector
from tests.support.makers import OLDER, SNAPSHOT, make_abstention, make_answer, make_info, make_report, make_status

__all__ = ["FakeLibrary"]

T = TypeVar("T")


def now() -> datetime:
    """The present time."""
    return datetime.now(UTC)


class FakeEngine:
    """An engine for the fake library."""

    def __init__(self, library: FakeLibrary) -> None:
        self._library = library

    def ask(self, question: str, before: Sequence[str] = (), writing: WritingRequest | None = None) -> Answer:
        return self._library.ask(question, before, writing) if writing else self._library.ask(question, before)

    def nearest(self, question: str, count: int) -> Answer:
        return self._library.nearest(question, count)

    def vectors(self, questions: Sequence[str]) -> list[Vectors]:
        return [word_vector(question.split()[0]) for question in questions]

    def live_id(self) -> str:
        return SNAPSHOT

    def documents(self, snapshot: str) -> dict[str, Document]:
        return self._library.documents

    def entries(self, snapshot: str) -> Sequence[DocumentEntry]:
        return [entry_of(document, (), 0) for document in self._library.documents.values()]

    def suggestions(self) -> Sequence[str]:
        return self._library.known

    def change(self, document: Document) -> SourceChange:
        return self._library.on_disk

    def original(self, document: Document) -> bytes | None:
        return document.text.encode()


class FakeLibrary(Library):
    """A library whose replies are its attributes.

    An attribute that holds an exception is raised. `answers` maps a question to its reply; any other question
    gets `answer`. "And ...?" is read as the last question before it and itself. `seconds` is how long a question, a
    load or a reindex blocks its thread. While `gate` is cleared, questions and loads wait; while `reindex_gate` is,
    reindexes do. `asked`, `loads` and `reindexes` record what came in, `followed` the questions before each question,
    `writings` how each is to be written, `watchers` who wants to hear of changed files, `reported_to` for whom
    reindexes were reported (server, everywhere), `most_at_once` how many questions were in threads at the same time. A
    reindex that waits at its gate can be cancelled.

    `kept` are the snapshots, newest first, `changes` what differs between any two, `run` how far a reindex is.
    `previews`, `published`, `discarded`, `rolled_back` and `compared` record what came in, `follows` how often it was
    looked for another's switch; `follow_error`, `publish_error` and `rollback_error` are raised.

    Its journal, its sources, of the folder "seeds", and its services are real; `clock` is the journal's. Questions
    that begin with the same word mean the same to it. `further` are the passages near any question, `documents` those
    of every snapshot, `known` the questions that the sources answer, `on_disk` how any file changed since.

    It has no language model, unless `writes` is set; `generation` is what is known of it, `summaries` are the sources
    and moments that were summed up.
    """

    writes = False
    reads_pictures = False
    generation: GenerationStatus | None = None

    def __init__(self, *, folder: Path | None = None, clock: Callable[[], datetime] = now) -> None:
        """The journal is in `folder`, or in one that goes with the library."""
        if folder is None:
            folder = Path(tempfile.mkdtemp())
            weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        self.further: tuple[Citation, ...] = ()
        self.documents: dict[str, Document] = {}
        self.known: tuple[str, ...] = ()
        self.on_disk = SourceChange.NONE
        engine = FakeEngine(self)
        self.journal = journal = Journal(folder / "journal.sqlite3", clock=clock)
        self.conversation = ConversationService(engine=engine, journal=journal)
        self.viewer = SourceViewer(engine=engine, journal=journal, files=engine)
        self.gaps = GapReview(engine=engine, journal=journal, checker=CredulousChecker)
        self.suggestions = QuestionCompleter(engine=engine, journal=journal)
        self.sources = UploadedSources(folder / "seeds", max_bytes=1_000_000)
        self.answer: Answer | Exception = make_answer()
        self.answers: dict[str, Answer | Exception] = {}
        self.report: ReindexReport | Exception = make_report()
        self._reindexer = FakeReindexer(self)
        self._replication = LOCAL_ONLY
        self.current: Status | Exception = make_status()
        self.load_error: Exception | None = None
        self.seconds = 0.0
        self.steps: tuple[tuple[str, int, int], ...] = (("Embedding passages", 10, 21), ("Embedding passages", 21, 21))
        self.gate = threading.Event()
        self.gate.set()
        self.reindex_gate = threading.Event()
        self.reindex_gate.set()
        self.asked: list[str] = []
        self.followed: list[tuple[str, ...]] = []
        self.writings: list[WritingRequest | None] = []
        self.summaries: list[tuple[str, str]] = []
        self.threads: set[int] = set()
        self.loads = 0
        self.reindexes = 0
        self.watchers: list[Callable[[], None]] = []
        self.reported_to: list[tuple[int | None, bool]] = []
        self.most_at_once = 0
        self.kept: tuple[SnapshotInfo, ...] = (make_info(SNAPSHOT, passages=21, live=True), make_info())
        self.changes: Diff | Exception = Diff(SNAPSHOT, OLDER)
        self.run: ReindexStatus | None = None
        self.previews = 0
        self.published: list[str] = []
        self.discarded: list[str] = []
        self.rolled_back: list[str] = []
        self.compared: list[tuple[str, str]] = []
        self.follows = 0
        self.follow_error: Exception | None = None
        self.publish_error: Exception | None = None
        self.rollback_error: Exception | None = None
        self._counting = threading.Lock()
        self._now = 0

    def load(self, progress: Progress | None = None) -> None:
        self.loads += 1
        self.work(self.gate)
        if self.load_error is not None:
            raise self.load_error

    def ask(self, question: str, before: Sequence[str] = (), writing: WritingRequest | None = None) -> Answer:
        with self._counting:
            self.asked.append(question)
            self.writings.append(writing)
            self.followed.append(tuple(before))
            self._now += 1
            self.most_at_once = max(self.most_at_once, self._now)
        self.work(self.gate)
        with self._counting:
            self._now -= 1
        answer = self.given(self.answers.get(question, self.answer))
        is_follow_up = before and question.startswith("And ")
        return replace(
            answer, question=question, read_as=f"{before[-1]} {question}" if is_follow_up else answer.read_as
        )

    def summarise(self, source: str = "", since: str = "", writing: WritingRequest | None = None) -> Answer:
        self.summaries.append((source, since))
        self.writings.append(writing)
        return self.given(self.answer)

    def source_names(self) -> tuple[str, ...]:
        return tuple(sorted(source.source for source in self.status().sources))

    def generation_status(self, *, user: int | None = None, guild: int | None = None) -> GenerationStatus | None:
        return self.generation

    def nearest(self, question: str, count: int) -> Answer:
        return make_abstention(*self.further[:count], question=question)

    def snapshots(self) -> tuple[SnapshotInfo, ...]:
        return self.kept

    def diff(self, before: str, after: str) -> Diff:
        self.compared.append((before, after))
        return self.given(self.changes)

    def follow(self) -> bool:
        self.follows += 1
        if self.follow_error is not None:
            raise self.follow_error
        return False

    def watch(self, changed: Callable[[], None]) -> Callable[[], None]:
        self.watchers.append(changed)
        return lambda: self.watchers.remove(changed)

    def status(self) -> Status:
        self.threads.add(threading.get_ident())
        return self.given(self.current)

    def work(self, gate: threading.Event) -> None:
        """Block this thread as long as the gate and `seconds` say; AssertionError if the gate is never opened."""
        self.threads.add(threading.get_ident())
        assert gate.wait(GATE_SECONDS), "the test did not open the gate"
        time.sleep(self.seconds)

    @staticmethod
    def given(reply: T | Exception) -> T:
        """The reply, or its exception raised."""
        if isinstance(reply, Exception):
            raise reply
        return reply
