"""Pieces that several messages share: lists, pages, names, counts and times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from discord import ui

from bot.text.answer_wording import and_more
from bot.text.escape import fit, fold, utf16_length
from bot.text.i18n import gettext, gettext_noop, ngettext, pgettext
from bot.text.index_messages import translate
from bot.views.custom_id import ComponentId, button
from bot.views.message import TEXT_LIMIT
from bot.views.times import relative_time
from index.domain.snapshots import SourceState

if TYPE_CHECKING:
    from index.domain.snapshots import SkippedSource, SourceInfo, SourceNote

__all__ = [
    "LINE_ROOM",
    "NAMES_ROOM",
    "NOTES",
    "STATES",
    "clamp_page",
    "count_passages",
    "count_sources",
    "join_names",
    "list_block",
    "note_lines",
    "older_copy_note",
    "page_buttons",
    "page_title",
    "skipped_lines",
]

LINE_ROOM = 180
"""A line of a list: a source, or a skipped file with its reason."""

NAMES_ROOM = 400
"""Names in a row, such as the sources added."""

MAX_LINES = 8
"""Lines of a list that is only a part of a message."""

NOTES = gettext_noop("**Read with remarks**")
"""Above the remarks on files that were read."""

STATES: dict[str, str] = {
    SourceState.CHANGED: gettext_noop("changed since"),
    SourceState.REMOVED: gettext_noop("removed since"),
    SourceState.NEW: gettext_noop("new since"),
}
"""How a source differs from the live snapshot."""


def older_copy_note(source: SourceInfo, room: int) -> str:
    """Return the age of an older copy of a source and why it was not fetched anew; empty if the copy is current."""
    if not fold(source.problem):
        return ""
    why = fit(translate(source.problem), room)
    return gettext("from {when}, {why}", when=relative_time(source.since), why=why) if source.since else why


def count_sources(number: int) -> str:
    """Return a number of sources, such as "2 sources"."""
    return ngettext("{number} source", "{number} sources", number)


def count_passages(number: int) -> str:
    """Return a number of passages, such as "21 passages"."""
    return ngettext("{number} passage", "{number} passages", number)


def skipped_lines(skipped: Sequence[SkippedSource]) -> list[str]:
    """Return a line for each skipped file, with the reason."""
    return [f"{fit(item.source, LINE_ROOM // 2)}: {fit(translate(item.reason), LINE_ROOM)}" for item in skipped]


def note_lines(notes: Sequence[SourceNote]) -> list[str]:
    """Return a line for each remark on a file that was read."""
    return [f"{fit(item.source, LINE_ROOM // 2)}: {fit(translate(item.note), LINE_ROOM)}" for item in notes]


def list_block(title: str, lines: Sequence[str], more: int = 0, *, room: int = TEXT_LIMIT) -> list[str]:
    """Return a block with the first lines of a list below its title, in at most `room` UTF-16 units.

    `more` further items are counted with the lines that do not fit. Without a title and lines there is no block.
    """
    if not lines and not title:
        return []
    shown = list(lines[:MAX_LINES])
    while True:
        left = len(lines) - len(shown) + more
        block = "\n".join([title, *shown, *([gettext("and {number} more", number=left)] if left > 0 else [])])
        if utf16_length(block) <= room or not shown:
            return [block]
        shown.pop()


def join_names(names: Sequence[str], most: int | None = None) -> str:
    """Return names in a row, as many as fit but at most `most`, and the number of the others."""
    shown: list[str] = []
    room = NAMES_ROOM
    for name in names[:most]:
        escaped = fit(name, LINE_ROOM // 2)
        room -= utf16_length(escaped) + 2
        if room < 0:
            break
        shown.append(escaped)
    return and_more(", ".join(shown), len(names) - len(shown))


def clamp_page(page: int, items: int, per_page: int) -> tuple[int, int]:
    """Return the page to show and the number of pages; a page past the end is the last."""
    pages = -(-items // per_page)
    return min(max(page, 1), pages), pages


def page_title(title: str, page: int, pages: int) -> str:
    """Return a title with the page, if there are several."""
    if pages <= 1:
        return title
    return gettext("{title}, page {page} of {pages}", title=title, page=page, pages=pages)


def page_buttons(component_id: ComponentId, *, more: bool) -> list[ui.Button[ui.LayoutView]]:
    """Return buttons to the pages before and after that of a component; none if there is only one page."""
    page = component_id.page
    if page <= 1 and not more:
        return []
    back, on = replace(component_id, page=max(page - 1, 0)), replace(component_id, page=page + 1)
    return [
        button(back, pgettext("button", "Back"), disabled=page <= 1),
        button(on, pgettext("button", "Next"), disabled=not more),
    ]
