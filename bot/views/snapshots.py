"""The snapshots that are kept, and the confirmation of a roll-back, as messages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from discord import ButtonStyle, ui

from bot.text.escape import fit, fold
from bot.text.i18n import format_number, gettext, gettext_noop, ngettext, pgettext
from bot.text.index_messages import translate
from bot.views.custom_id import ComponentId, button
from bot.views.formatting import (
    clamp_page,
    count_passages,
    count_sources,
    page_buttons,
    page_title,
)
from bot.views.message import FOUND, NOT_FOUND, Block, build_message, notice_message
from bot.views.snapshot_names import name_snapshots, snapshot_name
from bot.views.times import relative_time

if TYPE_CHECKING:
    from index.domain.snapshots import SnapshotInfo

__all__ = ["comparison_header", "confirm_rollback_message", "snapshots_message"]

SNAPSHOTS_PER_PAGE = 5
DAMAGE_ROOM = 250
MEGABYTE = 1_000_000

CLOSING = gettext_noop("Newest first. What is kept beyond the newest is what recent answers quote.")


def snapshots_message(snapshots: Sequence[SnapshotInfo], page: int = 1) -> ui.LayoutView:
    """Return one page of the snapshots, each with its buttons; a page past the end is the last."""
    if not snapshots:
        return notice_message(gettext("There are no snapshots yet. A moderator can build one with /reindex."))
    page, pages = clamp_page(page, len(snapshots), SNAPSHOTS_PER_PAGE)
    title = f"**{ngettext('{number} snapshot', '{number} snapshots', len(snapshots))}**"
    blocks: list[Block] = [page_title(title, page, pages)]
    for snapshot in snapshots[(page - 1) * SNAPSHOTS_PER_PAGE : page * SNAPSHOTS_PER_PAGE]:
        blocks.append(_description(snapshot, snapshots))
        if not snapshot.live:
            compare = button(ComponentId("snapdiff", snapshot.id), pgettext("button", "What changed"))
            blocks.append([compare, _rollback_button(snapshot)])
    turn = page_buttons(ComponentId("snapshots", page=page), more=page < pages)
    return build_message([*blocks, f"-# {gettext(CLOSING)}", turn], FOUND)


def comparison_header(
    snapshot: SnapshotInfo, snapshots: Sequence[SnapshotInfo] = ()
) -> tuple[str, list[ui.Button[ui.LayoutView]]]:
    """Return the title and the buttons of a comparison of the live snapshot with this one of all that are kept."""
    title = gettext("**From the live snapshot to {id}**", id=snapshot_name(snapshot.id, _ids(snapshots)))
    return title, [_rollback_button(snapshot)]


def confirm_rollback_message(snapshot: SnapshotInfo, snapshots: Sequence[SnapshotInfo] = ()) -> ui.LayoutView:
    """Return a question whether to make one of the kept snapshots live, with a button that does."""
    question = gettext("**Roll back to this snapshot?** Questions are answered from it at once, for everyone.")
    note = gettext("The next reindex takes the sources as they are then.")
    row = [
        button(ComponentId("rollback", snapshot.id), pgettext("button", "Roll back"), style=ButtonStyle.danger),
        button(ComponentId("rollnot", snapshot.id), pgettext("button", "Cancel")),
    ]
    return build_message([f"{question}\n-# {note}", _description(snapshot, snapshots), row], NOT_FOUND)


def _description(snapshot: SnapshotInfo, snapshots: Sequence[SnapshotInfo]) -> str:
    live = f" · **{gettext('live')}**" if snapshot.live else ""
    size = gettext("{size} MB", size=format_number(snapshot.bytes / MEGABYTE, 1))
    about = f"{count_passages(snapshot.passages)} · {count_sources(snapshot.sources)} · {size}"
    damage = ""
    if fold(snapshot.damage):
        damage = f"\n{gettext('Damaged: {why}', why=name_snapshots(fit(translate(snapshot.damage), DAMAGE_ROOM)))}"
    name = snapshot_name(snapshot.id, _ids(snapshots))
    return f"**{relative_time(snapshot.created)}**{live}\n{about}{damage}\n-# {name}"


def _ids(snapshots: Sequence[SnapshotInfo]) -> list[str]:
    return [snapshot.id for snapshot in snapshots]


def _rollback_button(snapshot: SnapshotInfo) -> ui.Button[ui.LayoutView]:
    disabled = snapshot.live or not snapshot.whole
    return button(ComponentId("rollask", snapshot.id), pgettext("button", "Roll back"), disabled=disabled)
