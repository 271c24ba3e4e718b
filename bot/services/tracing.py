"""Traces of questions and their stages by OpenTelemetry: how long each took and how it ended, never what it said."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from bot.request_ids import current_request
from bot.settings import TracesExporter

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

    from index import Answer

__all__ = ["Tracing", "open_tracing"]

log = logging.getLogger(__name__)

CLOSE_SECONDS = 5.0
"""How long the end of the bot waits for a collector to take the last spans."""

DEFAULT_ENDPOINT = "http://localhost:4318"
NOT_INSTALLED = (
    "There are no traces, although OTEL_EXPORTER_OTLP_ENDPOINT or OTEL_TRACES_EXPORTER asks for them: this install "
    "leaves OpenTelemetry out. `pip install 'footnote[otel]'` adds it."
)
UNUSABLE = "There are no traces: OpenTelemetry does not take what its variables OTEL_... say (%s)"


class Tracing:
    """Makes a span of each question and of its stages; without a provider, nothing. Thread-safe.

    A stage belongs to the question of its task, or of the thread that the task called.
    """

    def __init__(self, provider: TracerProvider | None = None) -> None:
        self._provider = provider
        self._tracer = provider.get_tracer("footnote") if provider else None

    @contextlib.contextmanager
    def question(self, asked_by: str) -> Iterator[None]:
        """Make a span of the `with` block, which answers a question asked by `interaction`, `message` or `page`."""
        if self._tracer is None:
            yield
            return
        from opentelemetry.trace import SpanKind

        with self._tracer.start_as_current_span(
            "question",
            kind=SpanKind.SERVER,
            attributes={"footnote.asked_by": asked_by, "footnote.request": current_request()},
            record_exception=False,  # its message and its stack may quote the question
            set_status_on_exception=False,
        ):
            try:
                yield
            except Exception as error:  # noted, and raised on
                self.fail(error)
                raise

    @contextlib.contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Make a span of the `with` block, a stage of the question that is being answered."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self.observe(name, time.perf_counter() - started)

    def observe(self, stage: str, seconds: float) -> None:
        """Make a span of a stage that took this long and has just ended; none outside of a question."""
        if self._tracer is None:
            return
        from opentelemetry.trace import get_current_span

        if get_current_span().is_recording():
            ended = time.time_ns()
            self._tracer.start_span(str(stage), start_time=ended - int(seconds * 1e9)).end(ended)

    def answered(self, answer: Answer) -> None:
        """Note how a question was answered."""
        if self._tracer is None:
            return
        from opentelemetry.trace import get_current_span

        get_current_span().set_attributes(
            {
                "footnote.abstained": answer.abstained,
                "footnote.confidence": answer.confidence,
                "footnote.generator": answer.generator,
                "footnote.fault": str(answer.fault),
            }
        )

    def fail(self, error: BaseException) -> None:
        """Note the class of what ended a question: a refusal, or a failure."""
        if self._tracer is None:
            return
        from opentelemetry.trace import StatusCode, get_current_span

        from bot.services.errors import Refused, cause_of

        cause, span = cause_of(error), get_current_span()
        if isinstance(cause, Refused):
            span.set_attribute("footnote.refused", True)
        else:
            span.set_attribute("error.type", type(cause).__name__)
            span.set_status(StatusCode.ERROR)

    def close(self) -> None:
        """Send what is left, unless the collector does not take it in time."""
        if self._provider:
            sending = threading.Thread(target=self._provider.shutdown, name="last spans", daemon=True)
            sending.start()
            sending.join(CLOSE_SECONDS)


def open_tracing(endpoint: str = "", exporter: TracesExporter | None = None) -> Tracing:
    """Return what traces questions by OTLP over HTTP, if an endpoint or the exporter asks for it.

    Never fails: without OpenTelemetry, or where it does not take its variables, a warning says so.
    """
    if exporter is TracesExporter.NONE or not (endpoint or exporter):
        return Tracing()
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import OTELResourceDetector, Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        log.warning(NOT_INSTALLED)
        return Tracing()
    # Below, it logs each of its tries while a collector is away.
    logging.getLogger("opentelemetry.exporter").setLevel(logging.ERROR)
    try:
        ours = Resource.create({"service.name": "footnote", "service.version": _version()})
        # Last, so that OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES win.
        provider = TracerProvider(resource=ours.merge(OTELResourceDetector().detect()), shutdown_on_exit=False)
        sender = OTLPSpanExporter(endpoint=f"{(endpoint or DEFAULT_ENDPOINT).rstrip('/')}/v1/traces")
        provider.add_span_processor(BatchSpanProcessor(sender))
    except (ValueError, OSError) as error:  # such as a certificate that is not there
        log.warning(UNUSABLE, type(error).__name__)
        return Tracing()
    return Tracing(provider)


def _version() -> str:
    try:
        return version("footnote")
    except PackageNotFoundError:
        return ""
