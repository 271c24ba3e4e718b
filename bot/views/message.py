"""The building blocks of every message: texts and buttons in one container within Discord's limits."""

from __future__ import annotations

from collections.abc import Sequence

import discord
from discord import ui

from bot.text.escape import ELLIPSIS, fit
from bot.views.snapshot_names import name_snapshots
from bot.views.times import mark_times

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
]

TEXT_LIMIT = 4000
"""Discord's limit for all text of one message in characters, counted here in UTF-16 units, which are never fewer."""

NOTICE_ROOM = 1500

FOUND = discord.Colour.blurple()
NOT_FOUND = discord.Colour.light_grey()
SURE, FAIRLY_SURE, UNSURE = discord.Colour.green(), discord.Colour.blurple(), discord.Colour.orange()
"""Colours of answers; the text says the same in words."""

Block = str | tuple[str, discord.ui.Button[ui.LayoutView]] | Sequence[discord.ui.Button[ui.LayoutView]]
"""A text; a text with a button beside it; or a row of at most five buttons."""


def build_message(blocks: Sequence[Block], colour: discord.Colour) -> ui.LayoutView:
    """Return a message with these blocks in one container; empty texts are left out.

    What a button does is in its `custom_id` (`bot.views.custom_id`), so discord.py need not keep the view.
    """
    view = ui.LayoutView(timeout=None)
    container: ui.Container[ui.LayoutView] = ui.Container(accent_colour=colour)
    for block in blocks:
        if isinstance(block, str):
            if block.strip():
                container.add_item(ui.TextDisplay(block))
        elif isinstance(block, tuple):
            container.add_item(ui.Section(block[0] if block[0].strip() else ELLIPSIS, accessory=block[1]))
        elif block:
            container.add_item(ui.ActionRow(*block))
    if not any(isinstance(item, ui.TextDisplay | ui.Section) for item in container.children):
        container.add_item(ui.TextDisplay(ELLIPSIS))
    view.add_item(container)
    view.stop()
    return view


def notice_message(text: str) -> ui.LayoutView:
    """Return a message of a plain sentence or two; ids of snapshots and times in it are shown as people read them."""
    return build_message([mark_times(name_snapshots(fit(text, NOTICE_ROOM)))], NOT_FOUND)


def share_room(wanted: Sequence[int], room: int) -> list[int]:
    """Return `room` divided among texts of the wanted lengths.

    A text that wants less than an equal share gets all of it; the others share the rest.
    """
    shares = [0] * len(wanted)
    for served, position in enumerate(sorted(range(len(wanted)), key=lambda position: wanted[position])):
        shares[position] = min(wanted[position], room // (len(wanted) - served))
        room -= shares[position]
    return shares
