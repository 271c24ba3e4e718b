"""The query engine: the model together with the live snapshot."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from index.answering.timing import timed
from index.domain.answers import Answer
from index.domain.documents import Document, DocumentEntry
from index.domain.errors import Damaged, IndexMismatch, LibraryError, NoIndex
from index.domain.generation import WritingRequest
from index.domain.messages import Message
from index.domain.stages import AnswerStage, Stage
from index.retrieval.texts import DocumentsBySource
from index.text.normalize import replace_surrogates

if TYPE_CHECKING:
    from index.answering.answerer import Answerer
    from index.domain.ports import Embedder, Progress, StageObserver, Vectors
    from index.generation.writer import Writer
    from index.retrieval.search_index import SearchIndex
    from index.retrieval.texts import IndexTexts
    from index.snapshots.loader import SnapshotLoader
    from index.snapshots.serving import LiveIndex
    from index.snapshots.store import SnapshotStore

__all__ = ["QueryEngine"]

log = logging.getLogger(__name__)


class QueryEngine:
    """Answers questions from the live snapshot. Thread-safe.

    `embedder` loads the model and is called once, when it is first needed; `answerer` and `loader` make, for the
    loaded model, what answers from a snapshot and what loads one. `writer` makes what writes answers by a language
    model, at the first question that asks for it; without it every answer quotes. `observe` is told how long it takes.
    """

    def __init__(
        self,
        *,
        snapshots: SnapshotStore,
        live: LiveIndex,
        embedder: Callable[[], Embedder],
        answerer: Callable[[Embedder], Answerer],
        loader: Callable[[Embedder], SnapshotLoader],
        writer: Callable[[Answerer], Writer] | None = None,
        observe: StageObserver | None = None,
    ) -> None:
        self._snapshots = snapshots
        self._live = live
        self._load_embedder = embedder
        self._make_answerer = answerer
        self._make_loader = loader
        self._make_writer = writer
        self._observe = observe
        self._loading = threading.Lock()
        self._making_writer = threading.Lock()
        self._writer: Writer | None = None
        self._embedder: Embedder | None = None
        self._answerer: Answerer | None = None

    def load(self, progress: Progress | None = None) -> None:
        """Load the model and the live snapshot, or the newest good one if that is damaged.

        Returns at once if both are loaded. Raises NoIndex, before the model is loaded, and IndexMismatch.
        """
        if self._live.loaded is None:
            try:
                self._live.manifest()  # a missing index is reported before the model takes its seconds
            except Damaged as error:
                log.warning("The live snapshot can't serve: %s", error.log_message)
        embedder = self.load_model(progress)
        if self._live.loaded is None:
            if progress:
                progress(Stage.LOADING_INDEX, 0, 0)
            self._live.load(self.loader(embedder))

    def load_model(self, progress: Progress | None = None) -> Embedder:
        """Return the model, loaded at the first call, together with what answers by it."""
        with self._loading:
            if self._embedder is None:
                if progress:
                    progress(Stage.LOADING_MODEL, 0, 0)
                embedder = self._load_embedder()
                self._answerer = self._make_answerer(embedder)
                self._embedder = embedder  # last: a thread that sees the model sees the answerer too
            return self._embedder

    def follow(self) -> bool:
        """Take up a snapshot that another process made live; return whether another serves now.

        Never fails. Takes as long as loading a snapshot does if there is a new one; questions are answered meanwhile.
        """
        if not self._live.has_changed():
            return False
        try:
            return self._live.follow(self.loader(self.load_model()))
        except Exception as error:  # the next question raises it
            reason = error.log_message if isinstance(error, LibraryError) else type(error).__name__
            log.warning("No snapshot can be loaded: %s", reason)
            return False

    def ask(self, question: str, before: Sequence[str] = (), writing: WritingRequest | None = None) -> Answer:
        """Return the answer from exactly one snapshot; load what is not loaded yet.

        `before` are the questions that it follows, oldest first. A lone surrogate, which no tokenizer reads, becomes a
        question mark. With `writing` a language model writes the answer, if one is configured; whatever fails leaves
        the answer that quotes.
        """
        search_index, answerer = self._open()
        try:
            return self._answer(search_index, answerer, question, before, writing)
        except Damaged as error:
            if not self._live.replace_damaged(search_index.id, error, self.loader(self.load_model())):
                raise
            return self._answer(*self._open(), question, before, writing)

    def summarise(self, source: str = "", since: str = "", writing: WritingRequest | None = None) -> Answer:
        """Return a summary of all sources or one, or what is new there, from exactly one snapshot.

        Raises
        ------
        NoSuchSource, NoSuchMoment
            The message names the sources or snapshots that there are.
        """
        search_index, answerer = self._open()
        started = time.perf_counter()
        summary = answerer.summarise(search_index, source=replace_surrogates(source), since=replace_surrogates(since))
        answer = summary.answer
        if writing and (writer := self._open_writer(answerer)):
            with timed(AnswerStage.WRITE, self._observe):
                answer = summary.with_removed(writer.summarise(search_index, summary, writing))
        return replace(answer, latency_ms=round((time.perf_counter() - started) * 1_000, 2))

    def nearest(self, question: str, count: int) -> Answer:
        """Return an abstention with the `count` passages of one snapshot that are nearest to a question."""
        search_index, answerer = self._open()
        return answerer.nearest(search_index, replace_surrogates(question), count)

    def vectors(self, questions: Sequence[str]) -> list[Vectors]:
        """Return the unit vectors of questions, each of shape (dimension,)."""
        embedder = self.load_model()
        return [embedder.question(replace_surrogates(question)) for question in questions]

    def live_id(self) -> str:
        """Return the live snapshot's id, also before it is loaded; empty if there is none."""
        if (search_index := self._live.search_index) is not None:
            return search_index.id
        try:
            return self._snapshots.live().snapshot.id
        except (NoIndex, IndexMismatch):
            return ""

    def documents(self, snapshot: str) -> Mapping[str, Document] | None:
        """Return the documents of a kept snapshot by source; None if it is gone."""
        texts = self._texts(snapshot)
        return None if texts is None else DocumentsBySource(texts)

    def entries(self, snapshot: str) -> Sequence[DocumentEntry]:
        """Return what is known of the documents of a kept snapshot without reading them; none if it is gone."""
        texts = self._texts(snapshot)
        return () if texts is None else texts.entries

    def suggestions(self) -> Sequence[str]:
        """Return questions that the live snapshot answers; none before it is loaded."""
        search_index = self._live.search_index
        return search_index.suggestions if search_index else ()

    def loader(self, embedder: Embedder) -> SnapshotLoader:
        """Return what loads snapshots for the loaded model."""
        return self._make_loader(embedder)

    @property
    def answerer(self) -> Answerer:
        """What answers by the loaded model. Raises LibraryError before `load_model`."""
        if self._answerer is None:
            raise LibraryError(Message("The model is not loaded: try again."))
        return self._answerer

    def _answer(
        self,
        search_index: SearchIndex,
        answerer: Answerer,
        question: str,
        before: Sequence[str],
        writing: WritingRequest | None,
    ) -> Answer:
        started = time.perf_counter()
        question, before = replace_surrogates(question), [replace_surrogates(earlier) for earlier in before]
        read_answer = answerer.read_and_answer(search_index, question, before)
        answer = read_answer.answer
        if writing and (writer := self._open_writer(answerer)):
            with timed(AnswerStage.WRITE, self._observe):
                if read_answer.summary:
                    summary = read_answer.summary
                    answer = summary.with_removed(writer.summarise(search_index, summary, writing))
                else:
                    answer = writer.write(search_index, read_answer, before, writing)
        return replace(answer, latency_ms=round((time.perf_counter() - started) * 1_000, 2))

    def _texts(self, snapshot: str) -> IndexTexts | None:
        search_index = self._live.search_index
        if search_index is not None and search_index.id == snapshot:
            return search_index.texts
        return self._snapshots.texts(snapshot) if snapshot else None

    def _open_writer(self, answerer: Answerer) -> Writer | None:
        """Return what writes answers, made at the first call; None if no language model is configured."""
        with self._making_writer:
            if self._writer is None and self._make_writer:
                self._writer = self._make_writer(answerer)
            return self._writer

    def _open(self) -> tuple[SearchIndex, Answerer]:
        """Return the live snapshot and what answers from it, loaded if they are not."""
        search_index, answerer = self._live.search_index, self._answerer
        if search_index is None or answerer is None:
            self.load()
            search_index, answerer = self._live.search_index, self._answerer
        elif self._live.should_follow():
            threading.Thread(target=self.follow, name="follow", daemon=True).start()
        if search_index is None or answerer is None:
            raise LibraryError(Message("The index is not loaded: ask again."))
        return search_index, answerer
