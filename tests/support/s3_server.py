"""A real S3 server on loopback (moto's), and a proxy before it that loses, cuts and falsifies what it passes on.

The server runs in an environment of its own, build/moto, which `make s3-server` installs: its libraries want an older
python-dateutil than Footnote.
"""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest

from index.objects.store import ObjectStore
from tests.support.paths import ROOT
from tests.support.waiting import wait_until

__all__ = ["CREDENTIALS", "FaultyProxy", "bucket", "bucket_store", "faulty_proxy", "s3_server"]

PROGRAM = ROOT / "build" / "moto" / "bin" / "moto_server"
CREDENTIALS = {"access_key_id": "test", "secret_access_key": "test", "region": "us-east-1"}

Fault = str
"""Empty for none."""


@contextmanager
def s3_server() -> Iterator[str]:
    """The address of a server, while it runs; the test is skipped without one, and fails where CI=true."""
    if not PROGRAM.is_file():
        missing = "there is no S3 server: run `make s3-server`"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    port = _free_port()
    command = [str(PROGRAM), "-H", "127.0.0.1", "-p", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            wait_until(lambda: process.poll() is not None or _listens(port))
            assert process.poll() is None
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(timeout=60)


def bucket(server: str) -> str:
    """Make a bucket; return the URL of a folder in it."""
    name = f"bucket-{uuid.uuid4().hex[:12]}"
    connection = http.client.HTTPConnection(urlsplit(server).netloc, timeout=60)
    connection.request("PUT", f"/{name}", headers={"Content-Length": "0"})
    assert connection.getresponse().status == 200
    connection.close()
    return f"s3://{name}/footnote"


def bucket_store(server: str, url: str = "", *, retry_seconds: float = 20.0) -> ObjectStore:
    return ObjectStore(url or bucket(server), endpoint=server, credentials=CREDENTIALS, retry_seconds=retry_seconds)


@dataclass
class FaultyProxy:
    """`fault` says for each method and path what goes wrong with it; it may be changed while the proxy runs.

    "error": a reply of 500. "away": no reply. "lost": what was asked is done, without a reply.
    "cut": half of the reply's body. "other": other bytes of the same length.
    """

    url: str
    fault: Callable[[str, str], Fault] = field(default=lambda method, path: "")
    asked: list[tuple[str, str]] = field(default_factory=list)


@contextmanager
def faulty_proxy(server: str) -> Iterator[FaultyProxy]:
    """A proxy before a server, while it runs."""
    proxy = FaultyProxy("")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def forward(self) -> None:
            proxy.asked.append((self.command, self.path))
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            fault = proxy.fault(self.command, self.path)
            self.close_connection = True
            if fault == "away":
                return
            if fault == "error":
                self._reply(500, [], b"<Error><Code>InternalError</Code></Error>")
                return
            connection = http.client.HTTPConnection(urlsplit(server).netloc, timeout=60)
            connection.request(self.command, self.path, body, dict(self.headers.items()))
            answer = connection.getresponse()
            data = answer.read()
            if fault == "lost":
                connection.close()
                return
            headers = [(name, value) for name, value in answer.getheaders() if name.lower() not in HOP_BY_HOP]
            if self.command == "HEAD":
                headers.append(("Content-Length", answer.headers["Content-Length"] or "0"))
                self._reply(answer.status, headers, None)
            elif fault == "other":
                self._reply(answer.status, headers, bytes(byte ^ 1 for byte in data))
            else:
                self._reply(answer.status, headers, data, cut=fault == "cut")
            connection.close()

        do_GET = do_PUT = do_HEAD = do_POST = do_DELETE = forward  # noqa: N815 - names that http.server looks for

        def _reply(self, status: int, headers: list[tuple[str, str]], data: bytes | None, *, cut: bool = False) -> None:
            self.send_response_only(status)
            for name, value in headers:
                self.send_header(name, value)
            if data is not None:
                self.send_header("Content-Length", str(len(data)))
            self.send_header("Connection", "close")
            self.end_headers()
            with suppress(OSError):
                self.wfile.write((data or b"")[: len(data or b"") // 2] if cut else data or b"")

        def log_message(self, *args: object) -> None: ...

    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    running.daemon_threads = True
    proxy.url = f"http://127.0.0.1:{running.server_address[1]}"
    thread = threading.Thread(target=running.serve_forever, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        running.shutdown()
        running.server_close()


HOP_BY_HOP = {"connection", "content-length", "transfer-encoding", "keep-alive", "server", "date"}


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _listens(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0
