"""The questions of each day as a picture, and that picture in words. Pure."""

from __future__ import annotations

import io
import logging
import math
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from bot.text.escape import utf16_length
from bot.text.i18n import (
    Language,
    current_language,
    format_day,
    format_number,
    gettext,
    gettext_noop,
    language_for,
    using_language,
)
from bot.views.stats import Totals, percent_of

if TYPE_CHECKING:
    from index.domain.activity import Day

__all__ = ["MAX_ALT_TEXT", "describe_chart", "draw_chart"]

MAX_ALT_TEXT = 1024
"""Discord's limit for the alternative text of a picture."""
DAILY = 14
"""Up to so many days are described each by itself, more by the week."""
WEEK = 7

INCHES, DOTS_PER_INCH = (6.4, 6.0), 125
"""Few inches, so that what is written is large enough where a phone shows the picture small."""
FONT = {"family": "DejaVu Sans", "size": 14}
"""Comes with matplotlib, so it is there on every machine."""
MOST_DATES = 5

QUESTIONS = gettext_noop("Questions a day")
VOTES = gettext_noop("Helpful votes, %")
TIMES = gettext_noop("Median time of a question, ms")
WITH_ANSWER = gettext_noop("answered")
WITHOUT = gettext_noop("not answered")
LABELS = (QUESTIONS, VOTES, TIMES, WITH_ANSWER, WITHOUT)
"""All that is written on the picture, besides days and figures."""

PAPER, INK, FAINT = "#1e1f24", "#f2f3f5", "#50535c"
"""A ground of its own, so that it reads the same in light and dark themes."""
ANSWERED, UNANSWERED = "#56b4e9", "#e69f00"
"""Blue and orange are told apart by the colour-blind too; what is unanswered is hatched besides."""

_drawing = threading.Lock()  # matplotlib is not thread-safe


def draw_chart(days: Sequence[Day]) -> bytes:
    """A PNG, 800 by 750 dots: bars of questions answered and not, the share of helpful votes, the median time.

    `days` are at least one, oldest first. Slow the first time: matplotlib looks for fonts then.
    """
    logging.getLogger("matplotlib").setLevel(logging.ERROR)  # it tells of fonts and of folders for its caches
    with _drawing, using_language(_legible()):
        from matplotlib.figure import Figure

        drawn = Figure(figsize=INCHES, dpi=DOTS_PER_INCH, facecolor=PAPER, layout="constrained")
        _draw(drawn, days)
        picture = io.BytesIO()
        drawn.savefig(picture, format="png")
        return picture.getvalue()


def describe_chart(days: Sequence[Day]) -> str:
    """The picture for who does not see it, with its figures, in at most 1,024 characters; not escaped."""
    found = Totals.of(days)
    parts = [
        gettext(
            "Bar chart of the questions from {first} to {last}: {all} in all, {answered} answered, {silent} not.",
            first=days[0].day,
            last=days[-1].day,
            all=found.questions,
            answered=found.answered,
            silent=found.questions - found.answered,
        )
    ]
    if found.votes:
        helpful = percent_of(found.helpful, found.votes)
        parts.append(gettext("Below it, the share of votes that are helpful: {percent} in all.", percent=helpful))
    if found.latency_ms is not None:
        took = format_number(found.latency_ms, 0)
        parts.append(
            gettext("And the median time of a question: {milliseconds} ms on the middle day.", milliseconds=took)
        )
    step = 1 if len(days) <= DAILY else WEEK
    if step == 1:
        parts.append(gettext("By day, answered of asked:"))
    else:
        parts.append(gettext("By week, from the day named, answered of asked:"))
    told = " ".join(parts)
    for start in range(0, len(days), step):
        part = Totals.of(days[start : start + step])
        named = format_day(days[start].day)
        more = gettext("{day}: {answered} of {asked}", day=named, answered=part.answered, asked=part.questions)
        if utf16_length(told) + utf16_length(more) + 2 > MAX_ALT_TEXT:
            break
        told += f" {more};"
    return f"{told[:-1]}."


def _legible() -> Language:
    """The language that is spoken, or English where the font lacks its letters."""
    from matplotlib.font_manager import FontProperties, findfont, get_font

    letters = get_font(findfont(FontProperties(family=[str(FONT["family"])]))).get_charmap()
    legible = all(ord(letter) in letters for label in LABELS for letter in gettext(label))
    return current_language() if legible else language_for(None)


def _draw(drawn: Any, days: Sequence[Day]) -> None:
    """Three panels over the same days, the bars the largest."""
    bars, votes, times = drawn.subplots(3, 1, sharex=True, height_ratios=(4, 1.1, 1.1))
    _draw_bars(bars, days)
    _titled(bars, gettext(QUESTIONS))
    every = range(len(days))
    votes.scatter(every, [_helpful_percent(one) for one in days], color=INK, s=28)
    votes.set_ylim(-15, 115)
    _titled(votes, gettext(VOTES))
    times.plot(every, [_or_nothing(one.latency_ms) for one in days], color=INK, marker="o", markersize=5)
    times.margins(y=0.2)
    times.set_ylim(bottom=0)
    _titled(times, gettext(TIMES))
    step = -(-len(days) // MOST_DATES)
    shown = every[::-1][::step]  # today is always named
    times.set_xticks(shown, [format_day(days[at].day) for at in shown])
    times.set_xlim(-0.7, len(days) - 0.3)


def _draw_bars(panel: Any, days: Sequence[Day]) -> None:
    """Answered questions below, the others on top of them."""
    from matplotlib.ticker import MaxNLocator

    answered = [one.answered for one in days]
    panel.bar(range(len(days)), answered, color=ANSWERED, label=gettext(WITH_ANSWER), width=0.8)
    silent = [(at, one.questions - one.answered) for at, one in enumerate(days) if one.questions > one.answered]
    panel.bar(
        [at for at, _ in silent],
        [height for _, height in silent],
        bottom=[answered[at] for at, _ in silent],
        color=PAPER,
        edgecolor=UNANSWERED,
        hatch="////",
        label=gettext(WITHOUT),
        width=0.8,
    )
    panel.yaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 5, 10], integer=True))
    panel.set_ylim(bottom=0)
    panel.legend(
        loc="lower right", bbox_to_anchor=(1.0, 0.99), ncols=2, frameon=False, labelcolor=INK, prop=FONT, borderpad=0.2
    )


def _titled(panel: Any, title: str) -> None:
    """A panel with its title, and lines to read heights by."""
    panel.set_title(title, loc="left", color=INK, fontdict=FONT)
    panel.set_facecolor(PAPER)
    panel.tick_params(colors=INK, labelsize=13, labelfontfamily=FONT["family"], length=0)
    panel.grid(axis="y", color=FAINT, linewidth=0.8)
    panel.set_axisbelow(True)
    for side in panel.spines.values():
        side.set_visible(False)


def _helpful_percent(one: Day) -> float:
    votes = one.helpful + one.unhelpful
    return 100 * one.helpful / votes if votes else math.nan


def _or_nothing(value: float | None) -> float:
    return math.nan if value is None else value
