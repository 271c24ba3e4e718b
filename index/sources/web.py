"""Sources on the web: fetched when the index is built, kept, so that it can be built again without a network.

INDEX_DIR/fetched/KEY.json            what is known of an address: when it was fetched, what went wrong since
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
from index.parsing.formats import FORMATS, TEXT, check_content
from index.sources._sources_toml import LIST_NAME, Address, WebSourceList, read_addresses
from index.storage.atomic import write_atomically

if TYPE_CHECKING:
    from index.domain.ports import Progress
    from index.sources._public_network import Resolve

__all__ = ["Web"]

SECONDS = 30.0
"""How long one attempt to fetch a page may take."""

AT_ONCE = 8

TYPES = {
    "text/html": "html",
    "application/xhtml+xml": "html",
    "text/markdown": "md",
    "text/x-markdown": "md",
    "text/plain": "txt",
    "text/csv": "csv",
    "text/tab-separated-values": "tsv",
    "application/pdf": "pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
}
VAGUE = {"", "text/plain", "application/octet-stream", "binary/octet-stream"}
"""Types that servers give to files they know nothing of: there the end of the address tells more."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CachedPage:
    """What is kept of an address. `fetched` is when it last was as it is kept, `problem` what went wrong since."""

    name: str
    url: str
    sha256: str = ""
    type: str = ""
    etag: str = ""
    modified: str = ""
    status: int = 0
    fetched: str = ""
    problem: str = ""


class Web:
    """The sources that `sources.toml` lists, and the copies of them in one folder."""

    def __init__(
        self,
        folder: Path,
        *,
        allowed: Collection[str] = (),
        max_bytes: int,
        seconds: float = SECONDS,
        wait: float = 0.5,
        resolver: Resolve | None = None,
    ) -> None:
        """`allowed` names hosts in private networks that may be fetched from; `wait` is the first between two tries."""
        self._folder = folder
        self._allowed = frozenset(host.lower() for host in allowed)
        self._max_bytes = max_bytes
        self._seconds = seconds
        self._wait = wait
        self._resolver = resolver

    def refresh(self, seeds: Path, progress: Progress | None = None) -> None:
        """Ask for every listed page anew; what went wrong is kept with its copy. Raises nothing."""
        listing = read_addresses(seeds)
        if listing.addresses:
            self._folder.mkdir(parents=True, exist_ok=True)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for done, _ in enumerate(pool.map(self._refreshed, listing.addresses)):
                if progress:
                    progress(Stage.FETCHING_SOURCES, done + 1, len(listing.addresses))
        if not listing.broken:
            self._forget_all_but(listing.addresses)

    def reading(self, seeds: Path) -> SourceSet:
        """The listed sources as they are kept, without a look at the network."""
        listing = read_addresses(seeds)
        skipped = list(listing.skipped)
        if listing.broken:
            skipped.append(SkippedSource(LIST_NAME, listing.broken))
            listing = WebSourceList(tuple(Address(copy.name, copy.url) for copy in self._copies()))
        files: list[SourceFile] = []
        stale: list[StaleSource] = []
        waiting: list[str] = []
        for address in listing.addresses:
            copy = self._copy(address.url)
            if copy is None:
                waiting.append(address.name)
                continue
            try:
                files.append(self._file(address, copy))
            except UnreadableSource as error:
                skipped.append(SkippedSource(address.name, message_of(error)))
                continue
            if copy.problem:
                why = Message("last fetch failed: {why}", why=copy.problem)
                stale.append(StaleSource(address.name, datetime.fromisoformat(copy.fetched), why))
        return SourceSet(tuple(files), tuple(skipped), tuple(stale), tuple(waiting))

    def _refreshed(self, address: Address) -> None:
        from index.sources._fetch import FetchFailed, fetch
        from index.sources._public_network import resolve

        old = self._copy(address.url) or CachedPage(address.name, address.url)
        whole = bool(old.sha256) and self._content(old) is not None
        try:
            found = fetch(
                address.url,
                etag=old.etag if whole else "",
                modified=old.modified if whole else "",
                allowed=self._allowed,
                max_bytes=self._max_bytes,
                seconds=self._seconds,
                wait=self._wait,
                resolver=self._resolver or resolve,
            )
        except FetchFailed as error:
            new, data = replace(old, name=address.name, problem=message_of(error)), None
        else:
            data = found.data
            new = replace(
                old,
                name=address.name,
                status=found.status,
                fetched=datetime.now(UTC).isoformat(timespec="seconds"),
                problem="",
            )
            if data is not None:
                sha256 = hashlib.sha256(data).hexdigest()
                new = replace(new, sha256=sha256, type=found.type, etag=found.etag, modified=found.modified)
        try:
            self._keep(old, new, data)
        except OSError as error:
            log.warning("What was fetched of %s cannot be kept: %s", address.name, error.strerror)

    def _file(self, address: Address, copy: CachedPage) -> SourceFile:
        """Raises UnreadableSource."""
        if not copy.sha256:
            raise UnreadableSource(Message("could not be fetched: {why}", why=copy.problem))
        data = self._content(copy)
        if data is None:
            raise UnreadableSource(Message("has a damaged copy: reindex while there is a network"))
        form, charset = _format(copy)
        if form in TEXT | {"html"}:
            data = _as_utf8(data, charset, mark=form == "html")
        return SourceFile(address.name, check_content(data, form, self._max_bytes), form, address.url)

    def _copies(self) -> list[CachedPage]:
        found = (_read(path) for path in sorted(self._folder.glob("*.json")))
        return [copy for copy in found if copy is not None]

    def _copy(self, url: str) -> CachedPage | None:
        copy = _read(self._folder / f"{_key(url)}.json")
        return copy if copy is not None and copy.url == url else None

    def _content(self, copy: CachedPage) -> bytes | None:
        try:
            data = (self._folder / _content_name(copy)).read_bytes()
        except OSError:
            return None
        return data if hashlib.sha256(data).hexdigest() == copy.sha256 else None

    def _keep(self, old: CachedPage, new: CachedPage, data: bytes | None) -> None:
        """The content first, then what is known of it: whatever happens between, the two fit."""
        if data is not None:
            write_atomically(self._folder / _content_name(new), data)
        row = {**asdict(new), "problem": message_to_json(new.problem)}
        write_atomically(self._folder / f"{_key(new.url)}.json", json.dumps(row, ensure_ascii=False, indent=1).encode())
        if old.sha256 and old.sha256 != new.sha256:
            (self._folder / _content_name(old)).unlink(missing_ok=True)

    def _forget_all_but(self, addresses: Collection[Address]) -> None:
        """Remove the copies of addresses that are listed no more, and what a process that died left behind."""
        kept = {f"{_key(address.url)}.json" for address in addresses}
        copies = (self._copy(address.url) for address in addresses)
        kept |= {_content_name(copy) for copy in copies if copy is not None and copy.sha256}
        if self._folder.is_dir():
            for path in self._folder.iterdir():
                if path.name not in kept:
                    path.unlink(missing_ok=True)


