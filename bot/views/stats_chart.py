"""The chart of /stats as a PNG, and its description in words."""

from __future__ import annotations

import io
import logging
import math
import threading
from collections.abc import Sequence
from importlib.util import find_spec
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

__all__ = ["MAX_ALT_TEXT", "can_draw", "describe_chart", "draw_chart"]

MAX_ALT_TEXT = 1024
"""Discord's limit for the alternative text of a picture, in characters."""
MAX_DAILY = 14
"""Up to this many days are described one by one, more of them by the week."""
DAYS_PER_WEEK = 7

SIZE_INCHES, DOTS_PER_INCH = (6.4, 6.0), 125
"""Few inches, so that the labels are large enough on a phone."""
FONT = {"family": "DejaVu Sans", "size": 14}
"""Comes with matplotlib, so every machine has it."""
MAX_DATES = 5

QUESTIONS = gettext_noop("Questions a day")
VOTES = gettext_noop("Helpful votes, %")
TIMES = gettext_noop("Median time of a question, ms")
WITH_ANSWER = gettext_noop("answered")
WITHOUT = gettext_noop("not answered")
LABELS = (QUESTIONS, VOTES, TIMES, WITH_ANSWER, WITHOUT)
"""All labels of the picture, besides days and numbers."""

PAPER, INK, FAINT = "#1e1f24", "#f2f3f5", "#50535c"
"""A background of its own, so that it looks the same in light and dark themes."""
ANSWERED, UNANSWERED = "#56b4e9", "#e69f00"
"""Blue and orange can be distinguished by the colour-blind too; unanswered questions are hatched as well."""

_matplotlib_lock = threading.Lock()  # matplotlib is not thread-safe


def can_draw() -> bool:
    """Return whether matplotlib is installed, which the lite install leaves out."""
    return find_spec("matplotlib") is not None


def draw_chart(days: Sequence[Day]) -> bytes:
    """Return a chart of answered and unanswered questions, helpful votes and median times.

    The first call is slow: matplotlib looks for fonts then.

    Parameters
    ----------
    days : Sequence of Day
        At least one day, oldest first.

    Returns
    -------
    bytes
        A PNG of 800 by 750 pixels.
    """
    logging.getLogger("matplotlib").setLevel(logging.ERROR)  # it logs fonts and cache folders
    with _matplotlib_lock, using_language(_legible_language()):
        from matplotlib.figure import Figure

        figure = Figure(figsize=SIZE_INCHES, dpi=DOTS_PER_INCH, facecolor=PAPER, layout="constrained")
        _draw_panels(figure, days)
        picture = io.BytesIO()
        figure.savefig(picture, format="png")
        return picture.getvalue()


def describe_chart(days: Sequence[Day]) -> str:
    """Return an alternative text of the chart with its numbers, in at most MAX_ALT_TEXT units, not escaped."""
    totals = Totals.of(days)
    sentences = [
        gettext(
            "Bar chart of the questions from {first} to {last}: {all} in all, {answered} answered, {silent} not.",
            first=days[0].day,
            last=days[-1].day,
            all=totals.questions,
            answered=totals.answered,
            silent=totals.questions - totals.answered,
        )
    ]
    if totals.votes:
        helpful = percent_of(totals.helpful, totals.votes)
        sentences.append(gettext("Below it, the share of votes that are helpful: {percent} in all.", percent=helpful))
    if totals.median_ms is not None:
        median = format_number(totals.median_ms, 0)
        sentences.append(
            gettext("And the median time of a question by day: {milliseconds} ms over all days.", milliseconds=median)
        )
    step = 1 if len(days) <= MAX_DAILY else DAYS_PER_WEEK
    if step == 1:
        sentences.append(gettext("By day, answered of asked:"))
    else:
        sentences.append(gettext("By week, from the day named, answered of asked:"))
    text = " ".join(sentences)
    for start in range(0, len(days), step):
        period = Totals.of(days[start : start + step])
        item = gettext(
            "{day}: {answered} of {asked}",
            day=format_day(days[start].day),
            answered=period.answered,
            asked=period.questions,
        )
        if utf16_length(text) + utf16_length(item) + 2 > MAX_ALT_TEXT:
            break
        text += f" {item};"
    return f"{text[:-1]}."


def _legible_language() -> Language:
    """Return the current language, or English if the font lacks its letters."""
    from matplotlib.font_manager import FontProperties, findfont, get_font

    letters = get_font(findfont(FontProperties(family=[str(FONT["family"])]))).get_charmap()
    legible = all(ord(letter) in letters for label in LABELS for letter in gettext(label))
    return current_language() if legible else language_for(None)


def _draw_panels(figure: Any, days: Sequence[Day]) -> None:
    """Draw three panels over the same days; the bars are the largest."""
    bars, votes, times = figure.subplots(3, 1, sharex=True, height_ratios=(4, 1.1, 1.1))
    _draw_bars(bars, days)
    _style_panel(bars, gettext(QUESTIONS))
    positions = range(len(days))
    votes.scatter(positions, [_helpful_percentage(day) for day in days], color=INK, s=28)
    votes.set_ylim(-15, 115)
    _style_panel(votes, gettext(VOTES))
    latencies = [math.nan if day.latency_ms is None else day.latency_ms for day in days]
    times.plot(positions, latencies, color=INK, marker="o", markersize=5)
    times.margins(y=0.2)
    times.set_ylim(bottom=0)
    _style_panel(times, gettext(TIMES))
    step = -(-len(days) // MAX_DATES)
    labelled = positions[::-1][::step]  # today is always labelled
    times.set_xticks(labelled, [format_day(days[position].day) for position in labelled])
    times.set_xlim(-0.7, len(days) - 0.3)


def _draw_bars(panel: Any, days: Sequence[Day]) -> None:
    """Draw answered questions, with the others on top of them."""
    from matplotlib.ticker import MaxNLocator

    answered = [day.answered for day in days]
    panel.bar(range(len(days)), answered, color=ANSWERED, label=gettext(WITH_ANSWER), width=0.8)
    unanswered = [
        (position, day.questions - day.answered) for position, day in enumerate(days) if day.questions > day.answered
    ]
    panel.bar(
        [position for position, _ in unanswered],
        [height for _, height in unanswered],
        bottom=[answered[position] for position, _ in unanswered],
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


def _style_panel(panel: Any, title: str) -> None:
    """Give a panel its title and horizontal grid lines."""
    panel.set_title(title, loc="left", color=INK, fontdict=FONT)
    panel.set_facecolor(PAPER)
    panel.tick_params(colors=INK, labelsize=13, labelfontfamily=FONT["family"], length=0)
    panel.grid(axis="y", color=FAINT, linewidth=0.8)
    panel.set_axisbelow(True)
    for side in panel.spines.values():
        side.set_visible(False)


def _helpful_percentage(day: Day) -> float:
    votes = day.helpful + day.unhelpful
    return 100 * day.helpful / votes if votes else math.nan
