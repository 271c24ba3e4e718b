"""Evidence pages: a source as its snapshot has it, with the quoted words marked."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from aiohttp import hdrs, web
from cachetools import TTLCache

from bot.settings import PageAccess
from bot.text.i18n import current_language, gettext, gettext_noop, set_language
from bot.views.snapshot_names import snapshot_letters
from bot.web._layout import lay_out
from bot.web._reader_address import reader_address
from bot.web._responses import CachedPage, PageCache, cached_page, message_page, page_response
from bot.web.links import ANCHOR, HomeLink, LinkState, OriginalLink, PageLink, Target
from bot.web.templating import language_of, render
from index.domain.answers import SourceChange
from index.domain.evidence import PartKind

if TYPE_CHECKING:
    from bot.services.worker import LibraryWorker
    from bot.web.links import PageLinks
    from index import Corpora
    from index.domain.evidence import EvidencePage

__all__ = ["SERVER", "EvidencePages", "refusal", "server_of", "set_reader_language", "snapshot_time"]

SERVER = "/g/{server:[1-9][0-9]{0,19}}"
"""What the paths of a server's pages begin with, that has sources of its own."""

STATE_SECONDS = 2.0
"""How long it is not looked again whether a source changed."""
MOST_RENDERED = 2
"""Pages rendered at the same time; the others wait."""
MOST_NEW_PAGES = 60
"""Pages that one address may have rendered in a minute, if they are open to everyone."""
MINUTE = 60.0
MOST_FIELDS = 20
LONGEST_FIELD = 500

CHANGES: Mapping[SourceChange, str] = {
    SourceChange.CHANGED: gettext_noop("The source has changed since, but still holds the quoted words."),
    SourceChange.REWORDED: gettext_noop("The source has changed since: it no longer holds the quoted words."),
    SourceChange.REMOVED: gettext_noop("The source was removed since. This is how it was."),
    SourceChange.EDITED: gettext_noop("The source's file has changed since it was indexed."),
    SourceChange.DELETED: gettext_noop("The source's file was deleted since it was indexed."),
}
CHANGED_WITHOUT_QUOTE = gettext_noop("The source has changed since.")
GONE_MARKED = gettext_noop(
    "The snapshot of this link is no longer kept. This is the source as it is now, which still holds the quoted words."
)
GONE = gettext_noop(
    "The snapshot of this link is no longer kept. This is the source as it is now, without the quoted words."
)
GONE_UNQUOTED = gettext_noop("The snapshot of this link is no longer kept. This is the source as it is now.")


