"""What the bot counts and times, for Prometheus: no text, no user, no server, and each label from a short list."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import TYPE_CHECKING

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)

from bot.services.errors import Refused, cause_of
from index import LibraryError
from index.domain.errors import ReindexCancelled
from index.domain.generation import GenerationFault
from index.domain.stages import AnswerStage

if TYPE_CHECKING:
    from index import Answer

__all__ = ["GatewayEvent", "Metrics", "Outcome", "Place", "Stage", "error_kind"]

SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
REINDEX_SECONDS = (1, 5, 15, 60, 300, 900, 3_600)
CONFIDENCES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


class Place(StrEnum):
    """Where a question is asked: by a command or a button, or by a message somewhere, or on the web page."""

    SLASH = "slash"
    MENTION = "mention"
    THREAD = "thread"
    DM = "dm"
    WEB = "web"


class Outcome(StrEnum):
    """What becomes of a question; a refused one came too early, too late or to the wrong place."""

    ANSWERED = "answered"
    ABSTAINED = "abstained"
    REFUSED = "refused"
    ERROR = "error"


class Stage(StrEnum):
    """A part of the time that a question takes; those within the library name themselves."""

    QUEUE = "queue"
    ANSWER = "answer"
    """Of an answer that a language model writes, until it is asked."""
    WRITE = "write"
    SEND = "send"


class GatewayEvent(StrEnum):
    """What becomes of a connection to Discord's gateway."""

    LOST = "lost"
    NEW = "new"
    RESUMED = "resumed"


