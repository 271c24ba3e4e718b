"""Evidence pages on a real port, over snapshots of one document."""

from __future__ import annotations

import http.client
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from bot.policy.rate_limits import Limits, RateLimiter
from bot.services.answering import Answering
from bot.services.metrics import Metrics
from bot.services.worker import LibraryWorker
from bot.web.evidence_pages import EvidencePages
from bot.web.home_page import HomePages, Search
from bot.web.links import DAY, PageLink, PageLinks
from bot.web.server import WebServer
from bot.web.static_files import static_routes
from index import Corpora
from index.domain.answers import Answer
from index.domain.evidence import quote_digest
from index.domain.snapshots import Diff, SnapshotInfo
from index.journal.journal import Journal
from tests.support.makers import make_info
from tests.support.services_alone import QUOTE, TEXT, WINDOW, Sources, services_over

__all__ = [
    "FIRST",
    "QUOTE",
    "SECOND",
    "TEXT",
    "WINDOW",
    "EvidenceLibrary",
    "EvidenceSite",
    "evidence_site",
    "raw_status",
]

FIRST, SECOND = "20261125T120000000000Z-0000aaaa", "20261127T120000000000Z-0000bbbb"
"""Ids of snapshots."""

TODAY = 20_000


class EvidenceLibrary:
    """What pages ask of a library, over snapshots of one document."""

    writes = False

    def __init__(self, folder: Path, text: str = TEXT) -> None:
        self.engine = Sources(**{FIRST: text})
        self.journal = Journal(folder / "journal.sqlite3")
        self.viewer = services_over(self.engine, self.journal).viewer
        self.difference = Diff(FIRST, SECOND, changed=("a.md",))

    def snapshots(self) -> tuple[SnapshotInfo, ...]:
        return tuple(make_info(name, live=name == self.engine.live) for name in sorted(self.engine.kept, reverse=True))

    def diff(self, before: str, after: str) -> Diff:
        return self.difference

    def ask(self, question: str) -> Answer:
        return self.engine.ask(question)


@dataclass
class EvidenceSite:
    """A running site; `day` is that of its clock."""

    library: EvidenceLibrary
    links: PageLinks
    clock: dict[str, int]
    session: aiohttp.ClientSession
    address: str

    def link(self, words: str = QUOTE, source: str = "a.md", snapshot: str = FIRST) -> PageLink:
        text = self.library.engine.kept[snapshot][source].text
        start = text.index(words)
        return PageLink(snapshot, source, start, start + len(words), quote_digest(words))

    async def get(self, target: Any, **headers: str) -> tuple[int, str, Mapping[str, str]]:
        """Return status, text and headers of a target, or of an address as it is."""
        path = target if isinstance(target, str) else self.links.address(target)
        async with self.session.get(f"{self.address}{path}", headers=headers, allow_redirects=False) as response:
            return response.status, await response.text(), response.headers.copy()


@asynccontextmanager
async def evidence_site(
    folder: Path,
    *,
    text: str = TEXT,
    downloads: bool = False,
    search: bool = False,
    limits: Limits | None = None,
    metrics: Metrics | None = None,
    **options,
) -> AsyncIterator[EvidenceSite]:
    """Serve evidence pages on a free port of this machine."""
    clock = {"day": TODAY}
    library, worker = EvidenceLibrary(folder, text), LibraryWorker()
    options = {"secret": b"s" * 32, "clock": lambda: clock["day"] * DAY + 1.0} | options
    links = PageLinks("https://footnote.example", **options)
    answers = (
        Search(Answering(library, worker), RateLimiter(limits or Limits()), metrics or Metrics()) if search else None
    )
    parts = {"libraries": Corpora(library), "worker": worker, "links": links}
    routes = [*EvidencePages(**parts, downloads=downloads).routes(), *HomePages(**parts, search=answers).routes()]
    server = WebServer(host="127.0.0.1", port=0, routes=[*static_routes(), *routes], hosts=["footnote.example"])
    await server.start()
    try:
        async with aiohttp.ClientSession() as session:
            yield EvidenceSite(library, links, clock, session, f"http://127.0.0.1:{server.port}")
    finally:
        await server.stop()
    library.journal.close()


def raw_status(address: str, path: str) -> int:
    """Return the status for a path that is sent as it is, dots and all."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=10)
    try:
        connection.putrequest("GET", path, skip_accept_encoding=True)
        connection.endheaders()
        return connection.getresponse().status
    finally:
        connection.close()