def _key(url: str) -> str:
    return hashlib.sha256(url.encode()).hexdigest()[:20]


def _content_name(copy: CachedPage) -> str:
    return f"{_key(copy.url)}-{copy.sha256[:16]}.bin"


def _read(path: Path) -> CachedPage | None:
    """What is known of an address; None where nothing is, or it is damaged."""
    try:
        row = json.loads(path.read_bytes())
        copy = CachedPage(**{**row, "problem": message_from_json(row["problem"])})
        if copy.fetched:
            datetime.fromisoformat(copy.fetched)
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None
    return copy


def _format(copy: CachedPage) -> tuple[str, str]:
    """The format and the charset of a copy. Raises UnreadableSource."""
    header = HttpHeaders()
    header["Content-Type"] = copy.type or "application/octet-stream"
    named, charset = header.get_content_type() if copy.type else "", header.get_content_charset() or ""
    by_name = FORMATS.get(PurePosixPath(urlsplit(copy.url).path).suffix.lower())
    form = by_name if named in VAGUE and by_name else TYPES.get(named)
    if form is None:
        if not named:
            raise UnreadableSource(Message("is of no type, which is not read: list a page, a PDF or a text"))
        raise UnreadableSource(Message("is {type}, which is not read: list a page, a PDF or a text", type=named))
    return form, charset


def _as_utf8(data: bytes, charset: str, *, mark: bool) -> bytes:
    """Text as UTF-8 where the server says in which charset it is; with a byte order `mark`, which goes before all."""
    if not charset or data.startswith(b"\xef\xbb\xbf"):
        return data
    try:
        text = data.decode(charset, "replace" if charset not in ("utf-8", "utf8") or mark else "strict")
    except (LookupError, ValueError):
        return data
    return text.encode("utf-8-sig" if mark else "utf-8", "replace")
