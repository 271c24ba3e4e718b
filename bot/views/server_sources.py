"""The messages about what a server has of its own: how much, its export, its deletion."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from discord import ButtonStyle, ui

from bot.text.escape import fit
from bot.text.i18n import format_number, gettext, pgettext
from bot.views.custom_id import ComponentId, button
from bot.views.message import FOUND, NOT_FOUND, build_message

if TYPE_CHECKING:
    from index.domain.sources import Usage

__all__ = ["DELETE_ALL", "confirm_delete_all_message", "deleted_all_message", "export_message", "usage_line"]

DELETE_ALL = "srcdeleteall"
"""The action of the button that deletes all that a server has."""

MOST_NAMED = 10
NAME_ROOM = 100
MEGABYTE = 1_000_000


def usage_line(usage: Usage) -> str:
    """Return how much a server has of its own, and how much it may have."""
    return gettext(
        "This server's own: {files} of {most_files} files, {size} of {most_size} MB, {passages} of {most_passages} "
        "passages.",
        files=format_number(usage.files),
        most_files=format_number(usage.most_files),
        size=format_number(_megabytes(usage.bytes)),
        most_size=format_number(_megabytes(usage.most_bytes)),
        passages=format_number(usage.passages),
        most_passages=format_number(usage.most_passages),
    )


def export_message(parts: int, left_out: Sequence[str]) -> ui.LayoutView:
    """Return what the files that follow hold, and which did not fit."""
    lines = [
        gettext(
            "**This server's own sources and settings.** Archives that follow: {number}.", number=format_number(parts)
        )
    ]
    if left_out:
        names = ", ".join(fit(name, NAME_ROOM) for name in left_out[:MOST_NAMED])
        lines.append(
            gettext("Too large for Discord, or not to be read: {names}. Who runs me can export them.", names=names)
        )
    return build_message(lines, FOUND)


def confirm_delete_all_message(usage: Usage) -> ui.LayoutView:
    """Return a question whether to delete all that a server has, with a button that does."""
    text = gettext(
        "**Delete all that I keep of this server?** That are its own sources and index, its questions and votes, and "
        "its settings. It does not come back; /source export saves the sources. Afterwards I answer from the shared "
        "sources."
    )
    delete = button(ComponentId(DELETE_ALL), pgettext("button", "Delete all"), style=ButtonStyle.danger)
    return build_message([text, usage_line(usage), [delete]], NOT_FOUND)


def deleted_all_message() -> ui.LayoutView:
    return build_message(
        [gettext("**Deleted:** this server's own sources and index, its questions and votes, and its settings.")], FOUND
    )


def _megabytes(size: int) -> float:
    return round(size / MEGABYTE, 2)
