"""What every message is made of: one box of texts and buttons within Discord's limits. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import discord
from discord import ui

from bot.text.escape import ELLIPSIS, fit
from bot.text.i18n import gettext

__all__ = [
    "FAIRLY_SURE",
    "FOUND",
    "NOT_FOUND",
    "SURE",
    "TEXT_LIMIT",
    "UNSURE",
    "Block",
    "build_message",
    "notice_message",
    "share_room",
    "snapshot_note",
]

TEXT_LIMIT = 4000
"""Discord's limit for all text of one message, in characters; ours are counted in UTF-16 units, never fewer."""

NOTICE_ROOM = 1500
SNAPSHOT_ROOM = 60

FOUND = discord.Colour.blurple()
NOT_FOUND = discord.Colour.light_grey()
SURE, FAIRLY_SURE, UNSURE = discord.Colour.green(), discord.Colour.blurple(), discord.Colour.orange()
"""Of an answer; a word says the same."""

Block = str | tuple[str, discord.ui.Button[ui.LayoutView]] | Sequence[discord.ui.Button[ui.LayoutView]]
"""A text; a text with a button beside it; or a row of buttons, five at most."""


def build_message(blocks: Sequence[Block], colour: discord.Colour) -> ui.LayoutView:
    """One box with these blocks; a text that is empty is left out.

    What a button does stands in its `custom_id` (`bot.views.custom_id`), so discord.py need not keep the message.
    """
    view = ui.LayoutView(timeout=None)
    box: ui.Container[ui.LayoutView] = ui.Container(accent_colour=colour)
    for block in blocks:
        if isinstance(block, str):
            if block.strip():
                box.add_item(ui.TextDisplay(block))
        elif isinstance(block, tuple):
            box.add_item(ui.Section(block[0] if block[0].strip() else ELLIPSIS, accessory=block[1]))
        elif block:
            box.add_item(ui.ActionRow(*block))
    if not any(isinstance(one, ui.TextDisplay | ui.Section) for one in box.children):
        box.add_item(ui.TextDisplay(ELLIPSIS))
    view.add_item(box)
    view.stop()
    return view


def notice_message(text: str) -> ui.LayoutView:
    """A plain sentence or two."""
    return build_message([fit(text, NOTICE_ROOM)], NOT_FOUND)


def share_room(wanted: Sequence[int], room: int) -> list[int]:
    """`room` dealt out: whoever wants less than an even part gets all of it, the others share what is left."""
    dealt = [0] * len(wanted)
    for left, place in enumerate(sorted(range(len(wanted)), key=lambda place: wanted[place])):
        dealt[place] = min(wanted[place], room // (len(wanted) - left))
        room -= dealt[place]
    return dealt


def snapshot_note(name: str) -> str:
    """Which snapshot something is from, by its id."""
    return gettext("Snapshot {id}.", id=fit(name, SNAPSHOT_ROOM))
