"""Web sources: fetched when the index is built, and cached, so that it can be rebuilt without a network.

INDEX_DIR/fetched/KEY.json            an address: when it was fetched, what went wrong since
INDEX_DIR/fetched/KEY-HASH.bin        its content, as it was sent
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from email.message import Message as HttpHeaders
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from index.domain.errors import UnreadableSource
from index.domain.messages import Message, message_from_json, message_of, message_to_json
from index.domain.snapshots import SkippedSource
from index.domain.sources import SourceFile, SourceSet, StaleSource
from index.domain.stages import Stage
from index.parsing.formats import FORMAT_BY_TYPE, MARKUP, SUFFIXES, check_content
from index.sources._fetch import FetchFailed, fetch
from index.sources._public_network import Resolve, resolve
from index.sources._sources_toml import LIST_NAME, WebAddress, WebSourceList, read_addresses
from index.storage.atomic import write_atomically

if TYPE_CHECKING:
    from index.domain.ports import Progress

__all__ = ["WebSources"]

SECONDS = 30.0
"""How long one attempt to fetch a page may take."""

MAX_THREADS = 8

VAGUE_TYPES = {"", "text/plain", "application/octet-stream", "binary/octet-stream"}
"""Types that servers give to files they do not know; the suffix of the address says more."""

WESTERN = {"iso-8859-1", "latin-1", "latin1", "us-ascii", "ascii"}
"""Charsets that stand for Windows-1252 on the web: https://encoding.spec.whatwg.org/#names-and-labels."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CachedPage:
    """What the cache knows of an address.

    `fetched` is when the content was last confirmed, `problem` what went wrong since.
    """

    name: str
    url: str
    sha256: str = ""
    type: str = ""
    etag: str = ""
    modified: str = ""
    status: int = 0
    fetched: str = ""
    problem: str = ""


class WebSources:
    """The sources that `sources.toml` lists, with a cache in one folder.

    `allowed` names hosts in private networks that may be fetched from; `wait` is in seconds, before the second attempt.
    """

    def __init__(
        self,
        folder: Path,
        *,
        allowed: Collection[str] = (),
        max_bytes: int,
        seconds: float = SECONDS,
        wait: float = 0.5,
        resolver: Resolve = resolve,
    ) -> None:
        self._folder = folder
        self._allowed = frozenset(host.lower() for host in allowed)
        self._max_bytes = max_bytes
        self._seconds = seconds
        self._wait = wait
        self._resolver = resolver

    def refresh(self, seeds: Path, progress: Progress | None = None) -> None:
        """Fetch every listed page again; failures are recorded with the cached page, none is raised."""
        listing = read_addresses(seeds)
        if listing.addresses:
            self._folder.mkdir(parents=True, exist_ok=True)
        with ThreadPoolExecutor(MAX_THREADS) as pool:
            for done, _ in enumerate(pool.map(self._refresh_page, listing.addresses)):
                if progress:
                    progress(Stage.FETCHING_SOURCES, done + 1, len(listing.addresses))
        if not listing.broken:
            self._remove_others(listing.addresses)

    def read(self, seeds: Path) -> SourceSet:
        """Return the listed sources from the cache, without the network."""
        listing = read_addresses(seeds)
        skipped = list(listing.skipped)
        if listing.broken:
            skipped.append(SkippedSource(LIST_NAME, listing.broken))
            listing = WebSourceList(tuple(WebAddress(page.name, page.url) for page in self._cached_pages()))
        files: list[SourceFile] = []
        stale: list[StaleSource] = []
        waiting: list[str] = []
        for address in listing.addresses:
            page = self._cached_page(address.url)
            if page is None:
                waiting.append(address.name)
                continue
            try:
                files.append(self._source_file(address, page))
            except UnreadableSource as error:
                skipped.append(SkippedSource(address.name, message_of(error)))
                continue
            if page.problem:
                why = Message("last fetch failed: {why}", why=page.problem)
                stale.append(StaleSource(address.name, datetime.fromisoformat(page.fetched), why))
        return SourceSet(tuple(files), tuple(skipped), tuple(stale), tuple(waiting))

    def _refresh_page(self, address: WebAddress) -> None:
        old_page = self._cached_page(address.url) or CachedPage(address.name, address.url)
        whole = bool(old_page.sha256) and self._content(old_page) is not None
        try:
            response = fetch(
                address.url,
                etag=old_page.etag if whole else "",
                modified=old_page.modified if whole else "",
                allowed=self._allowed,
                max_bytes=self._max_bytes,
                seconds=self._seconds,
                wait=self._wait,
                resolver=self._resolver,
            )
        except FetchFailed as error:
            new_page, data = replace(old_page, name=address.name, problem=message_of(error)), None
        else:
            data = response.data
            new_page = replace(
                old_page,
                name=address.name,
                status=response.status,
                fetched=datetime.now(UTC).isoformat(timespec="seconds"),
                problem="",
            )
            if data is not None:
                sha256 = hashlib.sha256(data).hexdigest()
                new_page = replace(
                    new_page, sha256=sha256, type=response.type, etag=response.etag, modified=response.modified
                )
        try:
            self._store(old_page, new_page, data)
        except OSError as error:
            log.warning("What was fetched of %s cannot be kept: %s", address.name, error.strerror)

    def _source_file(self, address: WebAddress, page: CachedPage) -> SourceFile:
        """Return a cached page as a source file. Raises UnreadableSource."""
        if not page.sha256:
            raise UnreadableSource(Message("could not be fetched: {why}", why=page.problem))
        data = self._content(page)
        if data is None:
            raise UnreadableSource(Message("has a damaged copy: reindex while there is a network"))
        format_, charset = _format(page)
        if format_ in MARKUP:
            data = _as_utf8(data, charset, byte_order_mark=format_ == "html")
        return SourceFile(address.name, check_content(data, format_, self._max_bytes), format_, address.url)

    def _cached_pages(self) -> list[CachedPage]:
        response = (_read_cached_page(path) for path in sorted(self._folder.glob("*.json")))
        return [page for page in response if page is not None]

    def _cached_page(self, url: str) -> CachedPage | None:
        page = _read_cached_page(self._folder / f"{_key(url)}.json")
        return page if page is not None and page.url == url else None

    def _content(self, page: CachedPage) -> bytes | None:
        try:
            data = (self._folder / _content_name(page)).read_bytes()
        except OSError:
            return None
        return data if hashlib.sha256(data).hexdigest() == page.sha256 else None

    def _store(self, old_page: CachedPage, new_page: CachedPage, data: bytes | None) -> None:
        """Write the content first, then the entry: the two fit whatever happens in between."""
        if data is not None:
            write_atomically(self._folder / _content_name(new_page), data)
        row = {**asdict(new_page), "problem": message_to_json(new_page.problem)}
        write_atomically(
            self._folder / f"{_key(new_page.url)}.json", json.dumps(row, ensure_ascii=False, indent=1).encode()
        )
        if old_page.sha256 and old_page.sha256 != new_page.sha256:
            (self._folder / _content_name(old_page)).unlink(missing_ok=True)

    def _remove_others(self, addresses: Collection[WebAddress]) -> None:
        """Remove the cached pages of addresses that are no longer listed, and temporary files."""
        current = {f"{_key(address.url)}.json" for address in addresses}
        pages = (self._cached_page(address.url) for address in addresses)
        current |= {_content_name(page) for page in pages if page is not None and page.sha256}
        if self._folder.is_dir():
            for path in self._folder.iterdir():
                if path.name not in current:
                    path.unlink(missing_ok=True)


