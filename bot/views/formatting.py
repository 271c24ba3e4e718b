"""Pieces that several messages share: lists, names, counts and moments."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.text.answer_wording import and_more
from bot.text.escape import fit, fold, utf16_length
from bot.text.i18n import gettext, gettext_noop, ngettext
from bot.text.index_messages import translate
from bot.views.message import TEXT_LIMIT
from index.domain.snapshots import SourceState

if TYPE_CHECKING:
    from index.domain.snapshots import SkippedSource, SourceInfo

__all__ = [
    "LINE_ROOM",
    "STATES",
    "count_passages",
    "count_sources",
    "join_names",
    "list_block",
    "older_copy_note",
    "relative_time",
    "skipped_lines",
]

LINE_ROOM = 180
"""One line of a list: a source, or a skipped file with its reason."""


NAMES_ROOM = 400
"""Names in a row, such as the sources added."""


LONGEST_LIST = 8
"""Lines of a list that is only a part of a message."""


STATES: dict[str, str] = {
    SourceState.CHANGED: gettext_noop("changed since"),
    SourceState.REMOVED: gettext_noop("removed since"),
    SourceState.NEW: gettext_noop("new since"),
}
"""What became of a source since it was indexed."""


def older_copy_note(one: SourceInfo, room: int) -> str:
    """Since when no newer copy of a source was to be had, and why; empty where that is not so."""
    if not fold(one.problem):
        return ""
    why = fit(translate(one.problem), room)
    return gettext("from {when}, {why}", when=relative_time(one.since), why=why) if one.since else why


def count_sources(number: int) -> str:
    """Such as "2 sources"."""
    return ngettext("{number} source", "{number} sources", number)


def count_passages(number: int) -> str:
    """Such as "21 passages"."""
    return ngettext("{number} passage", "{number} passages", number)


def skipped_lines(skipped: Sequence[SkippedSource]) -> list[str]:
    """The files that are no sources, with the reasons."""
    return [f"{fit(one.source, LINE_ROOM // 2)}: {fit(translate(one.reason), LINE_ROOM)}" for one in skipped]


def list_block(title: str, lines: Sequence[str], more: int = 0, *, room: int = TEXT_LIMIT) -> list[str]:
    """The first of some lines below a title, and how many more there are, in at most `room` units; `more` come on top
    of the lines. No block where there is nothing."""
    if not lines and not title:
        return []
    kept = list(lines[:LONGEST_LIST])
    while True:
        left = len(lines) - len(kept) + more
        block = "\n".join([title, *kept, *([gettext("and {number} more", number=left)] if left > 0 else [])])
        if utf16_length(block) <= room or not kept:
            return [block]
        kept.pop()


def join_names(named: Sequence[str]) -> str:
    """Names in a row, as many as there is room for, then how many more."""
    shown: list[str] = []
    room = NAMES_ROOM
    for name in named:
        safe = fit(name, LINE_ROOM // 2)
        room -= utf16_length(safe) + 2
        if room < 0:
            break
        shown.append(safe)
    return and_more(", ".join(shown), len(named) - len(shown))


def relative_time(when: datetime) -> str:
    """A time that Discord shows as "2 hours ago", in the reader's language."""
    aware = when if when.tzinfo else when.replace(tzinfo=UTC)
    return f"<t:{int(aware.timestamp())}:R>"
