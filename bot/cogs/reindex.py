"""The index rebuilt by a moderator: at once, or after a preview; stopped while it runs."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import aiohttp
import discord
from discord import app_commands, ui
from discord.ext import commands

from bot.policy.moderators import REFUSAL
from bot.services.audit import audited, outcome
from bot.services.errors import explain, trace
from bot.services.reindexing import EDIT_EVERY_SECONDS, Run, done
from bot.text.i18n import gettext, gettext_noop
from bot.views import reindex_report as rebuilt
from bot.views.message import notice_message
from index import Message
from index.domain.activity import Scope

if TYPE_CHECKING:
    from bot.client.bot import FootnoteBot
    from bot.services.permissions import Permissions
    from bot.views.custom_id import ComponentId

__all__ = ["ReindexCog"]

log = logging.getLogger(__name__)

MOST_RUNS = 1_000_000
"""After so many their numbers begin anew, for that is what a button holds."""

RUNNING = gettext_noop(
    "A reindex is already running: its report comes where it was started. Questions are answered meanwhile."
)
ENDED = gettext_noop("This reindex is no longer running.")
DISCARDED = gettext_noop("The preview is discarded: the index is as it was.")

Interaction = discord.Interaction[Any]
Views = tuple[ui.LayoutView, ui.LayoutView]
"""How it ended, for the moderator and for all."""


class ReindexCog(commands.Cog):
    """/reindex, and the buttons below it. Every press is checked for the right anew."""

    def __init__(self, bot: FootnoteBot, *, rights: Permissions, edit_every: float = EDIT_EVERY_SECONDS) -> None:
        self.bot = bot
        self._rights = rights
        self.edit_every = edit_every
        self._run: Run | None = None
        self._runs = 0
        self.actions: dict[str, Callable[[Interaction, ComponentId], Awaitable[None]]] = {
            "stop": self._stop,
            "golive": self._publish,
            "discard": self._discard,
        }

    @app_commands.command(description="Rebuild the index from the sources as they are now. For moderators.")
    @app_commands.describe(preview="True: say what would change, and change nothing yet.")
    async def reindex(self, interaction: discord.Interaction[FootnoteBot], preview: bool = False) -> None:
        """Rebuild or build beside, showing progress, then what changed."""
        await self._carry_out(interaction, self._previewed if preview else self._rebuilt, stoppable=True)

    async def _publish(self, interaction: Interaction, press: ComponentId) -> None:
        await self._carry_out(interaction, partial(self._published, press.answer), stoppable=False)

    async def _discard(self, interaction: Interaction, press: ComponentId) -> None:
        if not await self._may(interaction):
            return
        await interaction.response.defer()
        discard = partial(self.bot.library.discard, press.answer)
        what, came = Message("preview {id}", id=press.answer), Message("discarded")
        await self.bot.in_thread(audited, self.bot.library, interaction, what, discard, lambda _: came)
        await interaction.edit_original_response(view=notice_message(gettext(DISCARDED)))

    async def _stop(self, interaction: Interaction, press: ComponentId) -> None:
        """Cancel the run that the button is of; what came of it is shown in its own message."""
        if not await self._may(interaction):
            return
        if self._run is None or self._run.number != press.page:
            await interaction.response.send_message(view=notice_message(gettext(ENDED)), ephemeral=True)
            return
        self._run.cancelled.set()
        await interaction.response.defer()

    async def _may(self, interaction: Interaction) -> bool:
        """Whether the person may; else they are told."""
        if await self._rights.moderates(interaction):
            return True
        await interaction.response.send_message(view=notice_message(gettext(REFUSAL)), ephemeral=True)
        return False

    async def _carry_out(
        self, interaction: Interaction, act: Callable[[Interaction, Run], Views], *, stoppable: bool
    ) -> None:
        """Have it done in a thread, unless the person may not or another runs; then show how it ended."""
        if not await self._may(interaction):
            return
        if self._run is not None:
            await interaction.response.send_message(view=notice_message(gettext(RUNNING)), ephemeral=True)
            return
        self._runs = self._runs % (MOST_RUNS - 1) + 1
        self._run = run = Run("reading sources", self._runs if stoppable else 0)
        try:
            if interaction.type is discord.InteractionType.component:
                await interaction.response.defer()
            else:  # it may name questions asked in private
                await interaction.response.defer(ephemeral=True, thinking=True)
            views = await self._ended(interaction, run, act)
        finally:
            self._run = None
        with self.bot.owing_a_reply():
            await self._deliver(interaction, *views)

    async def _ended(self, interaction: Interaction, run: Run, act: Callable[[Interaction, Run], Views]) -> Views:
        """How it ended."""
        try:
            return await done(self.bot, interaction, run, partial(act, interaction, run), edit_every=self.edit_every)
        except Exception as error:  # whatever it was, the moderator gets a reply
            failed = notice_message(explain(error, "reindexing"))
            return failed, failed

    def _rebuilt(self, interaction: Interaction, run: Run) -> Views:
        """A reindex; from a thread. In direct messages it is for the bot's owner, who sees all servers' gaps."""
        guild, library = interaction.guild_id, self.bot.library
        act = partial(library.reindex, run, scope=Scope.of_moderator(guild), cancelled=run.cancelled)
        made = audited(library, interaction, Message("reindex"), act, outcome)
        return rebuilt.reindex_report_message(made), rebuilt.reindex_report_message(
            replace(made, answered=(), questions=None)
        )

    def _previewed(self, interaction: Interaction, run: Run) -> Views:
        guild, library = interaction.guild_id, self.bot.library
        act = partial(library.preview, run, scope=Scope.of_moderator(guild), cancelled=run.cancelled)
        made = audited(
            library,
            interaction,
            Message("preview"),
            act,
            lambda made: Message("snapshot {id} is built, not live", id=made.id),
        )
        for_all = replace(made, report=replace(made.report, answered=(), questions=None))
        return rebuilt.preview_message(made), rebuilt.preview_message(for_all)

    def _published(self, preview: str, interaction: Interaction, run: Run) -> Views:
        guild, library = interaction.guild_id, self.bot.library
        act = partial(library.publish, preview, run, scope=Scope.of_moderator(guild))
        made = audited(library, interaction, Message("preview {id} made live", id=preview), act, outcome)
        return rebuilt.reindex_report_message(made), rebuilt.reindex_report_message(
            replace(made, answered=(), questions=None)
        )

    async def _deliver(self, interaction: Interaction, view: ui.LayoutView, for_all: ui.LayoutView) -> None:
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
