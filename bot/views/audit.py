"""The audit as a message."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from discord import ui

from bot.text.escape import fit, utf16_length
from bot.text.i18n import gettext, gettext_noop
from bot.text.index_messages import translate
from bot.views.formatting import relative_time
from bot.views.message import FOUND, TEXT_LIMIT, build_message, notice_message, share_room
from index.domain.activity import COMMAND_LINE, DIRECT, SCHEDULE, WATCHER

if TYPE_CHECKING:
    from index.domain.activity import AuditEntry
from bot.views.snapshots import ID_ROOM, _turning

__all__ = ["LINES_PER_PAGE", "audit_message"]

LINES_PER_PAGE = 10
"""Lines of the audit on a page."""


WHAT_ROOM = 140
"""What was done, in a line of the audit; a source's name is in it."""


PLACES = {
    DIRECT: gettext_noop("in a direct message"),
    COMMAND_LINE: gettext_noop("on the command line"),
    SCHEDULE: gettext_noop("by the schedule"),
    WATCHER: gettext_noop("by the watcher"),
}
"""Where something was done that was done in no server, by its name in the audit."""


def audit_message(lines: Sequence[AuditEntry], page: int, *, more: bool, everywhere: bool) -> ui.LayoutView:
    """One page of the audit; `more` says whether there are older lines, `everywhere` whether it is that of all places.
    People are shown by their id, which pings nobody."""
    if not lines:
        return notice_message(gettext("Nothing is written in the audit yet."))
    title = gettext("**Audit**, newest first") if not everywhere else gettext("**Audit** of all places, newest first")
    if page > 1 or more:
        title = gettext("{title}, page {page}", title=title, page=page)
    heads = [_head(one, everywhere=everywhere) for one in lines]
    room = TEXT_LIMIT - utf16_length(title) - sum(utf16_length(head) + 4 for head in heads)
    came = [translate(one.outcome) for one in lines]
    rooms = share_room([utf16_length(fit(text, TEXT_LIMIT)) for text in came], room)
    shown = [f"{head} {fit(text, share)}" for head, text, share in zip(heads, came, rooms, strict=True)]
    return build_message([title, "\n".join(shown), _turning("audit", page, more=more)], FOUND)


def _head(line: AuditEntry, *, everywhere: bool) -> str:
    """When, who and where, and what was done."""
    parts = [relative_time(line.at)]
    if line.who is not None:
        parts.append(f"`{line.who}`")
    if everywhere or not line.where.isdecimal():
        place = (
            gettext("in the server {id}", id=f"`{line.where}`") if line.where.isdecimal() else fit(line.where, ID_ROOM)
        )
        parts.append(gettext(PLACES[line.where]) if line.where in PLACES else place)
    return f"-# {' · '.join(parts)}\n**{fit(translate(line.what), WHAT_ROOM)}**:"
