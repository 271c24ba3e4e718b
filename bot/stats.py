"""The journal's figures as a message: in words, with a picture. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import discord
from discord import ui

from bot.layout import FOUND, Block, message
from bot.press import Press, button
from bot.words import count

if TYPE_CHECKING:
    from index.types import Day

__all__ = ["LEAST_DAYS", "MOST_DAYS", "PICTURE", "USUAL_DAYS", "Totals", "share", "stats"]

PICTURE = "questions.png"
LEAST_DAYS, USUAL_DAYS, MOST_DAYS = 7, 30, 90
NO_VOTES = "Nobody voted."


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


def stats(days: Sequence[Day], *, described: str, everywhere: bool = False) -> ui.LayoutView:
    """The figures in words, and the picture that is attached under the name PICTURE; `described` is its alternative
    text. Of no questions there is no picture."""
    found = Totals.of(days)
    where = "in all servers and direct messages" if everywhere else "in this server"
    blocks: list[Block] = [f"**The last {count(len(days), 'day')}**, {where}", "\n".join(_lines(found))]
    spans = (LEAST_DAYS, USUAL_DAYS, MOST_DAYS)
    blocks.append([button(Press("stats", page=span), f"{span} days", disabled=span == len(days)) for span in spans])
    view = message(blocks, FOUND)
    if found.questions:
        view.add_item(ui.MediaGallery(discord.MediaGalleryItem(f"attachment://{PICTURE}", description=described)))
    return view


def share(part: int, whole: int) -> str:
    """A part in whole per cent: 0 and 100 only where it is none or all. `whole` is more than 0."""
    percent = round(100 * part / whole)
    return f"{min(max(percent, int(part > 0)), 100 - int(part < whole))} %"


def _lines(found: Totals) -> list[str]:
    if not found.questions:
        return ["There were no questions."]
    lines = [
        f"Questions: {found.questions:,}, of which {found.answered:,} answered "
        f"({share(found.answered, found.questions)}).",
        f"Votes: {found.helpful:,} helpful, {found.unhelpful:,} not helpful "
        f"({share(found.helpful, found.votes)} helpful)."
        if found.votes
        else NO_VOTES,
    ]
    if found.latency_ms is not None:
        lines.append(f"Time of a question: {found.latency_ms:,.0f} ms, the median of the days' medians.")
    return [*lines, "-# Days are in UTC; a vote counts for the day of its question."]


def _middle(weighted: Sequence[tuple[float, int]]) -> float | None:
    """The value that half of the weight is at or below; None without any."""
    half, so_far = sum(weight for _, weight in weighted) / 2, 0
    for value, weight in sorted(weighted):
        so_far += weight
        if so_far >= half:
            return value
    return None
