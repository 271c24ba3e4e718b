"""A web server on loopback whose pages are functions of the request; it remembers what was asked."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

__all__ = ["Page", "Site", "SiteRequest", "closed_port", "page", "served"]

HOST = "127.0.0.1"


def closed_port() -> int:
    """Return a port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class SiteRequest:
    """A request: its path, its headers by lower-case name, and the number of requests for this path so far."""

    path: str
    headers: Mapping[str, str]
    times: int


Page = Callable[[SiteRequest, Any], None]
"""Answers a request by what it writes to the handler of the standard library."""


@dataclass
class Site:
    """A running server; `pages` may be changed while it runs."""

    pages: dict[str, Page]
    port: int = 0
    asked: list[SiteRequest] = field(default_factory=list)

    def url(self, path: str, host: str = HOST) -> str:
        return f"http://{host}:{self.port}{path}"


def page(body: bytes | str, status: int = 200, **headers: str) -> Page:
    """A page that is always the same; `content_type` is the header Content-Type."""
    data = body.encode() if isinstance(body, str) else body

    def answer(asked: SiteRequest, handler: Any) -> None:
        handler.send_response(status)
        for name, value in {"content_type": "text/html; charset=utf-8", **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(data)))
        handler.end_headers()
        handler.wfile.write(data)

    return answer


@contextmanager
def served(tls: ssl.SSLContext | None = None, **pages: Page) -> Iterator[Site]:
    """A site with these pages: `a` is /a; with `tls` it speaks HTTPS."""
    site = Site({f"/{name}": answer for name, answer in pages.items()})

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            times = 1 + sum(request.path == self.path for request in site.asked)
            request = SiteRequest(self.path, {name.lower(): value for name, value in self.headers.items()}, times)
            site.asked.append(request)
            try:
                site.pages.get(self.path, page("nothing", 404))(request, self)
            except OSError:
                self.close_connection = True

        def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002  # the standard library's name
            """Log nothing."""

    server = ThreadingHTTPServer((HOST, 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda request, address: None  # type: ignore[method-assign]  # a client may hang up
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    site.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
