"""What the sources lack, as a message: gaps by theme, a page at a time. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from discord import ui

from bot.escape import ELLIPSIS, escape, fit, fold, units
from bot.layout import NOT_FOUND, TEXT_LIMIT, Block, message, notice, shares
from bot.press import Press, button
from bot.render import place
from bot.words import count

if TYPE_CHECKING:
    from index.types import Citation, Theme

__all__ = ["PAGE", "gaps", "newest_id"]

PAGE = 5
"""Themes on a page."""

QUESTION_ROOM = 300
WORDS_ROOM = 160
"""A further question, a reason, a passage."""
CLOSING_ROOM = 150

WHY = {"unanswered": "no answer", "unhelpful": "not helpful", "reported": "reported"}
CLOSING = "-# Newest first. What is solved comes back when it is asked again without a good answer."
NONE_OPEN = "There are no open gaps: every question had an answer, and none was voted down or reported."


class Most(NamedTuple):
    """How many of each a theme shows."""

    questions: int
    reasons: int
    passages: int


FULL = Most(questions=3, reasons=2, passages=2)
SHORT = Most(questions=1, reasons=1, passages=1)
"""Where a page would not hold the full ones."""


class Words(NamedTuple):
    """Somebody's text, to be shown in at most `most` units."""

    text: str
    most: int = WORDS_ROOM


Part = str | Words


def gaps(themes: Sequence[Theme], page: int = 1, *, note: str = "") -> ui.LayoutView:
    """One page of themes, each with a button that solves it; `note` is a sentence above. A page past the end is the
    last."""
    if not themes:
        return notice(f"{note} {NONE_OPEN}".strip())
    pages = -(-len(themes) // PAGE)
    page = min(max(page, 1), pages)
    start = (page - 1) * PAGE
    shown = themes[start : start + PAGE]
    questions = sum(len(theme.gaps) for theme in themes)
    head = f"**{count(questions, 'open gap')} in {count(len(themes), 'theme')}**"
    if pages > 1:
        head += f", page {page} of {pages}"
    if note:
        head = f"{fit(note, 300)}\n{head}"
    blocks: list[Block] = [head]
    room = TEXT_LIMIT - units(head) - CLOSING_ROOM
    for theme, text in zip(shown, _texts(shown, start + 1, room), strict=True):
        blocks.append((text, button(Press("gapsolve", newest_id(theme), page=page), "Mark as solved")))
    return message([*blocks, CLOSING, _row(page, pages)], NOT_FOUND)


def newest_id(theme: Theme) -> str:
    """The id of the newest answer of a theme; it names the theme as long as that is not solved or forgotten."""
    return theme.gaps[0].ids[0] if theme.gaps and theme.gaps[0].ids else ""


def _row(page: int, pages: int) -> list[ui.Button[ui.LayoutView]]:
    export = button(Press("gapscsv"), "Export CSV")
    if pages == 1:
        return [export]
    back = button(Press("gaps", page=page - 1), "Back", disabled=page <= 1)
    return [back, button(Press("gaps", page=page + 1), "On", disabled=page >= pages), export]


def _texts(themes: Sequence[Theme], first: int, room: int) -> list[str]:
    """One text a theme, together at most `room` units; those that are too long for their share say less."""
    whole = [_laid(_parts(theme, number, FULL), TEXT_LIMIT) for number, theme in enumerate(themes, first)]
    rooms = shares([units(text) for text in whole], room)
    return [
        text if units(text) <= share else _laid(_parts(theme, number, SHORT), share)
        for number, (theme, text, share) in enumerate(zip(themes, whole, rooms, strict=True), first)
    ]


def _parts(theme: Theme, number: int, most: Most) -> list[Part]:
    """What is said of a theme: the newest question, how often and why, further questions, reasons, passages."""
    newest, *others = theme.gaps
    parts: list[Part] = [f"**{number}. ", Words(fold(newest.question) or ELLIPSIS, QUESTION_ROOM), "**"]
    parts.append(f"\n-# Asked {_times(theme.times)}, last <t:{int(newest.newest.timestamp())}:R> · {_whys(theme)}")
    if others:
        parts.append("\nAlso: ")
        for place_, gap in enumerate(others[: most.questions]):
            parts += [", “" if place_ else "“", Words(gap.question), f"” ({_times(gap.times)})"]
        parts.append(_more(len(others) - most.questions))
    reasons = [reason for gap in theme.gaps for reason in gap.reasons if fold(reason)]
    if reasons:
        parts.append("\nVoters wrote: ")
        for place_, reason in enumerate(reasons[: most.reasons]):
            parts += [", “" if place_ else "“", Words(reason), "”"]
        parts.append(_more(len(reasons) - most.reasons))
    return [*parts, *_passages(theme.nearest[: most.passages])]


def _passages(citations: Sequence[Citation]) -> Iterator[Part]:
    for citation in citations:
        yield from ("\n-# Nearest: “", Words(citation.shown), f"” {place(citation)}")


def _whys(theme: Theme) -> str:
    """Why its questions are gaps; with numbers where they are so for different reasons."""
    whys = Counter(gap.why for gap in theme.gaps)
    named = [(WHY.get(why) or fit(why, 20), times) for why, times in whys.most_common(len(WHY))]
    return ", ".join(f"{why} ({times:,})" if len(named) > 1 else why for why, times in named)


def _times(times: int) -> str:
    return "once" if times == 1 else f"{times:,} times"


def _more(left: int) -> str:
    return f" and {left:,} more" if left > 0 else ""


def _laid(parts: Sequence[Part], room: int) -> str:
    """The parts joined in at most `room` units: markup as it is, words escaped and cut evenly."""
    words = [part for part in parts if isinstance(part, Words)]
    left = room - sum(units(part) for part in parts if isinstance(part, str))
    rooms = iter(shares([min(each.most, units(escape(fold(each.text)))) for each in words], max(left, 0)))
    return "".join(fit(part.text, next(rooms)) if isinstance(part, Words) else part for part in parts)
