"""The figures of each day: questions, votes and times, as plots and as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from bot.text.i18n import format_day, format_number, gettext
from bot.views.stats import LEAST_DAYS, MOST_DAYS, USUAL_DAYS, Totals, percent_of
from bot.web.moderators.plots import HEIGHT, WIDTH, bars, dots
from bot.web.moderators.protected_routes import ProtectedRoutes, Visit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.services.context import Services
    from index.domain.activity import Day

__all__ = ["FigurePages"]


class FigurePages:
    """Shows what /stats shows."""

    def __init__(self, *, protected: ProtectedRoutes, services: Services) -> None:
        self._protected = protected
        self._services = services

    def routes(self) -> list[web.RouteDef]:
        return [self._protected.get("/figures", self._show)]

    async def _show(self, visit: Visit) -> web.StreamResponse:
        period = max(visit.number("days", USUAL_DAYS, MOST_DAYS), LEAST_DAYS)
        journal = visit.library(self._services.libraries).journal
        days = await self._services.worker.run(journal.days, period, visit.session.scope)
        totals = Totals.of(days)
        return visit.show(
            "figures.html",
            days=days,
            totals=totals,
            answered=percent_of(totals.answered, totals.questions) if totals.questions else "",
            helpful=percent_of(totals.helpful, totals.votes) if totals.votes else "",
            plots=_plots(days),
            periods=(LEAST_DAYS, USUAL_DAYS, MOST_DAYS),
            period=period,
            width=WIDTH,
            height=HEIGHT,
            day_of=format_day,
        )


def _plots(days: Sequence[Day]) -> list[tuple[str, str, object]]:
    """Return each plot with its heading and the value at its upper edge."""
    questions = bars(
        [day.answered for day in days],
        [day.questions - day.answered for day in days],
        [
            gettext("{day}: {answered} of {asked}", day=format_day(day.day), answered=day.answered, asked=day.questions)
            for day in days
        ],
    )
    shares = [
        100 * day.helpful / (day.helpful + day.unhelpful) if day.helpful + day.unhelpful else None for day in days
    ]
    votes = dots(shares, [_title(day, share) for day, share in zip(days, shares, strict=True)], most=100)
    times = [day.latency_ms for day in days]
    latencies = dots(times, [_title(day, time) for day, time in zip(days, times, strict=True)])
    return [
        (gettext("Questions a day"), format_number(questions.most, 0), questions),
        (gettext("Helpful votes, %"), format_number(100), votes),
        (gettext("Median time of a question, ms"), format_number(latencies.most, 0), latencies),
    ]


def _title(day: Day, value: float | None) -> str:
    return f"{format_day(day.day)}: {format_number(value or 0, 0)}"
