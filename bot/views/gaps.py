"""Gaps of the sources as a message: grouped by theme, one page at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from discord import ui

from bot.text.answer_wording import and_more
from bot.text.escape import ELLIPSIS, escape, fit, fold, utf16_length
from bot.text.i18n import format_number, gettext, gettext_noop, ngettext, pgettext
from bot.views.custom_id import ComponentId, button
from bot.views.formatting import clamp_page, page_buttons, page_title
from bot.views.message import NOT_FOUND, TEXT_LIMIT, Block, build_message, notice_message, share_room
from bot.views.times import relative_time
from index.domain.activity import GapReason

if TYPE_CHECKING:
    from index.domain.activity import Theme

__all__ = ["THEMES_PER_PAGE", "WHY", "gaps_message", "newest_answer_id"]

THEMES_PER_PAGE = 5

QUESTION_ROOM = 200
WORDS_ROOM = 120
"""A further question or a reason."""
PASSAGE_ROOM, SOURCE_ROOM = 70, 40
NOTE_ROOM = 300

WHY: dict[str, str] = {
    GapReason.UNANSWERED: gettext_noop("no answer"),
    GapReason.UNHELPFUL: gettext_noop("not helpful"),
    GapReason.REPORTED: gettext_noop("reported"),
}
CLOSING = gettext_noop("Newest first. What is solved comes back when it is asked again without a good answer.")
NONE_OPEN = gettext_noop("There are no open gaps: every question had an answer, and none was voted down or reported.")
SLOT = "\0"
"""Stands for parts within a translated sentence; no fitted text contains it."""


FULL, SHORT = 2, 1
"""How many reasons or other wordings of a theme are shown; fewer for themes that would not fit on a page in full."""


class Words(NamedTuple):
    """Somebody's text, to be shown in at most `room` units."""

    text: str
    room: int = WORDS_ROOM


Part = str | Words
"""Markup as it is, or words to escape and cut."""


def gaps_message(themes: Sequence[Theme], page: int = 1, *, note: str = "") -> ui.LayoutView:
    """Return one page of themes, each with a button that marks it as solved.

    A page past the end is the last. `note` is a sentence above the themes.
    """
    if not themes:
        return notice_message(f"{note} {gettext(NONE_OPEN)}".strip())
    page, pages = clamp_page(page, len(themes), THEMES_PER_PAGE)
    start = (page - 1) * THEMES_PER_PAGE
    shown = themes[start : start + THEMES_PER_PAGE]
    questions = sum(len(theme.gaps) for theme in themes)
    title = gettext(
        "**{gaps} in {themes}**",
        gaps=ngettext("{number} open gap", "{number} open gaps", questions),
        themes=ngettext("{number} theme", "{number} themes", len(themes)),
    )
    head = page_title(title, page, pages)
    if note:
        head = f"{fit(note, NOTE_ROOM)}\n{head}"
    closing = f"-# {gettext(CLOSING)}"
    blocks: list[Block] = [head]
    room = TEXT_LIMIT - utf16_length(head) - utf16_length(closing)
    for theme, text in zip(shown, _theme_texts(shown, start + 1, room), strict=True):
        component_id = ComponentId("gapsolve", newest_answer_id(theme), page=page)
        blocks.append((text, button(component_id, pgettext("button", "Mark as solved"))))
    turn = page_buttons(ComponentId("gaps", page=page), more=page < pages)
    export = button(ComponentId("gapscsv"), pgettext("button", "Export CSV"))
    return build_message([*blocks, closing, [*turn, export]], NOT_FOUND)


def newest_answer_id(theme: Theme) -> str:
    """Return the id of the newest answer of a theme, which identifies it until it is solved or deleted."""
    return theme.gaps[0].ids[0] if theme.gaps and theme.gaps[0].ids else ""


