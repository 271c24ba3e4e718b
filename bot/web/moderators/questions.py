"""The questions that the journal keeps, without who asked, and the votes on their answers; the audit."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from aiohttp import web

from bot.web.moderators.protected_routes import ProtectedRoutes, Visit

if TYPE_CHECKING:
    from bot.services.context import Services
    from bot.web.moderators.user_names import UserNames

__all__ = ["QuestionPages"]

PER_PAGE = 50
MOST_PAGES = 1_000_000


class QuestionPages:
    """Lists questions, votes and the audit of the place that is shown, a page at a time."""

    def __init__(self, *, protected: ProtectedRoutes, services: Services, names: UserNames) -> None:
        self._protected = protected
        self._services = services
        self._names = names

    def routes(self) -> list[web.RouteDef]:
        return [
            self._protected.get("/questions", partial(self._show, voted=False)),
            self._protected.get("/votes", partial(self._show, voted=True)),
            self._protected.get("/audit", self._audit),
        ]

    async def _show(self, visit: Visit, *, voted: bool) -> web.StreamResponse:
        """Show the questions, or only those with a vote or a report."""
        number = visit.number("page", 1, MOST_PAGES)
        journal = visit.library(self._services.libraries).journal
        questions = await self._services.worker.run(
            journal.questions, visit.session.scope, PER_PAGE + 1, skip=(number - 1) * PER_PAGE, voted=voted
        )
        return visit.show(
            "questions.html",
            questions=questions[:PER_PAGE],
            more=len(questions) > PER_PAGE,
            number=number,
            voted=voted,
            keep_days=journal.keep_days,
        )

    async def _audit(self, visit: Visit) -> web.StreamResponse:
        """Show what was done to the index: of a server its own lines, of all servers all."""
        number, place = visit.number("page", 1, MOST_PAGES), visit.session.place
        entries = await self._services.worker.run(
            visit.library(self._services.libraries).journal.audit_entries,
            PER_PAGE + 1,
            origin=str(place) if place else None,
            skip=(number - 1) * PER_PAGE,
        )
        shown = entries[:PER_PAGE]
        return visit.show(
            "audit.html",
            entries=shown,
            more=len(entries) > PER_PAGE,
            number=number,
            names=await self._names.of(entry.user for entry in shown if entry.user is not None),
            guild_name=self._services.permissions.guild_name,
        )