class EvidencePages:
    """Serves sources and their files to those whose links allow it."""

    def __init__(
        self,
        *,
        libraries: Corpora,
        worker: LibraryWorker,
        links: PageLinks,
        downloads: bool = False,
        cache: PageCache | None = None,
    ) -> None:
        self._libraries = libraries
        self._worker = worker
        self._links = links
        self._downloads = downloads
        self._cache = cache or PageCache()
        self._states: TTLCache[tuple[int | None, str, str], tuple[str, bool, SourceChange]] = TTLCache(
            1_000, STATE_SECONDS
        )
        self._rendered: TTLCache[str, int] = TTLCache(10_000, MINUTE)
        self._slots = asyncio.Semaphore(MOST_RENDERED)

    def routes(self) -> list[web.RouteDef]:
        paths = {"/s/{snapshot}/{source:.+}": self.evidence, "/f/{source:.+}": self.original}
        shared = [web.get(path, serve) for path, serve in paths.items()]
        own = [web.get(SERVER + path, serve) for path, serve in paths.items()] if self._libraries.enabled else []
        return shared + own

    async def evidence(self, request: web.Request) -> web.Response:
        """Show a source of a snapshot, or as it is now if that snapshot is gone."""
        set_reader_language(request)
        names, server = request.match_info, server_of(request)
        link = PageLink.read(names["snapshot"], names["source"], request.query, server)
        if link is None:
            return _not_found()
        if answer := refusal(self._links, link, request):
            return answer
        signed = self._links.is_signed(link.server)
        until = self._links.until(request.query) if signed else None
        state = await self._state(link)
        key = (link, until, current_language().code, state)
        if (page := self._cache.get(key)) is None:
            if not signed and not self._may_render(request):
                return message_page(gettext("Too many pages at once"), gettext("Try again in a minute."), status=429)
            async with self._slots:
                page = self._cache.get(key) or await self._worker.run(self._render, link, until)
            if page is None:
                return _not_found()
            self._cache.put(key, page)
        return page_response(page, request, PageAccess.SIGNED if signed else PageAccess.OPEN)

    async def original(self, request: web.Request) -> web.Response:
        """Send the file of a live source, never for the browser to show."""
        set_reader_language(request)
        link = OriginalLink(request.match_info["source"], server_of(request))
        if not self._downloads:
            return _not_found()
        if answer := refusal(self._links, link, request):
            return answer
        data = await self._worker.run(self._libraries.of(link.server).viewer.original, link.source)
        if data is None:
            return _not_found()
        name = link.source.rpartition("/")[2]
        return web.Response(
            body=data,
            content_type="application/octet-stream",
            headers={
                hdrs.CONTENT_DISPOSITION: f"attachment; filename*=UTF-8''{quote(name, safe='')}",
                hdrs.CACHE_CONTROL: "no-store",
                "Content-Security-Policy": "sandbox; default-src 'none'",
                "X-Content-Type-Options": "nosniff",
            },
        )

    def _may_render(self, request: web.Request) -> bool:
        """Return whether an address may have another page rendered, which counts.

        Without signatures an address can name any place of a source, and each is a page of its own.
        """
        reader = reader_address(request)
        self._rendered[reader] = count = self._rendered.get(reader, 0) + 1
        return count <= MOST_NEW_PAGES

    async def _state(self, link: PageLink) -> tuple[str, bool, SourceChange]:
        """Return what a page depends on beside its link."""
        key = (link.server, link.snapshot, link.source)
        if (state := self._states.get(key)) is None:
            state = await self._worker.run(self._libraries.of(link.server).viewer.state, link.snapshot, link.source)
            self._states[key] = state
        return state

    def _render(self, link: PageLink, until: int | None) -> CachedPage | None:
        """Return the page of a link; None if its source is unknown."""
        viewer = self._libraries.of(link.server).viewer
        page = viewer.evidence(link.snapshot, link.source, (link.start, link.end), link.digest)
        if page is None:
            return None
        # The file is that of the live source: below an older text it would be another one than is shown.
        offered = self._downloads and not page.change and viewer.original(link.source) is not None
        shown = {part.label for part in page.parts if part.kind is PartKind.FIELD}
        metadata = [(name, value[:LONGEST_FIELD]) for name, value in page.metadata.items() if name not in shown]
        html = render(
            "evidence.html",
            page=page,
            title=page.title or page.source,
            groups=lay_out(page.parts, page.title),
            anchor=ANCHOR,
            notice=_notice(page, is_quoted=link.start < link.end),
            created=snapshot_time(page.snapshot),
            letters=snapshot_letters(page.snapshot, [page.live]),
            metadata=metadata[:MOST_FIELDS],
            public=_public(page.url),
            original=self._links.address(OriginalLink(link.source, link.server), until) if offered else "",
            home="" if self._links.is_signed(link.server) else self._links.address(HomeLink()),
        )
        return cached_page(html)


def server_of(request: web.Request) -> int | None:
    """Return the server whose page is asked for; None for the shared ones."""
    server = request.match_info.get("server")
    return int(server) if server else None


def set_reader_language(request: web.Request) -> None:
    """Set the language of the task that answers a request to one that its reader prefers."""
    set_language(language_of(request.headers.get(hdrs.ACCEPT_LANGUAGE, "")))


def refusal(links: PageLinks, target: Target, request: web.Request) -> web.Response | None:
    """Return the page for a link that may not be followed; None if it may."""
    state = links.check(target, request.query)
    if state is LinkState.VALID:
        return None
    ask = gettext("Ask again on Discord: each answer has new links.")
    if state is LinkState.EXPIRED:
        return message_page(gettext("This link has expired"), ask, status=410)
    text = gettext("It is not whole, or was changed: open it from the message on Discord. {ask}", ask=ask)
    return message_page(gettext("This link does not open anything"), text, status=403)


def snapshot_time(snapshot: str) -> datetime | None:
    """Return when a snapshot was built, which its id says; None if it does not."""
    try:
        return datetime.strptime(snapshot.partition("-")[0], "%Y%m%dT%H%M%S%fZ").replace(tzinfo=UTC)
    except ValueError:
        return None


def _not_found() -> web.Response:
    return message_page(gettext("There is no such page"), gettext("The sources have nothing of this name."), status=404)


def _notice(page: EvidencePage, *, is_quoted: bool) -> str:
    """Return what a reader should know of a page before reading it; empty if the source is as it was."""
    if not page.kept:
        if not is_quoted:
            return gettext(GONE_UNQUOTED)
        return gettext(GONE_MARKED) if page.quote else gettext(GONE)
    if not page.change:
        return ""
    if not is_quoted and page.change in (SourceChange.CHANGED, SourceChange.REWORDED):
        return gettext(CHANGED_WITHOUT_QUOTE)
    return gettext(CHANGES[page.change])


def _public(url: str | None) -> str:
    """Return the public page of a source if it is a link that a browser may follow."""
    try:
        return url if url and urlsplit(url).scheme in ("http", "https") else ""
    except ValueError:
        return ""
