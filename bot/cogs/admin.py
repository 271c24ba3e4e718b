"""The index itself: rebuilt by a moderator, shown to everyone."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from dataclasses import replace
from typing import TYPE_CHECKING

import aiohttp
import discord
from discord import app_commands
from discord.ext import commands

from bot import reports
from bot.access import REFUSAL
from bot.errors import explain, trace
from bot.language import phrase, say
from bot.layout import notice

if TYPE_CHECKING:
    from bot.client import Footnote
    from bot.rights import Rights

__all__ = ["Admin"]

log = logging.getLogger(__name__)

EDIT_EVERY_SECONDS = 2.0

RUNNING = phrase(
    "A reindex is already running: its report comes where it was started. Questions are answered meanwhile."
)


class LatestProgress:
    """How far a reindex is. Called from its thread: one assignment, so that a reader sees a whole triple."""

    def __init__(self) -> None:
        self.now = ("reading sources", 0, 0)

    def __call__(self, what: str, done: int, total: int) -> None:
        self.now = (what, done, total)


class Admin(commands.Cog):
    """/reindex, /status and /sources."""

    def __init__(self, bot: Footnote, *, rights: Rights, edit_every: float = EDIT_EVERY_SECONDS) -> None:
        self.bot = bot
        self._rights = rights
        self.edit_every = edit_every
        self._running = False

    @app_commands.command(description="Rebuild the index from the sources as they are now. For moderators.")
    async def reindex(self, interaction: discord.Interaction[Footnote]) -> None:
        """Rebuild, showing progress, then what changed."""
        allowed = await self._rights.moderates(interaction)
        if not allowed or self._running:
            view = notice(say(RUNNING) if allowed else say(REFUSAL))
            await interaction.response.send_message(view=view, ephemeral=True)
            return
        self._running = True
        try:
            await interaction.response.defer(ephemeral=True, thinking=True)  # it may name questions asked in private
            views = await self._rebuild(interaction)
        finally:
            self._running = False
        with self.bot.owing_a_reply():
            await self._deliver(interaction, *views)

    @app_commands.command(description="What is indexed, since when, by which model, and whether it is up to date.")
    async def status(self, interaction: discord.Interaction[Footnote]) -> None:
        """Show the status to whoever asks."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await interaction.edit_original_response(view=reports.status(await self.bot.index_status()))

    @app_commands.command(description="The sources that answers are quoted from.")
    @app_commands.describe(page="Which page, where there are many.")
    async def sources(self, interaction: discord.Interaction[Footnote], page: int = 1) -> None:
        """List the sources to whoever asks."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await interaction.edit_original_response(view=reports.sources(await self.bot.index_status(), page))

    async def _rebuild(
        self, interaction: discord.Interaction[Footnote]
    ) -> tuple[discord.ui.LayoutView, discord.ui.LayoutView]:
        """The report of a reindex, or why there is none, for the moderator and for all; nothing more is shown of its
        progress after it."""
        progress = LatestProgress()
        ended = asyncio.Event()
        shown = asyncio.create_task(self._show(interaction, progress, ended))
        try:
            guild = interaction.guild_id  # in direct messages it is the bot's owner, who sees all servers' gaps
            made = await self.bot.reindex(progress, guild=guild, everywhere=guild is None)
            return reports.report(made), reports.report(replace(made, answered=()))
        except Exception as error:  # whatever it was, the moderator gets a reply
            failed = notice(explain(error, "reindexing"))
            return failed, failed
        finally:
            ended.set()
            await shown

    async def _show(
        self, interaction: discord.Interaction[Footnote], progress: LatestProgress, ended: asyncio.Event
    ) -> None:
        """Edit the response whenever progress was made, but not too often, until the reindex ended."""
        before = None
        while not ended.is_set():
            if (now := progress.now) != before:
                before = now
                try:
                    await interaction.edit_original_response(view=reports.progress(*now))
                except (discord.HTTPException, aiohttp.ClientError) as error:
                    log.warning("Progress is no longer shown: %s", trace(error))
                    return
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(ended.wait(), self.edit_every)

    async def _deliver(
        self, interaction: discord.Interaction[Footnote], view: discord.ui.LayoutView, for_all: discord.ui.LayoutView
    ) -> None:
        """Show how it ended, in the channel where the response can no longer be edited: that ends after 15 minutes."""
        try:
            await interaction.edit_original_response(view=view)
            return
        except (discord.HTTPException, aiohttp.ClientError) as error:
            log.warning("The report goes to the channel instead: %s", trace(error))
        try:
            if isinstance(interaction.channel, discord.abc.Messageable):
                await interaction.channel.send(view=for_all)
        except (discord.HTTPException, aiohttp.ClientError) as error:
            self.bot.count_unsent(error)
