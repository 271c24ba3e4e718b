"""A server of embeddings on loopback: OpenAI's wire format over real HTTP, by the bundled model or as a script says."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np

from index.domain.ports import Vectors
from tests.support.index_fakes import WordEmbedder

__all__ = ["EmbeddingServer", "bundled_model", "embedding_server", "error", "word_model"]

Model = Callable[[Sequence[str]], Vectors]
Rows = list[dict[str, Any]]
Script = Callable[[Rows], tuple[int, dict[str, str], bytes]]
"""What a request gets instead of the rows that it would get: a status, headers and a body."""


@dataclass
class EmbeddingServer:
    """A running server; `scripts` are used up one a request, then `model` answers. `asked` are the texts of each."""

    model: Model
    scripts: list[Script] = field(default_factory=list)
    names: list[str] | None = field(default_factory=lambda: ["words"])
    key: str = ""
    url: str = ""
    asked: list[list[str]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)


def word_model(texts: Sequence[str]) -> Vectors:
    """The fake model's vectors, three times as long as they should be."""
    model = WordEmbedder()
    return np.stack([3 * model.question(text) for text in texts])


@cache
def bundled_model() -> Model:
    """The bundled model as Text Embeddings Inference serves it: the mean of all tokens, special ones included."""
    from index.embedding.onnx_embedder import MAX_TOKENS, OnnxEmbedder

    embedder = OnnxEmbedder()

    def embed(texts: Sequence[str]) -> Vectors:
        rows = []
        for text in texts:
            ids = embedder._tokenizer.encode(text).ids[:MAX_TOKENS]
            tokens = embedder._session.run(["tokens"], {"ids": np.asarray([ids], np.int64)})[0][0]
            rows.append(tokens.mean(axis=0))
        return np.stack(rows)

    return embed


def error(status: int, **headers: str) -> Script:
    """A status with headers, whose underscores are hyphens."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda rows: (status, named, b'{"error": {"message": "a secret text of the source"}}')


@contextmanager
def embedding_server(model: Model = word_model, *scripts: Script, **attributes: Any) -> Iterator[EmbeddingServer]:
    """A server, while it runs; `attributes` are those of `EmbeddingServer`."""
    state = EmbeddingServer(model, list(scripts), **attributes)
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            if self.path.endswith("/models") and state.names is not None:
                rows = [{"id": name, "object": "model", "created": 0, "owned_by": "x"} for name in state.names]
                self._send(200, {}, json.dumps({"object": "list", "data": rows}).encode())
            else:
                self._send(404, {}, b"{}")

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if state.key and self.headers.get("Authorization") != f"Bearer {state.key}":
                self._send(401, {}, b"{}")
                return
            with lock:
                state.asked.append(body["input"])
                state.headers.append({name.lower(): value for name, value in self.headers.items()})
                script = state.scripts.pop(0) if state.scripts else None
            vectors = state.model(body["input"])
            rows = [{"object": "embedding", "index": i, "embedding": v.tolist()} for i, v in enumerate(vectors)]
            self._send(*(script(rows) if script else (200, {}, reply(rows))))

        def _send(self, status: int, headers: dict[str, str], data: bytes) -> None:
            self.send_response_only(status)
            for name, value in {"Content-Type": "application/json", **headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *args: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    state.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()


def reply(rows: Rows) -> bytes:
    usage = {"prompt_tokens": 1, "total_tokens": 1}
    return json.dumps({"object": "list", "data": rows, "model": "words", "usage": usage}).encode()