def _theme_texts(themes: Sequence[Theme], first: int, room: int) -> list[str]:
    """Return a text for each theme, at most `room` units all together; one that exceeds its share is shortened."""
    full = [_join_parts(_theme_parts(theme, number, FULL), TEXT_LIMIT) for number, theme in enumerate(themes, first)]
    rooms = share_room([utf16_length(text) for text in full], room)
    return [
        text if utf16_length(text) <= share else _join_parts(_theme_parts(theme, number, SHORT), share)
        for number, (theme, text, share) in enumerate(zip(themes, full, rooms, strict=True), first)
    ]


def _theme_parts(theme: Theme, number: int, limit: int) -> list[Part]:
    """Return three lines: the newest question of a theme, how often and why, and what says most of it beside."""
    newest, *others = theme.gaps
    parts: list[Part] = [f"**{number}. ", Words(fold(newest.question) or ELLIPSIS, QUESTION_ROOM), "**"]
    asked = gettext("Asked {times}, last {when}", times=_times(theme.times), when=relative_time(newest.newest))
    about = [asked, _reasons(theme)]
    if others:
        about.append(ngettext("{number} wording", "{number} wordings", len(theme.gaps)))
    parts.append(f"\n-# {' · '.join(about)}")
    return [*parts, *_detail_parts(theme, limit)]


def _detail_parts(theme: Theme, limit: int) -> list[Part]:
    """Return what voters wrote, else other wordings, else the nearest passage; the file of all gaps has the rest."""
    if reasons := [reason for gap in theme.gaps for reason in gap.reasons if fold(reason)]:
        row = _join_row([_quoted(Words(reason)) for reason in reasons], limit)
        return ["\n-# ", *_fill_slot(gettext("Voters wrote: {reasons}", reasons=SLOT), row)]
    if others := theme.gaps[1:]:
        row = _join_row([[*_quoted(Words(gap.question)), f" ({_times(gap.times)})"] for gap in others], limit)
        return ["\n-# ", *_fill_slot(gettext("Also: {questions}", questions=SLOT), row)]
    for citation in theme.nearest[:1]:
        passage = [*_quoted(Words(citation.shown, PASSAGE_ROOM)), " ", Words(citation.source, SOURCE_ROOM)]
        return ["\n-# ", *_fill_slot(gettext("Nearest: {passage}", passage=SLOT), passage)]
    return []


def _quoted(words: Words) -> list[Part]:
    return _fill_slot(gettext("“{words}”", words=SLOT), [words])


def _join_row(items: Sequence[Sequence[Part]], limit: int) -> list[Part]:
    """Return the first items in a row, and the number of the others."""
    shown = [[", ", *item] if number else item for number, item in enumerate(items[:limit])]
    return _fill_slot(and_more(SLOT, len(items) - limit), [part for item in shown for part in item])


def _fill_slot(sentence: str, parts: Sequence[Part]) -> list[Part]:
    before, _, after = sentence.partition(SLOT)
    return [before, *parts, after]


def _reasons(theme: Theme) -> str:
    """Return why its questions are gaps, with numbers if there are several reasons."""
    counts = Counter(gap.why for gap in theme.gaps)
    named = [(gettext(WHY[why]) if why in WHY else fit(why, 20), times) for why, times in counts.most_common(len(WHY))]
    return ", ".join(f"{reason} ({format_number(times)})" if len(named) > 1 else reason for reason, times in named)


def _times(times: int) -> str:
    return ngettext("once", "{number} times", times)


def _join_parts(parts: Sequence[Part], room: int) -> str:
    """Return the parts as one text of at most `room` units; words are escaped and share what markup leaves."""
    words = [part for part in parts if isinstance(part, Words)]
    left = room - sum(utf16_length(part) for part in parts if isinstance(part, str))
    wanted = [min(item.room, utf16_length(escape(fold(item.text)))) for item in words]
    rooms = iter(share_room(wanted, max(left, 0)))
    return "".join(fit(part.text, next(rooms)) if isinstance(part, Words) else part for part in parts)
