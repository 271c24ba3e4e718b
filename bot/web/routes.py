"""The routes of the evidence pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.web.home import HomePages, Search
from bot.web.pages import EvidencePages

if TYPE_CHECKING:
    from aiohttp import web

    from bot.services.context import Services
    from bot.web.links import PageLinks

__all__ = ["evidence_routes"]


def evidence_routes(
    services: Services, links: PageLinks, *, downloads: bool = False, search: bool = False
) -> list[web.RouteDef]:
    """Return the routes of sources, their files if `downloads`, the page of all sources, and the search if `search`."""
    libraries, worker = services.libraries, services.worker
    questions = services.questions
    answers = Search(questions.answering, questions.rate_limiter, services.metrics) if search else None
    return [
        *EvidencePages(libraries=libraries, worker=worker, links=links, downloads=downloads).routes(),
        *HomePages(libraries=libraries, worker=worker, links=links, search=answers).routes(),
    ]
