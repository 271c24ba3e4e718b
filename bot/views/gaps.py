"""What the sources lack, as a message: gaps by theme, a page at a time. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from discord import ui

from bot.text.answer_wording import and_more
from bot.text.escape import ELLIPSIS, escape, fit, fold, utf16_length
from bot.text.i18n import format_number, gettext, gettext_noop, ngettext, pgettext
from bot.views.answer import citation_location
from bot.views.custom_id import ComponentId, button
from bot.views.message import NOT_FOUND, TEXT_LIMIT, Block, build_message, notice_message, share_room
from index.domain.activity import GapReason

if TYPE_CHECKING:
    from index.domain.activity import Theme

__all__ = ["THEMES_PER_PAGE", "gaps_message", "newest_answer_id"]

THEMES_PER_PAGE = 5
"""Themes on a page."""

QUESTION_ROOM = 300
WORDS_ROOM = 160
"""A further question, a reason, a passage."""
NOTE_ROOM = 300

WHY: dict[str, str] = {
    GapReason.UNANSWERED: gettext_noop("no answer"),
    GapReason.UNHELPFUL: gettext_noop("not helpful"),
    GapReason.REPORTED: gettext_noop("reported"),
}
CLOSING = gettext_noop("Newest first. What is solved comes back when it is asked again without a good answer.")
NONE_OPEN = gettext_noop("There are no open gaps: every question had an answer, and none was voted down or reported.")
HOLE = "\0"
"""Where parts go within a sentence; no text that is fitted holds it."""


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


def gaps_message(themes: Sequence[Theme], page: int = 1, *, note: str = "") -> ui.LayoutView:
    """One page of themes, each with a button that solves it; `note` is a sentence above. A page past the end is the
    last."""
    if not themes:
        return notice_message(f"{note} {gettext(NONE_OPEN)}".strip())
    pages = -(-len(themes) // THEMES_PER_PAGE)
    page = min(max(page, 1), pages)
    start = (page - 1) * THEMES_PER_PAGE
    shown = themes[start : start + THEMES_PER_PAGE]
    questions = sum(len(theme.gaps) for theme in themes)
    head = gettext(
        "**{gaps} in {themes}**",
        gaps=ngettext("{number} open gap", "{number} open gaps", questions),
        themes=ngettext("{number} theme", "{number} themes", len(themes)),
    )
    if pages > 1:
        head = gettext("{title}, page {page} of {pages}", title=head, page=page, pages=pages)
    if note:
        head = f"{fit(note, NOTE_ROOM)}\n{head}"
    closing = f"-# {gettext(CLOSING)}"
    blocks: list[Block] = [head]
    room = TEXT_LIMIT - utf16_length(head) - utf16_length(closing)
    for theme, text in zip(shown, _texts(shown, start + 1, room), strict=True):
        solve = button(
            ComponentId("gapsolve", newest_answer_id(theme), page=page), pgettext("button", "Mark as solved")
        )
        blocks.append((text, solve))
    return build_message([*blocks, closing, _row(page, pages)], NOT_FOUND)


def newest_answer_id(theme: Theme) -> str:
    """The id of the newest answer of a theme; it names the theme as long as that is not solved or forgotten."""
    return theme.gaps[0].ids[0] if theme.gaps and theme.gaps[0].ids else ""


def _row(page: int, pages: int) -> list[ui.Button[ui.LayoutView]]:
    export = button(ComponentId("gapscsv"), pgettext("button", "Export CSV"))
    if pages == 1:
        return [export]
    back = button(ComponentId("gaps", page=page - 1), pgettext("button", "Back"), disabled=page <= 1)
    on = button(ComponentId("gaps", page=page + 1), pgettext("button", "Next"), disabled=page >= pages)
    return [back, on, export]


def _texts(themes: Sequence[Theme], first: int, room: int) -> list[str]:
    """One text a theme, together at most `room` units; those that are too long for their share say less."""
    whole = [_laid(_parts(theme, number, FULL), TEXT_LIMIT) for number, theme in enumerate(themes, first)]
    rooms = share_room([utf16_length(text) for text in whole], room)
    return [
        text if utf16_length(text) <= share else _laid(_parts(theme, number, SHORT), share)
        for number, (theme, text, share) in enumerate(zip(themes, whole, rooms, strict=True), first)
    ]


def _parts(theme: Theme, number: int, most: Most) -> list[Part]:
    """What is said of a theme: the newest question, how often and why, further questions, reasons, passages."""
    newest, *others = theme.gaps
    parts: list[Part] = [f"**{number}. ", Words(fold(newest.question) or ELLIPSIS, QUESTION_ROOM), "**"]
    last = f"<t:{int(newest.newest.timestamp())}:R>"
    parts.append(f"\n-# {gettext('Asked {times}, last {when}', times=_times(theme.times), when=last)} · {_whys(theme)}")
    if others:
        row = [[*_quoted(Words(gap.question)), f" ({_times(gap.times)})"] for gap in others]
        parts += ["\n", *_around(gettext("Also: {questions}", questions=HOLE), _listed(row, most.questions))]
    if reasons := [reason for gap in theme.gaps for reason in gap.reasons if fold(reason)]:
        row = [_quoted(Words(reason)) for reason in reasons]
        parts += ["\n", *_around(gettext("Voters wrote: {reasons}", reasons=HOLE), _listed(row, most.reasons))]
    for citation in theme.nearest[: most.passages]:
        words = [*_quoted(Words(citation.shown)), f" {citation_location(citation)}"]
        parts += ["\n-# ", *_around(gettext("Nearest: {passage}", passage=HOLE), words)]
    return parts


def _quoted(words: Words) -> list[Part]:
    """Between the quotation marks of the language."""
    return _around(gettext("“{words}”", words=HOLE), [words])


def _listed(row: Sequence[Sequence[Part]], most: int) -> list[Part]:
    """So many in a row, then how many more."""
    shown = [[", ", *one] if place_ else one for place_, one in enumerate(row[:most])]
    return _around(and_more(HOLE, len(row) - most), [part for one in shown for part in one])


def _around(sentence: str, parts: Sequence[Part]) -> list[Part]:
    """A sentence with the parts in place of its hole."""
    before, _, after = sentence.partition(HOLE)
    return [before, *parts, after]


def _whys(theme: Theme) -> str:
    """Why its questions are gaps; with numbers where they are so for different reasons."""
    whys = Counter(gap.why for gap in theme.gaps)
    named = [(gettext(WHY[why]) if why in WHY else fit(why, 20), times) for why, times in whys.most_common(len(WHY))]
    return ", ".join(f"{why} ({format_number(times)})" if len(named) > 1 else why for why, times in named)


def _times(times: int) -> str:
    return ngettext("once", "{number} times", times)


def _laid(parts: Sequence[Part], room: int) -> str:
    """The parts joined in at most `room` units: markup as it is, words escaped and cut evenly."""
    words = [part for part in parts if isinstance(part, Words)]
    left = room - sum(utf16_length(part) for part in parts if isinstance(part, str))
    rooms = iter(share_room([min(each.most, utf16_length(escape(fold(each.text)))) for each in words], max(left, 0)))
    return "".join(fit(part.text, next(rooms)) if isinstance(part, Words) else part for part in parts)
