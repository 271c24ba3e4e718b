"""Work on the index that goes on for a while: done in a thread, and shown as it goes on."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import aiohttp
import discord

from bot.services.errors import trace
from bot.views import status as reports

if TYPE_CHECKING:
    from bot.client.bot import FootnoteBot

__all__ = ["EDIT_EVERY_SECONDS", "Run", "done"]

log = logging.getLogger(__name__)

T = TypeVar("T")
Interaction = discord.Interaction[Any]

EDIT_EVERY_SECONDS = 2.0


class Run:
    """One that runs. Called from its thread with its progress: one assignment, so that a reader sees a whole triple.
    `number` is that of one that can be cancelled, else 0."""

    def __init__(self, stage: str, number: int = 0) -> None:
        self.number = number
        self.now = (stage, 0, 0)
        self.cancelled = threading.Event()

    def __call__(self, what: str, done: int, total: int) -> None:
        self.now = (what, done, total)


async def done(bot: FootnoteBot, interaction: Interaction, run: Run, act: Callable[[], T], *, edit_every: float) -> T:
    """What comes of it, or its error; nothing more is shown of its progress after that."""
    ended = asyncio.Event()
    shown = asyncio.create_task(_show(bot, interaction, run, ended, edit_every))
    try:
        return await bot.in_thread(act)
    finally:
        ended.set()
        await shown


async def _show(bot: FootnoteBot, interaction: Interaction, run: Run, ended: asyncio.Event, edit_every: float) -> None:
    """Edit the response whenever progress was made, but not too often, until it ended."""
    before = None
    while not ended.is_set():
        cancelled = run.cancelled.is_set()
        if (now := (run.now, cancelled)) != before:
            before = now
            running = bot.library.running()
            left = running.left if running and running.what == run.now[0] else None
            view = reports.progress_message(*now[0], left=left, run=run.number, cancelled=cancelled)
            try:
                await interaction.edit_original_response(view=view)
            except (discord.HTTPException, aiohttp.ClientError) as error:
                log.warning("Progress is no longer shown: %s", trace(error))
                return
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(ended.wait(), edit_every)
