"""The journal's figures as a message: in words, with a picture. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import discord
from discord import ui

from bot.text.i18n import format_number, format_percentage, gettext, ngettext, pgettext
from bot.views.custom_id import ComponentId, button
from bot.views.message import FOUND, Block, build_message

if TYPE_CHECKING:
    from index.domain.activity import Day

__all__ = ["LEAST_DAYS", "MOST_DAYS", "PICTURE", "USUAL_DAYS", "Totals", "percent_of", "stats_message"]

PICTURE = "questions.png"
LEAST_DAYS, USUAL_DAYS, MOST_DAYS = 7, 30, 90


@dataclass(frozen=True, slots=True)
class Totals:
    """The figures of several days together. `latency_ms` is the median of the days' medians, each day counting as
    often as it has questions; None where there were none."""

    questions: int
    answered: int
    helpful: int
    unhelpful: int
    latency_ms: float | None

    @classmethod
    def of(cls, days: Sequence[Day]) -> Totals:
        return cls(
            questions=sum(day.questions for day in days),
            answered=sum(day.answered for day in days),
            helpful=sum(day.helpful for day in days),
            unhelpful=sum(day.unhelpful for day in days),
            latency_ms=_middle([(day.latency_ms, day.questions) for day in days if day.latency_ms is not None]),
        )

    @property
    def votes(self) -> int:
        return self.helpful + self.unhelpful


def stats_message(days: Sequence[Day], *, described: str, everywhere: bool = False) -> ui.LayoutView:
    """The figures in words, and the picture that is attached under the name PICTURE; `described` is its alternative
    text. Of no questions there is no picture."""
    found = Totals.of(days)
    title = ngettext("**The last {number} day**", "**The last {number} days**", len(days))
    if everywhere:
        title = gettext("{title}, in all servers and direct messages", title=title)
    else:
        title = gettext("{title}, in this server", title=title)
    blocks: list[Block] = [title, "\n".join(_lines(found))]
    blocks.append([_span(span, chosen=span == len(days)) for span in (LEAST_DAYS, USUAL_DAYS, MOST_DAYS)])
    view = build_message(blocks, FOUND)
    if found.questions:
        view.add_item(ui.MediaGallery(discord.MediaGalleryItem(f"attachment://{PICTURE}", description=described)))
    return view


def percent_of(part: int, whole: int) -> str:
    """A part in whole per cent: 0 and 100 only where it is none or all. `whole` is more than 0."""
    nearest = round(100 * part / whole)
    return format_percentage(min(max(nearest, int(part > 0)), 100 - int(part < whole)) / 100)


def _span(days: int, *, chosen: bool) -> ui.Button[ui.LayoutView]:
    return button(ComponentId("stats", page=days), pgettext("button", "{number} days", number=days), disabled=chosen)


def _lines(found: Totals) -> list[str]:
    if not found.questions:
        return [gettext("There were no questions.")]
    lines = [
        gettext(
            "Questions: {questions}, of which {answered} answered ({percent}).",
            questions=found.questions,
            answered=found.answered,
            percent=percent_of(found.answered, found.questions),
        ),
        _votes(found),
    ]
    if found.latency_ms is not None:
        took = format_number(found.latency_ms, 0)
        lines.append(
            gettext("Time of a question: {milliseconds} ms, the median of the days' medians.", milliseconds=took)
        )
    return [*lines, f"-# {gettext('Days are in UTC; a vote counts for the day of its question.')}"]


def _votes(found: Totals) -> str:
    if not found.votes:
        return gettext("Nobody voted.")
    return gettext(
        "Votes: {helpful} helpful, {unhelpful} not helpful ({percent} helpful).",
        helpful=found.helpful,
        unhelpful=found.unhelpful,
        percent=percent_of(found.helpful, found.votes),
    )


def _middle(weighted: Sequence[tuple[float, int]]) -> float | None:
    """The value that half of the weight is at or below; None without any."""
    half, so_far = sum(weight for _, weight in weighted) / 2, 0
    for value, weight in sorted(weighted):
        so_far += weight
        if so_far >= half:
            return value
    return None
