"""A collector of traces on this machine: takes what is sent to it by OTLP over HTTP."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.trace.v1.trace_pb2 import Span

__all__ = ["Collector", "attributes_of", "collecting"]

WITHIN_S = 20.0
PATH = "/v1/traces"


def attributes_of(span: Span) -> dict[str, object]:
    """Return a span's attributes by name."""
    return {each.key: getattr(each.value, each.value.WhichOneof("value")) for each in span.attributes}


class Collector:
    """The spans that came, the attributes of what sent them, and all that came as bytes."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.spans: list[Span] = []
        self.resource: dict[str, object] = {}
        self.received = b""
        self._came: queue.Queue[bytes] = queue.Queue()

    def take(self, body: bytes) -> None:
        self._came.put(body)

    def question(self) -> tuple[Span, dict[str, Span]]:
        """Wait for the span of a question; return it with its stages by name."""
        while not (found := [span for span in self.spans if span.name == "question"]):
            self._read(self._came.get(timeout=WITHIN_S))
        root = found[-1]
        return root, {span.name: span for span in self.spans if span.parent_span_id == root.span_id}

    def _read(self, body: bytes) -> None:
        self.received += body
        for sent in ExportTraceServiceRequest.FromString(body).resource_spans:
            self.resource = {each.key: each.value.string_value for each in sent.resource.attributes}
            self.spans += [span for scope in sent.scope_spans for span in scope.spans]


@contextmanager
def collecting() -> Iterator[Collector]:
    """A collector that listens; it is gone afterwards."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            accepted = self.path == PATH and self.headers["Content-Type"] == "application/x-protobuf"
            self.send_response(200 if accepted else 404)
            self.send_header("Content-Type", "application/x-protobuf")
            answer = ExportTraceServiceResponse().SerializeToString()
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)
            if accepted:
                collector.take(body)

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    collector = Collector(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield collector
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
