"""A real browser for tests: Debian's chromium without a window, and pages for it served on loopback.

`make test-all` installs it if it may (the Makefile's `browser`). Else the tests that need it are skipped, and say
how to get it; with CI=true they fail.
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import unquote, urlsplit

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

__all__ = ["browser", "chromium", "page_picture", "served"]

NEEDED = "CI"
"""With this set to true (or 1) a machine without chromium fails the tests that need it; else they are skipped."""

ABSENT = "NOT CHECKED: no chromium (apt install chromium)"

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def chromium() -> str:
    """The path of chromium. Without one the test fails or is skipped, as the variable CI says."""
    path = shutil.which("chromium")
    if path is None and os.environ.get(NEEDED, "").lower() in ("1", "true"):
        pytest.fail(f"{NEEDED} is set, but there is no chromium (apt install chromium)")
    return path or pytest.skip(ABSENT)


@contextmanager
def browser() -> Iterator[Browser]:
    """A browser of its own, closed when the block ends. Only one at a time, and not in a running event loop."""
    path = chromium()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, headless=True, args=FLAGS)
        try:
            yield running
        finally:
            running.close()


@contextmanager
def served(pages: Mapping[str, str]) -> Iterator[str]:
    """The address of a web server on loopback that has these pages (HTML) by name; others are not found.

    `pages` may grow while it serves.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            html = pages.get(unquote(urlsplit(self.path).path).lstrip("/"))
            content = (html or "").encode()
            self.send_response(404 if html is None else 200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: object) -> None:
            """Log nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        serving.join()


def page_picture(html: str, path: Path, *, width: int, dark: bool = False, dots: float = 2) -> None:
    """Write what a page looks like, all of its height, to a PNG file: `width` in CSS pixels, `dots` to each.

    Nothing is fetched: what the page needs must be in it. May be called from anywhere, an event loop or a browser that
    is open being no hindrance.
    """
    chromium()
    with ThreadPoolExecutor(max_workers=1) as thread:
        thread.submit(_picture, html, path, width, "dark" if dark else "light", dots).result()


def _picture(html: str, path: Path, width: int, scheme: Literal["dark", "light"], dots: float) -> None:
    with browser() as running:
        page = running.new_page(
            viewport={"width": width, "height": 100}, device_scale_factor=dots, color_scheme=scheme, offline=True
        )
        page.set_content(html, wait_until="load")
        page.screenshot(path=path, full_page=True, animations="disabled")
