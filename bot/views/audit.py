"""The audit log as a message."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from discord import ui

from bot.text.escape import fit, fold, utf16_length
from bot.text.i18n import gettext, gettext_noop
from bot.text.index_messages import translate
from bot.views.custom_id import ComponentId
from bot.views.formatting import page_buttons
from bot.views.message import FOUND, TEXT_LIMIT, build_message, notice_message, share_room
from bot.views.snapshot_names import name_snapshots
from bot.views.times import relative_time
from index.domain.activity import COMMAND_LINE, DIRECT, SCHEDULE, START, WATCHER, WEB

if TYPE_CHECKING:
    from index.domain.activity import AuditEntry

__all__ = ["LINES_PER_PAGE", "PLACES", "audit_message"]

LINES_PER_PAGE = 10

ACTION_ROOM = 140
"""An action in a line of the audit; it contains the name of a source."""
PLACE_ROOM = 60
NO_NAMES: Mapping[str, str] = {}

PLACES = {
    DIRECT: gettext_noop("in a direct message"),
    COMMAND_LINE: gettext_noop("on the command line"),
    SCHEDULE: gettext_noop("by the schedule"),
    START: gettext_noop("at the bot's start"),
    WATCHER: gettext_noop("by the watcher"),
    WEB: gettext_noop("on the moderators' page"),
}
"""Places outside any server."""


def audit_message(
    entries: Sequence[AuditEntry], page: int, *, more: bool, everywhere: bool, servers: Mapping[str, str] = NO_NAMES
) -> ui.LayoutView:
    """Return one page of the audit log, newest entry first; `more` says whether there are older ones.

    People are mentioned, which pings nobody in a message that allows no mentions. `everywhere` names the place of every
    entry, and `servers` are the names of servers by id.
    """
    if not entries:
        return notice_message(gettext("Nothing is written in the audit yet."))
    title = gettext("**Audit**, newest first") if not everywhere else gettext("**Audit** of all places, newest first")
    if page > 1 or more:
        title = gettext("{title}, page {page}", title=title, page=page)
    heads = [_head(entry, servers, everywhere=everywhere) for entry in entries]
    room = TEXT_LIMIT - utf16_length(title) - sum(utf16_length(head) + 4 for head in heads)
    outcomes = [translate(entry.outcome) for entry in entries]
    rooms = share_room([utf16_length(fit(outcome, TEXT_LIMIT)) for outcome in outcomes], room)
    lines = [
        f"{head} {name_snapshots(fit(outcome, share))}"
        for head, outcome, share in zip(heads, outcomes, rooms, strict=True)
    ]
    return build_message([title, "\n".join(lines), page_buttons(ComponentId("audit", page=page), more=more)], FOUND)


def _head(entry: AuditEntry, servers: Mapping[str, str], *, everywhere: bool) -> str:
    """Return when, by whom and where something was done, and what."""
    parts = [relative_time(entry.time)]
    if entry.user is not None:
        parts.append(f"<@{entry.user}>")
    if everywhere or not entry.origin.isdecimal():
        parts.append(_place(entry.origin, servers))
    return f"-# {' · '.join(parts)}\n**{name_snapshots(fit(translate(entry.action), ACTION_ROOM))}**:"


def _place(place: str, servers: Mapping[str, str]) -> str:
    if place in PLACES:
        return gettext(PLACES[place])
    if not place.isdecimal():
        return fit(place, PLACE_ROOM)
    name = fit(servers[place], PLACE_ROOM) if fold(servers.get(place, "")) else f"`{place}`"
    return gettext("in the server {id}", id=name)
