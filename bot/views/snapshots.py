"""The snapshots that are kept, a roll-back to be confirmed, and the audit, as messages. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from discord import ButtonStyle, ui

from bot.text.escape import fit, fold
from bot.text.i18n import format_number, gettext, gettext_noop, ngettext, pgettext
from bot.text.index_messages import translate
from bot.views.custom_id import ComponentId, button
from bot.views.formatting import count_passages, count_sources, relative_time
from bot.views.message import FOUND, NOT_FOUND, Block, build_message, notice_message

if TYPE_CHECKING:
    from index.domain.snapshots import SnapshotInfo

__all__ = ["comparison_header", "confirm_rollback_message", "snapshots_message"]

SNAPSHOTS_PER_PAGE = 5
"""Snapshots on a page."""
ID_ROOM = 60
DAMAGE_ROOM = 250
MEGABYTE = 1_000_000

CLOSING = gettext_noop("Newest first. What is kept beyond the newest is what recent answers quote.")


def snapshots_message(kept: Sequence[SnapshotInfo], page: int = 1) -> ui.LayoutView:
    """One page of them, each with what can be done with it. A page past the end is the last."""
    if not kept:
        return notice_message(gettext("There are no snapshots yet. A moderator can build one with /reindex."))
    pages = -(-len(kept) // SNAPSHOTS_PER_PAGE)
    page = min(max(page, 1), pages)
    title = f"**{ngettext('{number} snapshot', '{number} snapshots', len(kept))}**"
    if pages > 1:
        title = gettext("{title}, page {page} of {pages}", title=title, page=page, pages=pages)
    blocks: list[Block] = [title]
    for one in kept[(page - 1) * SNAPSHOTS_PER_PAGE : page * SNAPSHOTS_PER_PAGE]:
        blocks.append(_described(one))
        if not one.live:
            blocks.append([button(ComponentId("snapdiff", one.id), pgettext("button", "What changed")), _back(one)])
    return build_message([*blocks, f"-# {gettext(CLOSING)}", _turning("snapshots", page, more=page < pages)], FOUND)


def comparison_header(one: SnapshotInfo) -> tuple[str, list[ui.Button[ui.LayoutView]]]:
    """The title and the button of a comparison of the live snapshot with this one."""
    return gettext("**From the live snapshot to {id}**", id=fit(one.id, ID_ROOM)), [_back(one)]


def confirm_rollback_message(one: SnapshotInfo) -> ui.LayoutView:
    """Whether it is really to be made live."""
    asked = gettext("**Roll back to this snapshot?** Questions are answered from it at once, for everyone.")
    after = gettext("The next reindex takes the sources as they are then.")
    row = [
        button(ComponentId("rollback", one.id), pgettext("button", "Roll back"), style=ButtonStyle.danger),
        button(ComponentId("rollnot", one.id), pgettext("button", "Cancel")),
    ]
    return build_message([f"{asked}\n-# {after}", _described(one), row], NOT_FOUND)


def _described(one: SnapshotInfo) -> str:
    live = f" · **{gettext('live')}**" if one.live else ""
    size = gettext("{size} MB", size=format_number(one.bytes / MEGABYTE, 1))
    about = f"{count_passages(one.passages)} · {count_sources(one.sources)} · {size}"
    damage = ""
    if fold(one.damage):
        damage = f"\n{gettext('Damaged: {why}', why=fit(translate(one.damage), DAMAGE_ROOM))}"
    return f"**{relative_time(one.created)}**{live}\n{about}{damage}\n-# {fit(one.id, ID_ROOM)}"


def _back(one: SnapshotInfo) -> ui.Button[ui.LayoutView]:
    return button(ComponentId("rollask", one.id), pgettext("button", "Roll back"), disabled=one.live or not one.whole)


def _turning(action: str, page: int, *, more: bool) -> list[ui.Button[ui.LayoutView]]:
    """Buttons to turn pages; none where there is one page."""
    if page <= 1 and not more:
        return []
    back = button(ComponentId(action, page=max(page - 1, 0)), pgettext("button", "Back"), disabled=page <= 1)
    return [back, button(ComponentId(action, page=page + 1), pgettext("button", "Next"), disabled=not more)]
