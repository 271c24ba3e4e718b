"""The usage statistics of /stats as a message, in words and with a picture."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
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
SLOW = 0.95
"""The share of questions that took at most the time that is shown as slow."""


@dataclass(frozen=True, slots=True)
class Totals:
    """The counts of several days together.

    `median_ms` and `slow_ms` are the median and the 95th percentile of the times of all questions, None without any.
    """

    questions: int
    answered: int
    helpful: int
    unhelpful: int
    median_ms: float | None = None
    slow_ms: float | None = None

    @classmethod
    def of(cls, days: Sequence[Day]) -> Totals:
        latencies = sorted(latency for day in days for latency in day.latencies_ms)
        return cls(
            questions=sum(day.questions for day in days),
            answered=sum(day.answered for day in days),
            helpful=sum(day.helpful for day in days),
            unhelpful=sum(day.unhelpful for day in days),
            median_ms=median(latencies) if latencies else None,
            slow_ms=latencies[math.ceil(SLOW * len(latencies)) - 1] if latencies else None,
        )

    @property
    def votes(self) -> int:
        return self.helpful + self.unhelpful


def stats_message(
    days: Sequence[Day], *, description: str, everywhere: bool = False, chart: bool = True
) -> ui.LayoutView:
    """Return the statistics in words, above the picture that is attached under the name PICTURE.

    `description` is the alternative text of the picture; without questions there is no picture. Without `chart`, which
    is so in a lite install, the description stands in its place.
    """
    totals = Totals.of(days)
    title = ngettext("**The last {number} day**", "**The last {number} days**", len(days))
    if everywhere:
        title = gettext("{title}, in all servers and direct messages", title=title)
    else:
        title = gettext("{title}, in this server", title=title)
    row = [_days_button(choice, chosen=choice == len(days)) for choice in (LEAST_DAYS, USUAL_DAYS, MOST_DAYS)]
    blocks: list[Block] = [title, "\n".join(_lines(totals)), row]
    if totals.questions and not chart:
        reason = gettext(
            "There is no chart: this install leaves out what draws it. `pip install 'footnote[full]'` adds it."
        )
        blocks[2:2] = [description, f"-# {reason}"]
    view = build_message(blocks, FOUND)
    if totals.questions and chart:
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
    if totals.median_ms is not None and totals.slow_ms is not None:
        lines.append(
            gettext(
                "Time of a question: {median} ms in the median; 95 of 100 took at most {slow} ms.",
                median=format_number(totals.median_ms, 0),
                slow=format_number(totals.slow_ms, 0),
            )
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