class Metrics:
    """Counts and times; safe in every thread."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # they would double the text
        self._registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        self._questions = Counter(
            "footnote_questions", "Questions by place and outcome.", ["place", "outcome"], registry=registry
        )
        self._confidence = Histogram(
            "footnote_answer_confidence",
            "Probability that the sources answer the question, of every answer and abstention.",
            buckets=CONFIDENCES,
            registry=registry,
        )
        self._stages = Histogram(
            "footnote_stage_seconds",
            "Seconds of a question by stage.",
            ["stage"],
            buckets=SECONDS,
            registry=registry,
        )
        self._waiting = Gauge("footnote_questions_waiting", "Questions that wait for their turn.", registry=registry)
        self._votes = Counter("footnote_votes", "Votes on answers.", ["vote"], registry=registry)
        self._reindexes = Counter(
            "footnote_reindexes", "Reindexes and previews by outcome.", ["outcome"], registry=registry
        )
        self._reindex_seconds = Histogram(
            "footnote_reindex_seconds",
            "Seconds of reindexes and previews.",
            buckets=REINDEX_SECONDS,
            registry=registry,
        )
        self._errors = Counter("footnote_errors", "Errors by kind.", ["kind"], registry=registry)
        self._written = Counter(
            "footnote_language_model_answers",
            "Answers that a language model was to write: written, or why not.",
            ["outcome"],
            registry=registry,
        )
        self._paused = Gauge(
            "footnote_language_model_paused",
            "1 while the language model is not asked because it failed too often.",
            registry=registry,
        )
        self._ready = Gauge("footnote_ready", "1 if questions on Discord can be answered.", registry=registry)
        self._shards = Gauge("footnote_shards", "Shards that this process runs.", registry=registry)
        self._leader = Gauge(
            "footnote_leader", "1 if this process syncs the commands and runs the schedules.", registry=registry
        )
        self._latency = Gauge(
            "footnote_gateway_latency_seconds",
            "Seconds from a heartbeat of Discord's gateway to its reply; NaN while not connected.",
            registry=registry,
        )
        self._gateway = Counter(
            "footnote_gateway_events",
            "Connections to Discord's gateway: lost, new, or an old session resumed.",
            ["event"],
            registry=registry,
        )
        self._expect_labels()

    def _expect_labels(self) -> None:
        """Begin with zeros, so that the first of a kind is an increase."""
        for place in Place:
            for outcome in Outcome:
                self._questions.labels(place, outcome)
        for stage in (*Stage, AnswerStage.RETRIEVE, AnswerStage.READ):
            self._stages.labels(stage)
        for vote in ("helpful", "unhelpful"):
            self._votes.labels(vote)
        for result in ("done", "failed", "cancelled"):
            self._reindexes.labels(result)
        for event in GatewayEvent:
            self._gateway.labels(event)
        for kind in ("defect", "discord", "unsent", "NoIndex", "JournalUnavailable"):
            self._errors.labels(kind)
        for fault in ("written", *GenerationFault):
            self._written.labels(fault)

    def text(self) -> bytes:
        """Return all values in Prometheus' text format."""
        return generate_latest(self._registry)

    def count_refusal(self, place: Place) -> None:
        self._questions.labels(place, Outcome.REFUSED).inc()

    def count_answer(self, place: Place, answer: Answer) -> None:
        """Count an answer or an abstention, and what a language model did for it."""
        self._questions.labels(place, Outcome.ABSTAINED if answer.abstained else Outcome.ANSWERED).inc()
        self._confidence.observe(answer.confidence)
        if answer.fault or answer.sentences:
            self._written.labels(answer.fault if answer.fault in list(GenerationFault) else "written").inc()

    @contextlib.contextmanager
    def question(self, place: Place) -> Iterator[None]:
        """Count the question that the `with` block answers, if it raises: as refused or as an error."""
        try:
            yield
        except Refused:
            self.count_refusal(place)
            raise
        except Exception:  # counted, and raised on
            self._questions.labels(place, Outcome.ERROR).inc()
            raise

    @contextlib.contextmanager
    def timed(self, stage: Stage) -> Iterator[None]:
        """Time a stage that ends without an error."""
        began = time.monotonic()
        yield
        self.observe(stage, time.monotonic() - began)

    def observe(self, stage: str, seconds: float) -> None:
        """Take the time of a stage."""
        self._stages.labels(stage).observe(seconds)

    @contextlib.contextmanager
    def waiting(self) -> Iterator[Callable[[], None]]:
        """Count a question as waiting until what this yields is called, or the block ends."""
        began, over = time.monotonic(), False

        def stop() -> None:
            nonlocal over
            if not over:
                over = True
                self._waiting.dec()
                self.observe(Stage.QUEUE, time.monotonic() - began)

        self._waiting.inc()
        try:
            yield stop
        finally:
            stop()

    def count_vote(self, *, helpful: bool) -> None:
        self._votes.labels("helpful" if helpful else "unhelpful").inc()

    @contextlib.contextmanager
    def reindex(self) -> Iterator[None]:
        """Count and time the reindex or preview of the `with` block."""
        began, outcome = time.monotonic(), "failed"
        try:
            yield
            outcome = "done"
        except ReindexCancelled:
            outcome = "cancelled"
            raise
        finally:
            self._reindexes.labels(outcome).inc()
            self._reindex_seconds.observe(time.monotonic() - began)

    def count_error(self, error: BaseException) -> None:
        """Count an error that a user or a moderator is told of, or that is only logged; a refusal is none."""
        if not isinstance(error, Refused):
            self._errors.labels(error_kind(error)).inc()

    def count_unsent(self) -> None:
        """Count a reply that Discord did not take."""
        self._errors.labels("unsent").inc()

    def count_gateway(self, event: GatewayEvent) -> None:
        self._gateway.labels(event).inc()

    def watch_process(self, *, shards: Callable[[], int], leads: Callable[[], bool]) -> None:
        """Say where the values about this process among the bot's come from."""
        self._shards.set_function(shards)
        self._leader.set_function(leads)

    def watch(self, *, latency: Callable[[], float], ready: Callable[[], bool], paused: Callable[[], bool]) -> None:
        """Say where the values of the moment come from; each is asked whenever the metrics are read."""
        self._latency.set_function(latency)
        self._ready.set_function(ready)
        self._paused.set_function(paused)


def error_kind(error: BaseException) -> str:
    """Return an error's kind: the class of an error of the library, `discord`, or `defect` for what is unexpected."""
    cause = cause_of(error)
    if isinstance(cause, LibraryError):
        return type(cause).__name__
    return "discord" if type(cause).__module__.startswith(("discord", "aiohttp")) else "defect"
