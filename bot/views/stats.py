"""The usage statistics of /stats as a message, in words and with a picture."""

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
    """The counts of several days together.

    `latency_ms` is the median of the daily median times, weighted by the number of questions; None without questions.
    """

    questions: int
    answered: int
    helpful: int
    unhelpful: int
    latency_ms: float | None

    @classmethod
    def of(cls, days: Sequence[Day]) -> Totals:
        latencies = [(day.latency_ms, day.questions) for day in days if day.latency_ms is not None]
        return cls(
            questions=sum(day.questions for day in days),
            answered=sum(day.answered for day in days),
            helpful=sum(day.helpful for day in days),
            unhelpful=sum(day.unhelpful for day in days),
            latency_ms=_weighted_median(latencies),
        )

    @property
    def votes(self) -> int:
        return self.helpful + self.unhelpful


def stats_message(days: Sequence[Day], *, description: str, everywhere: bool = False) -> ui.LayoutView:
    """Return the statistics in words, above the picture that is attached under the name PICTURE.

    `description` is the alternative text of the picture; without questions there is no picture.
    """
    totals = Totals.of(days)
    title = ngettext("**The last {number} day**", "**The last {number} days**", len(days))
    if everywhere:
        title = gettext("{title}, in all servers and direct messages", title=title)
    else:
        title = gettext("{title}, in this server", title=title)
    row = [_days_button(choice, chosen=choice == len(days)) for choice in (LEAST_DAYS, USUAL_DAYS, MOST_DAYS)]
    blocks: list[Block] = [title, "\n".join(_lines(totals)), row]
    view = build_message(blocks, FOUND)
    if totals.questions:
        picture = discord.MediaGalleryItem(f"attachment://{PICTURE}", description=description)
        view.add_item(ui.MediaGallery(picture))
    return view


def percent_of(part: int, whole: int) -> str:
    """Return a part as a whole percentage of `whole`, which is positive; 0 and 100 only for none and all."""
    nearest = round(100 * part / whole)
    return format_percentage(min(max(nearest, int(part > 0)), 100 - int(part < whole)) / 100)


def _days_button(days: int, *, chosen: bool) -> ui.Button[ui.LayoutView]:
    return button(ComponentId("stats", page=days), pgettext("button", "{number} days", number=days), disabled=chosen)


def _lines(totals: Totals) -> list[str]:
    if not totals.questions:
        return [gettext("There were no questions.")]
    questions = gettext(
        "Questions: {questions}, of which {answered} answered ({percent}).",
        questions=totals.questions,
        answered=totals.answered,
        percent=percent_of(totals.answered, totals.questions),
    )
    lines = [questions, _votes(totals)]
    if totals.latency_ms is not None:
        median = format_number(totals.latency_ms, 0)
        lines.append(
            gettext("Time of a question: {milliseconds} ms, the median of the days' medians.", milliseconds=median)
        )
    return [*lines, f"-# {gettext('Days are in UTC; a vote counts for the day of its question.')}"]


def _votes(totals: Totals) -> str:
    if not totals.votes:
        return gettext("Nobody voted.")
    return gettext(
        "Votes: {helpful} helpful, {unhelpful} not helpful ({percent} helpful).",
        helpful=totals.helpful,
        unhelpful=totals.unhelpful,
        percent=percent_of(totals.helpful, totals.votes),
    )


def _weighted_median(weighted: Sequence[tuple[float, int]]) -> float | None:
    """Return the least value that half of the weight is at or below; None without values."""
    half, cumulated = sum(weight for _, weight in weighted) / 2, 0
    for value, weight in sorted(weighted):
        cumulated += weight
        if cumulated >= half:
            return value
    return None
