"""The messages of /source: files added, removed and listed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from discord import ButtonStyle, ui

from bot.text.escape import fit, utf16_length
from bot.text.i18n import gettext, gettext_noop, ngettext, pgettext
from bot.text.index_messages import translate
from bot.views.custom_id import ComponentId, button
from bot.views.formatting import (
    LINE_ROOM,
    NOTES,
    STATES,
    clamp_page,
    list_block,
    older_copy_note,
    page_title,
)
from bot.views.message import FOUND, NOT_FOUND, TEXT_LIMIT, build_message, notice_message
from bot.views.server_sources import usage_line
from bot.views.times import relative_time
from index.domain.sources import UploadOutcome, UploadResult, Usage

if TYPE_CHECKING:
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
LISTED_NAME_ROOM = 100
PROBLEM_ROOM = 60
"""Why a source is an older copy, in its line."""
REASON_ROOM = 100
"""Why a file is skipped, in a line of its own."""
FILES_PER_PAGE = 12
DONE: dict[str, str] = {
    UploadOutcome.ADDED: gettext_noop("**Added**: {name}, {size}. Answers come from it once the index is rebuilt."),
    UploadOutcome.REPLACED: gettext_noop(
        "**Replaced**: {name}, {size}. Answers come from it once the index is rebuilt."
    ),
}


def source_added_message(result: UploadResult, name: str, size: int) -> ui.LayoutView:
    """Return that a file was added or replaced and the remarks on it, with a button that reindexes."""
    text = gettext(DONE[result.outcome], name=fit(name, NAME_ROOM), size=_format_size(size))
    return build_message([text, *_remarks(result.notes), [_reindex_button()]], FOUND)


def source_removed_message(name: str) -> ui.LayoutView:
    """Return that a file was removed, with a button that reindexes."""
    text = gettext("**Removed**: {name}. Answers come from it until the index is rebuilt.", name=fit(name, NAME_ROOM))
    return build_message([text, [_reindex_button()]], FOUND)


def confirm_replace_message(key: str, name: str, size: int, notes: Sequence[str] = ()) -> ui.LayoutView:
    """Return a question whether to replace a file by the upload that is pending under a key, with the remarks on it."""
    text = gettext(
        "**{name} is there already.** Shall your file, {size}, replace it?",
        name=fit(name, NAME_ROOM),
        size=_format_size(size),
    )
    replace = button(ComponentId(REPLACE, key), pgettext("button", "Replace"), style=ButtonStyle.danger)
    return build_message([text, *_remarks(notes), [replace, _keep_button(key)]], NOT_FOUND)


def confirm_remove_message(key: str, name: str) -> ui.LayoutView:
    """Return a question whether to remove the file with a key."""
    text = gettext(
        "**Remove {name}?** Its file is deleted; the next reindex takes it out of the answers.",
        name=fit(name, NAME_ROOM),
    )
    remove = button(ComponentId(REMOVE, key), pgettext("button", "Remove"), style=ButtonStyle.danger)
    return build_message([text, [remove, _keep_button(key)]], NOT_FOUND)


def source_files_message(
    status: Status, files: Sequence[SourceFileInfo], page: int = 1, *, usage: Usage | None = None
) -> ui.LayoutView:
    """Return one page of files and web pages with size, age and problems; a page past the end is the last.

    With `usage`, what a server has of its own, the others are shared sources.
    """
    sources = {source.source: source for source in status.sources}
    files_by_name = {file.name: file for file in files}
    reasons = {skipped.source: skipped.reason for skipped in status.skipped}
    remarks: dict[str, str] = {}
    for item in status.notes:
        remarks.setdefault(item.source, item.note)
    names = sorted(sources.keys() | files_by_name.keys())
    if not names:
        return notice_message(gettext("There are no sources yet."))
    page, pages = clamp_page(page, len(names), FILES_PER_PAGE)
    shown = names[(page - 1) * FILES_PER_PAGE : page * FILES_PER_PAGE]
    title = page_title(f"**{ngettext('{number} source', '{number} sources', len(names))}**", page, pages)
    elsewhere = gettext("shared by all servers") if usage else gettext("from the web")
    details = [
        _details(files_by_name.get(name), sources.get(name), reasons.get(name, ""), remarks.get(name, ""), elsewhere)
        for name in shown
    ]
    closing = [f"-# {usage_line(usage)}"] if usage else []
    fixed = [title, *closing, *(f"****: \n{detail}" for detail in details)]
    room = TEXT_LIMIT - sum(map(utf16_length, fixed))
    name_room = min(LISTED_NAME_ROOM, room // len(shown))
    lines = [f"**{fit(name, name_room)}**: {detail}" for name, detail in zip(shown, details, strict=True)]
    return build_message([title, "\n".join(lines), *closing], FOUND)


def _details(file: SourceFileInfo | None, source: SourceInfo | None, reason: str, remark: str, elsewhere: str) -> str:
    """Return size, age and state of a source, and why it is skipped or what is remarked on it."""
    parts = [_format_size(file.bytes), gettext("changed {when}", when=relative_time(file.changed))] if file else []
    if source and source.state in STATES:
        parts.append(gettext(STATES[source.state]))
    if source and (note := older_copy_note(source, PROBLEM_ROOM)):
        parts.append(note)
    details = ", ".join(parts) or elsewhere
    if reason:
        return f"{details}\n-# {gettext('Skipped: {why}', why=fit(translate(reason), REASON_ROOM))}"
    if remark:
        return f"{details}\n-# {gettext('Read with a remark: {why}', why=fit(translate(remark), REASON_ROOM))}"
    return details


def _remarks(notes: Sequence[str]) -> list[str]:
    lines = [fit(translate(note), LINE_ROOM) for note in notes]
    return list_block(gettext(NOTES), lines) if lines else []


def _format_size(size: int) -> str:
    return gettext("{number} kB", number=max(1, round(size / 1000)))


def _reindex_button() -> ui.Button[ui.LayoutView]:
    return button(ComponentId(REINDEX), pgettext("button", "Reindex now"), style=ButtonStyle.primary)


def _keep_button(key: str) -> ui.Button[ui.LayoutView]:
    return button(ComponentId(KEEP, key), pgettext("button", "Leave it"))
