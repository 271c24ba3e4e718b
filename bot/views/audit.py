"""The audit log as a message."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from discord import ui

from bot.text.escape import fit, utf16_length
from bot.text.i18n import gettext, gettext_noop
from bot.text.index_messages import translate
from bot.views.custom_id import ComponentId
from bot.views.formatting import SNAPSHOT_ID_ROOM, page_buttons, relative_time
from bot.views.message import FOUND, TEXT_LIMIT, build_message, notice_message, share_room
from index.domain.activity import COMMAND_LINE, DIRECT, SCHEDULE, WATCHER

if TYPE_CHECKING:
    from index.domain.activity import AuditEntry

__all__ = ["LINES_PER_PAGE", "audit_message"]

LINES_PER_PAGE = 10

ACTION_ROOM = 140
"""An action in a line of the audit; it contains the name of a source."""

PLACES = {
    DIRECT: gettext_noop("in a direct message"),
    COMMAND_LINE: gettext_noop("on the command line"),
    SCHEDULE: gettext_noop("by the schedule"),
    WATCHER: gettext_noop("by the watcher"),
}
"""Places outside any server."""


def audit_message(entries: Sequence[AuditEntry], page: int, *, more: bool, everywhere: bool) -> ui.LayoutView:
    """Return one page of the audit log, newest entry first; `more` says whether there are older ones.

    People are shown by their id, which pings nobody. `everywhere` names the place of every entry.
    """
    if not entries:
        return notice_message(gettext("Nothing is written in the audit yet."))
    title = gettext("**Audit**, newest first") if not everywhere else gettext("**Audit** of all places, newest first")
    if page > 1 or more:
        title = gettext("{title}, page {page}", title=title, page=page)
    heads = [_head(entry, everywhere=everywhere) for entry in entries]
    room = TEXT_LIMIT - utf16_length(title) - sum(utf16_length(head) + 4 for head in heads)
    outcomes = [translate(entry.outcome) for entry in entries]
    rooms = share_room([utf16_length(fit(outcome, TEXT_LIMIT)) for outcome in outcomes], room)
    lines = [f"{head} {fit(outcome, share)}" for head, outcome, share in zip(heads, outcomes, rooms, strict=True)]
    return build_message([title, "\n".join(lines), page_buttons(ComponentId("audit", page=page), more=more)], FOUND)


def _head(entry: AuditEntry, *, everywhere: bool) -> str:
    """Return when, by whom and where something was done, and what."""
    parts = [relative_time(entry.time)]
    if entry.user is not None:
        parts.append(f"`{entry.user}`")
    if everywhere or not entry.origin.isdecimal():
        parts.append(_place(entry.origin))
    return f"-# {' · '.join(parts)}\n**{fit(translate(entry.action), ACTION_ROOM)}**:"


def _place(place: str) -> str:
    if place in PLACES:
        return gettext(PLACES[place])
    return gettext("in the server {id}", id=f"`{place}`") if place.isdecimal() else fit(place, SNAPSHOT_ID_ROOM)
