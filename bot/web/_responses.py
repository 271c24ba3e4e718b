"""Pages that are kept and sent again: compressed, with an entity tag; and pages that say one thing."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Hashable, Mapping
from dataclasses import dataclass

from aiohttp import hdrs, web
from cachetools import LRUCache

from bot.settings import PageAccess
from bot.web.templating import render

__all__ = ["CachedPage", "PageCache", "cached_page", "html_response", "message_page", "page_response"]

CACHE_BYTES = 32_000_000
SECONDS = 60
"""How long a browser shows a page without asking whether it changed."""
COMPRESSION = 5
VARY = "Accept-Encoding, Accept-Language"

POLICY = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
}
"""Nothing is run, and nothing is loaded from elsewhere."""


@dataclass(frozen=True, slots=True)
class CachedPage:
    """A page as it is sent; `tag` changes with its content."""

    body: bytes
    compressed: bytes
    tag: str

    @property
    def size(self) -> int:
        return len(self.body) + len(self.compressed)


class PageCache:
    """Rendered pages, of which the least recently used go first once they take too much room."""

    def __init__(self, most_bytes: int = CACHE_BYTES) -> None:
        self._most_bytes = most_bytes
        self._pages: LRUCache[Hashable, CachedPage] = LRUCache(most_bytes, getsizeof=lambda page: page.size)

    def get(self, key: Hashable) -> CachedPage | None:
        return self._pages.get(key)

    def put(self, key: Hashable, page: CachedPage) -> None:
        if page.size <= self._most_bytes:
            self._pages[key] = page

    @property
    def bytes(self) -> int:
        """How many bytes the pages take."""
        return int(self._pages.currsize)


def cached_page(html: str) -> CachedPage:
    """Return a page ready to be sent."""
    body = html.encode("utf-8", "replace")
    tag = hashlib.sha256(body).hexdigest()[:20]
    return CachedPage(body, gzip.compress(body, COMPRESSION, mtime=0), tag)


def page_response(page: CachedPage, request: web.Request, access: PageAccess) -> web.Response:
    """Return a page, or that the browser's copy of it is still right."""
    scope = "public" if access is PageAccess.OPEN else "private"
    headers = {
        **POLICY,
        hdrs.CACHE_CONTROL: f"{scope}, max-age={SECONDS}",
        hdrs.ETAG: f'"{page.tag}"',
        hdrs.VARY: VARY,
    }
    if any(tag.value in (page.tag, "*") for tag in request.if_none_match or ()):
        return web.Response(status=304, headers=headers)
    body = page.body
    if "gzip" in request.headers.get(hdrs.ACCEPT_ENCODING, ""):
        body = page.compressed
        headers[hdrs.CONTENT_ENCODING] = "gzip"
    return web.Response(body=body, content_type="text/html", charset="utf-8", headers=headers)


def html_response(html: str, *, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    """Return a page that no cache keeps."""
    headers = {**POLICY, hdrs.CACHE_CONTROL: "no-store", hdrs.VARY: VARY, **(headers or {})}
    return web.Response(text=html, status=status, content_type="text/html", headers=headers)


def message_page(heading: str, text: str, *, status: int) -> web.Response:
    """Return a page that says one thing."""
    return html_response(render("message.html", heading=heading, text=text), status=status)
