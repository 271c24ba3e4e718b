"""A language model's server on loopback that does what a test's script says: OpenAI's wire format over real HTTP.

    with llm_server(text("Yes."), http_error(429, retry_after="1")) as server:
        ...  # LLM_BASE_URL=server.url, LLM_MODEL=server.model

Each chat request takes the next reply; when they are used up, `server.otherwise` answers. See `llm_replies`.
"""

from __future__ import annotations

import json
import select
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.support.llm_replies import ChatRequest, Reply, Script, http_error, text

__all__ = ["LlmServer", "llm_server"]

MODEL = "scripted-model"
ALL_FORMATS = frozenset({"json_schema", "json_object"})


@dataclass
class LlmServer:
    """A running server; `scripts`, `otherwise` and the rest may be changed while it runs.

    Attributes
    ----------
    key : str
        The only key that is let in; empty: any, or none.
    formats : set of str
        Types of `response_format` that are understood; others are answered by 400.
    models : list of dict
        What /v1/models lists; None: it answers 404.
    asked : list of ChatRequest
        The chat requests so far, those that were refused too.
    hung_up : int
        How many clients went before the end of a reply.
    """

    scripts: list[Script] = field(default_factory=list)
    otherwise: Script = field(default_factory=lambda: text("Nothing more."))
    key: str = ""
    formats: frozenset[str] = ALL_FORMATS
    models: list[dict[str, Any]] | None = field(default_factory=lambda: [{"id": MODEL, "object": "model"}])
    asked: list[ChatRequest] = field(default_factory=list)
    hung_up: int = 0
    most_at_once: int = 0
    url: str = ""
    model: str = MODEL
    _open: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _closing: threading.Event = field(default_factory=threading.Event)

    def next_reply(self, request: ChatRequest) -> Reply:
        """Return what a request gets that was let in."""
        wanted = (request.body.get("response_format") or {}).get("type")
        if wanted and wanted not in self.formats:
            return http_error(400, f"response_format.type {wanted!r} is not supported")
        with self._lock:
            script = self.scripts.pop(0) if self.scripts else self.otherwise
        return script if isinstance(script, Reply) else script(request)

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Count a request that is being answered."""
        with self._lock:
            self._open += 1
            self.most_at_once = max(self.most_at_once, self._open)
        try:
            yield
        except OSError:
            self.hung_up += not self._closing.is_set()
        finally:
            with self._lock:
                self._open -= 1

    def pause(self, seconds: float | None, connection: socket.socket) -> None:
        """Wait, at most until the client hangs up (ConnectionError) or the server is closed."""
        waited = 0.0
        while not self._closing.is_set() and (seconds is None or waited < seconds):
            step = 0.02 if seconds is None else min(0.02, seconds - waited)
            waited += step
            if select.select([connection], [], [], step)[0] and not connection.recv(1, socket.MSG_PEEK):
                raise ConnectionError
        if self._closing.is_set():
            raise ConnectionError


@contextmanager
def llm_server(*scripts: Script, **attributes: Any) -> Iterator[LlmServer]:
    """A server that replies by these scripts, one a request; `attributes` are those of `LlmServer`."""
    state = LlmServer(list(scripts), **attributes)
    handler = type("Handler", (_Handler,), {"state": state})
    server = _Server(("127.0.0.1", 0), handler)
    state.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        state._closing.set()
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, request: Any, address: Any) -> None:
        """Say nothing: a client may hang up."""


class _Handler(BaseHTTPRequestHandler):
    state: LlmServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if not self._may_enter():
            return
        if self.path.rstrip("/") == "/v1/models" and self.state.models is not None:
            self._send_json(200, {"object": "list", "data": self.state.models})
        else:
            self._send_json(404, {"error": {"message": "not found"}})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))))
        headers = {name.lower(): value for name, value in self.headers.items()}
        has_key = headers.pop("authorization", None) is not None
        request = ChatRequest(body, headers, has_key)
        self.state.asked.append(request)
        if not self._may_enter():
            return
        if self.path != "/v1/chat/completions":
            self._send_json(404, {"error": {"message": "not found"}})
            return
        with self.state.answering():
            self._reply(self.state.next_reply(request), body)

    def _may_enter(self) -> bool:
        if not self.state.key or self.headers.get("Authorization") == f"Bearer {self.state.key}":
            return True
        self._send_json(401, {"error": {"message": "Incorrect API key provided.", "code": "invalid_api_key"}})
        return False

    def _reply(self, reply: Reply, body: Mapping[str, Any]) -> None:
        if reply.wait:
            self.state.pause(reply.wait, self.connection)
        if reply.body is not None:
            self._send(reply.status, reply.body, {"Content-Type": "application/json", **reply.headers})
        elif body.get("stream"):
            self._stream(reply, bool((body.get("stream_options") or {}).get("include_usage")))
        else:
            self._answer_whole(reply)

    def _stream(self, reply: Reply, with_usage: bool) -> None:
        if reply.ending == "hang" and not reply.pieces:
            self.state.pause(None, self.connection)
        self.send_response(reply.status)
        for name, value in {"Content-Type": "text/event-stream", **reply.headers}.items():
            self.send_header(name, value)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        count = 0
        self._event({"choices": [_choice({"role": "assistant", "content": ""})]})
        if reply.refusal:
            self._event({"choices": [_choice({"refusal": reply.refusal})]})
        for piece in reply.pieces:
            if isinstance(piece, str):
                self._event({"choices": [_choice({"content": piece})]})
                count += 1
            else:
                self.state.pause(piece, self.connection)
        if reply.ending == "hang":
            self.state.pause(None, self.connection)
        if reply.ending == "cut":
            self._cut()
            return
        self._event({"choices": [_choice({}, reply.ending)]})
        if with_usage and reply.usage:
            self._event({"choices": [], "usage": _usage(count)})
        self._chunk(b"data: [DONE]\n\n")
        self.wfile.write(b"0\r\n\r\n")

    def _answer_whole(self, reply: Reply) -> None:
        pieces = []
        for piece in reply.pieces:
            if isinstance(piece, str):
                pieces.append(piece)
            else:
                self.state.pause(piece, self.connection)
        if reply.ending == "hang":
            self.state.pause(None, self.connection)
        if reply.ending == "cut":
            self._cut()
            return
        message = {"role": "assistant", "content": None if reply.refusal else "".join(pieces), "refusal": reply.refusal}
        choice = {"index": 0, "message": message, "finish_reason": reply.ending}
        whole = {**_ENVELOPE, "object": "chat.completion", "choices": [choice], "usage": _usage(len(pieces))}
        self._send_json(reply.status, whole, reply.headers)

    def _cut(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def _event(self, fields: Mapping[str, Any]) -> None:
        event = {**_ENVELOPE, "object": "chat.completion.chunk", **fields}
        self._chunk(b"data: " + json.dumps(event).encode() + b"\n\n")

    def _chunk(self, data: bytes) -> None:
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")

    def _send_json(self, status: int, value: Any, headers: Mapping[str, str] | None = None) -> None:
        self._send(status, json.dumps(value).encode(), {"Content-Type": "application/json", **(headers or {})})

    def _send(self, status: int, data: bytes, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002  # the standard library's name
        """Log nothing."""


_ENVELOPE = {"id": "chatcmpl-1", "created": 0, "model": MODEL}


def _choice(delta: Mapping[str, Any], ending: str | None = None) -> dict[str, Any]:
    return {"index": 0, "delta": delta, "finish_reason": ending}


def _usage(output: int) -> dict[str, int]:
    return {"prompt_tokens": 100, "completion_tokens": output, "total_tokens": 100 + output}
