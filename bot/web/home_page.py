"""The page of all sources: their titles, what is new in them, and a search that answers as the bot does."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from aiohttp import hdrs, web
from cachetools import LRUCache

from bot.policy.questions import LONGEST_QUESTION, problem_of
from bot.services.metrics import Metrics, Place
from bot.text.answer_wording import brief_answer, certainty_text, distinct_citations, own_words
from bot.text.i18n import gettext
from bot.text.index_messages import abstention_reason
from bot.web._reader_address import reader_address
from bot.web._responses import html_response, message_page
from bot.web.evidence_pages import SERVER, refusal, server_of, set_reader_language, snapshot_time
from bot.web.links import HomeLink, PageLink
from bot.web.templating import render
from index import Answer, LibraryError
from index.domain.evidence import SourceTitle, quote_digest
from index.domain.snapshots import Diff

if TYPE_CHECKING:
    from bot.policy.rate_limits import RateLimiter
    from bot.services.answering import Answering
    from bot.services.worker import LibraryWorker
    from bot.web.links import PageLinks
    from index import Corpora, Library

__all__ = ["HomePages", "Search"]

MOST_NEWS = 20
"""Servers whose news are kept."""

MOST_NAMES = 30
"""Names shown of the sources that were added, changed or removed."""


@dataclass(frozen=True, slots=True)
class Search:
    """What answers questions on the page, and the limits that the bot's users have."""

    answering: Answering
    rate_limiter: RateLimiter
    metrics: Metrics = field(default_factory=Metrics)


@dataclass(frozen=True, slots=True)
class _SearchResult:
    """An answer as the page shows it: quotations as (number, words, section, source, link)."""

    question: str
    text: str
    certainty: str = ""
    quotations: tuple[tuple[int, str, str, str, str], ...] = ()


class HomePages:
    """Serves the sources and answers questions about them, to those whose links allow it.

    Without `search` it answers no questions. Addresses count against its limits as users do; they are not kept, but a
    keyed digest is, for as long as the limits need it.
    """

    def __init__(
        self,
        *,
        libraries: Corpora,
        worker: LibraryWorker,
        links: PageLinks,
        search: Search | None = None,
    ) -> None:
        self._libraries = libraries
        self._worker = worker
        self._links = links
        self._search = search
        self._key = secrets.token_bytes(16)
        self._news: LRUCache[tuple[int | None, str], Diff | None] = LRUCache(MOST_NEWS)

    def routes(self) -> list[web.RouteDef]:
        prefixes = ["", SERVER] if self._libraries.enabled else [""]
        routes = [web.get(f"{prefix}/", self.home) for prefix in prefixes]
        if self._search:
            routes += [web.get(f"{prefix}/search", partial(self.search, self._search)) for prefix in prefixes]
        return routes

    async def home(self, request: web.Request) -> web.Response:
        """Show all sources and what is new; without a valid link, where to get one."""
        set_reader_language(request)
        server = server_of(request)
        if self._links.is_signed(server) and not {"t", "m"} & request.query.keys():
            text = gettext("This page opens by a link from the bot. On Discord, /sources has the link.")
            return message_page(gettext("Sources"), text, status=403)
        return refusal(self._links, HomeLink(server), request) or await self._page(request)

    async def search(self, search: Search, request: web.Request) -> web.Response:
        """Answer a question by quotations."""
        set_reader_language(request)
        if answer := refusal(self._links, HomeLink(server_of(request)), request):
            return answer
        question = request.query.get("question", "").strip()
        if problem := problem_of(question):
            return await self._page(request, question, notice=problem, status=400 if question else 200)
        reader = self._reader(request)
        if notice := search.rate_limiter.refusal(reader, None):
            search.metrics.count_refusal(Place.WEB)
            wait = max(1, search.rate_limiter.wait_seconds(reader, None))
            return await self._page(request, question, notice=notice, status=429, wait=wait)
        try:
            with search.metrics.question(Place.WEB), search.rate_limiter.in_flight(reader):
                answered = await search.answering.quote(question, self._libraries.of(server_of(request)).ask)
        except LibraryError as error:
            search.metrics.count_error(error)
            text = gettext("There is no answer just now: try again in a little while.")
            return await self._page(request, question, notice=text, status=503)
        search.metrics.count_answer(Place.WEB, answered)
        return await self._page(request, question, result=self._result(answered, request))

    async def _page(
        self,
        request: web.Request,
        question: str = "",
        *,
        notice: str = "",
        result: _SearchResult | None = None,
        status: int = 200,
        wait: int = 0,
    ) -> web.Response:
        server = server_of(request)
        live, titles, news = await self._worker.run(self._contents, server)
        until = self._until(request)
        html = render(
            "home.html",
            sources=[
                (title, self._links.address(PageLink(live, title.source, server=server), until)) for title in titles
            ],
            created=snapshot_time(live),
            live=live,
            news=news,
            since=snapshot_time(news.before) if news else None,
            most=MOST_NAMES,
            has_search=self._search is not None,
            signature=self._links.signature(HomeLink(server), until) if until is not None else {},
            search_path=f"{HomeLink(server).path}search",
            question=question[:LONGEST_QUESTION],
            longest=LONGEST_QUESTION,
            notice=notice,
            result=result,
        )
        return html_response(html, status=status, headers={hdrs.RETRY_AFTER: str(wait)} if wait else {})

    def _contents(self, server: int | None) -> tuple[str, tuple[SourceTitle, ...], Diff | None]:
        """Return the live snapshot, its sources, and what is new in it; None if there is no snapshot before it."""
        library = self._libraries.of(server)
        live, titles = library.viewer.titles()
        key = (server, live)
        if key not in self._news:
            self._news[key] = _compare(library, live)
        return live, titles, self._news.get(key)

    def _result(self, answer: Answer, request: web.Request) -> _SearchResult:
        server, until = server_of(request), self._until(request)
        if answer.abstained:
            return _SearchResult(answer.question, abstention_reason(answer))
        text = "\n".join(filter(None, [brief_answer(answer), own_words(answer)]))
        quotations = tuple(
            (
                citation.number,
                citation.shown,
                citation.section,
                citation.source,
                self._links.address(
                    PageLink(
                        answer.snapshot,
                        citation.source,
                        citation.start,
                        citation.end,
                        quote_digest(citation.quote),
                        server,
                    ),
                    until,
                ),
            )
            for citation in distinct_citations(answer.citations)
        )
        return _SearchResult(answer.question, text, certainty_text(answer), quotations)

    def _until(self, request: web.Request) -> int | None:
        """Return the day until which links of this page hold: as long as its own, so that none renews itself."""
        return self._links.until(request.query) if self._links.is_signed(server_of(request)) else None

    def _reader(self, request: web.Request) -> int:
        """Return a number that stands for an address; negative, as no user's id is."""
        digest = hmac.digest(self._key, reader_address(request).encode(), hashlib.sha256)
        return -1 - int.from_bytes(digest[:8], "big")


def _compare(library: Library, live: str) -> Diff | None:
    with contextlib.suppress(LibraryError):
        before = [each.id for each in library.snapshots() if each.whole and each.id < live]
        return library.diff(max(before), live) if before else None
    return None