def _key(url: str) -> str:
    return hashlib.sha256(url.encode()).hexdigest()[:20]


def _content_name(page: CachedPage) -> str:
    return f"{_key(page.url)}-{page.sha256[:16]}.bin"


def _read_cached_page(path: Path) -> CachedPage | None:
    """Return a cache entry; None if there is none or it is damaged."""
    try:
        row = json.loads(path.read_bytes())
        page = CachedPage(**{**row, "problem": message_from_json(row["problem"])})
        if page.fetched:
            datetime.fromisoformat(page.fetched)
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None
    return page


def _format(page: CachedPage) -> tuple[str, str]:
    """Return the format and charset of a page. Raises UnreadableSource."""
    header = HttpHeaders()
    header["Content-Type"] = page.type or "application/octet-stream"
    media_type, charset = header.get_content_type() if page.type else "", header.get_content_charset() or ""
    by_suffix = SUFFIXES.get(PurePosixPath(urlsplit(page.url).path).suffix.lower())
    format_ = by_suffix if media_type in VAGUE_TYPES and by_suffix else FORMAT_BY_TYPE.get(media_type)
    if format_ is None:
        if not media_type:
            raise UnreadableSource(Message("is of no type, which is not read: list a page, a PDF or a text"))
        raise UnreadableSource(Message("is {type}, which is not read: list a page, a PDF or a text", type=media_type))
    return format_, charset


def _as_utf8(data: bytes, charset: str, *, byte_order_mark: bool) -> bytes:
    """Return text as UTF-8 if the server names its charset, with a byte order mark if a parser needs one."""
    if not charset or data.startswith(b"\xef\xbb\xbf"):
        return data
    charset = "cp1252" if charset in WESTERN else charset
    try:
        text = data.decode(charset, "replace" if charset not in ("utf-8", "utf8") or byte_order_mark else "strict")
    except (LookupError, ValueError):
        return data
    return text.encode("utf-8-sig" if byte_order_mark else "utf-8", "replace")
