"""What moderators are shown of sources that come in and go out. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from discord import ButtonStyle, ui

from bot.text.escape import fit, utf16_length
from bot.text.i18n import gettext, gettext_noop, ngettext, pgettext
from bot.text.index_messages import translate
from bot.views.custom_id import ComponentId, button
from bot.views.formatting import STATES, older_copy_note
from bot.views.message import FOUND, NOT_FOUND, TEXT_LIMIT, build_message, notice_message
from index.domain.sources import UploadOutcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from index.domain.snapshots import SourceFileInfo, SourceInfo, Status

__all__ = [
    "KEEP",
    "REINDEX",
    "REMOVE",
    "REPLACE",
    "confirm_remove_message",
    "confirm_replace_message",
    "source_added_message",
    "source_files_message",
    "source_removed_message",
]

REPLACE, REMOVE, KEEP, REINDEX = "srcreplace", "srcremove", "srckeep", "srcreindex"
"""Actions of buttons."""

NAME_ROOM = 220
LINE_ROOM = 100
WHY_ROOM = 60
REASON_ROOM = 100
"""Why a source is old, in its line; why it is skipped, in one of its own."""
FILES_PER_PAGE = 12
DONE: dict[str, str] = {
    UploadOutcome.ADDED: gettext_noop("**Added**: {name}, {size}. Answers come from it once the index is rebuilt."),
    UploadOutcome.REPLACED: gettext_noop(
        "**Replaced**: {name}, {size}. Answers come from it once the index is rebuilt."
    ),
}


def source_added_message(outcome: str, name: str, size: int) -> ui.LayoutView:
    """That a file came in, with a button that reindexes."""
    text = gettext(DONE[outcome], name=fit(name, NAME_ROOM), size=_size(size))
    return build_message([text, [_reindex()]], FOUND)


def source_removed_message(name: str) -> ui.LayoutView:
    """That a file is gone, with a button that reindexes."""
    text = gettext("**Removed**: {name}. Answers come from it until the index is rebuilt.", name=fit(name, NAME_ROOM))
    return build_message([text, [_reindex()]], FOUND)


def confirm_replace_message(key: str, name: str, size: int) -> ui.LayoutView:
    """Whether the file that is there shall be replaced by the one that waits under a key."""
    text = gettext(
        "**{name} is there already.** Shall your file, {size}, replace it?", name=fit(name, NAME_ROOM), size=_size(size)
    )
    replace = button(ComponentId(REPLACE, key), pgettext("button", "Replace"), style=ButtonStyle.danger)
    return build_message([text, [replace, _keep(key)]], NOT_FOUND)


def confirm_remove_message(key: str, name: str) -> ui.LayoutView:
    """Whether the file with that key shall go."""
    text = gettext(
        "**Remove {name}?** Its file is deleted; the next reindex takes it out of the answers.",
        name=fit(name, NAME_ROOM),
    )
    remove = button(ComponentId(REMOVE, key), pgettext("button", "Remove"), style=ButtonStyle.danger)
    return build_message([text, [remove, _keep(key)]], NOT_FOUND)


def source_files_message(now: Status, files: Sequence[SourceFileInfo], page: int = 1) -> ui.LayoutView:
    """Files and pages of the web with size and age, and what is wrong with them; a page past the end is the last."""
    infos, shelved = {one.source: one for one in now.sources}, {one.name: one for one in files}
    reasons = {one.source: one.reason for one in now.skipped}
    names = sorted(infos.keys() | shelved.keys())
    if not names:
        return notice_message(gettext("There are no sources yet."))
    pages = -(-len(names) // FILES_PER_PAGE)
    page = min(max(page, 1), pages)
    shown = names[(page - 1) * FILES_PER_PAGE : page * FILES_PER_PAGE]
    title = f"**{ngettext('{number} source', '{number} sources', len(names))}**"
    if pages > 1:
        title = gettext("{title}, page {page} of {pages}", title=title, page=page, pages=pages)
    abouts = [_about(shelved.get(name), infos.get(name), reasons.get(name, "")) for name in shown]
    room = (TEXT_LIMIT - utf16_length(title) - sum(utf16_length(about) + len("****: \n") for about in abouts)) // len(
        shown
    )
    lines = [f"**{fit(name, min(LINE_ROOM, room))}**: {about}" for name, about in zip(shown, abouts, strict=True)]
    return build_message([title, "\n".join(lines)], FOUND)


def _about(file: SourceFileInfo | None, info: SourceInfo | None, reason: str) -> str:
    """Size and age of a source, and what is the matter with it."""
    parts = (
        [_size(file.bytes), gettext("changed {when}", when=f"<t:{int(file.changed.timestamp())}:R>")] if file else []
    )
    if info and info.state in STATES:
        parts.append(gettext(STATES[info.state]))
    if info and (old := older_copy_note(info, WHY_ROOM)):
        parts.append(old)
    about = ", ".join(parts) or gettext("from the web")
    return f"{about}\n-# {gettext('Skipped: {why}', why=fit(translate(reason), REASON_ROOM))}" if reason else about


def _size(size: int) -> str:
    return gettext("{number} kB", number=max(1, round(size / 1000)))


def _reindex() -> ui.Button[ui.LayoutView]:
    return button(ComponentId(REINDEX), pgettext("button", "Reindex now"), style=ButtonStyle.primary)


def _keep(key: str) -> ui.Button[ui.LayoutView]:
    return button(ComponentId(KEEP, key), pgettext("button", "Leave it"))
