"""What a server's moderators choose for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot.policy.guild_settings import LONGEST_COOLDOWN, GuildSettings, InvalidSetting
from bot.text.i18n import gettext, gettext_noop
from bot.views.guild_settings import guild_settings_message
from bot.views.message import notice_message

if TYPE_CHECKING:
    from bot.client.bot import FootnoteBot
    from bot.services.permissions import Permissions

__all__ = ["GuildSettingsCog"]

REFUSAL = gettext_noop("Only members with Manage Server may see and change my settings in this server.")
NOTHING_CHOSEN = gettext_noop("Say what to change: a channel to add, one to remove, or clear:True for all channels.")

Change = Callable[[GuildSettings], GuildSettings]


class WhereToAsk(app_commands.Transformer):
    """A channel in which people write, whether or not the bot knows it."""

    @property
    def type(self) -> discord.AppCommandOptionType:
        return discord.AppCommandOptionType.channel

    @property
    def channel_types(self) -> list[discord.ChannelType]:
        kinds = discord.ChannelType
        return [
            kinds.text,
            kinds.news,
            kinds.forum,
            kinds.voice,
            kinds.stage_voice,
            kinds.public_thread,
            kinds.private_thread,
            kinds.news_thread,
        ]

    async def transform(self, interaction: discord.Interaction[discord.Client], value: Place, /) -> Place:
        return value


Place = app_commands.AppCommandChannel | app_commands.AppCommandThread
Channel = app_commands.Transform[Place, WhereToAsk]


class GuildSettingsCog(commands.Cog):
    """/settings with its subcommands, for members with Manage Server, in servers that the bot is in."""

    settings = app_commands.Group(
        name="settings",
        description="How I answer in this server. For members with Manage Server.",
        allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=False, private_channel=False),
        default_permissions=discord.Permissions(manage_guild=True),
        allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
    )

    def __init__(self, bot: FootnoteBot, *, rights: Permissions, usual_cooldown: float) -> None:
        """`usual_cooldown` is the bot's own, in seconds."""
        self.bot = bot
        self._rights = rights
        self._usual_cooldown = usual_cooldown
        self._changing = asyncio.Lock()

    @settings.command(description="Show what is chosen for this server.")
    async def show(self, interaction: discord.Interaction[FootnoteBot]) -> None:
        """Show all settings."""
        await self._change(interaction, lambda chosen: chosen)

    @settings.command(description="Choose the channels where I answer; without any, I answer in all.")
    @app_commands.describe(
        add="A channel to answer in.",
        remove="A channel to answer in no longer.",
        clear="Answer in every channel again.",
    )
    async def channels(
        self,
        interaction: discord.Interaction[FootnoteBot],
        add: Channel | None = None,
        remove: Channel | None = None,
        clear: bool = False,
    ) -> None:
        """Change the channels: first clear, then add, then remove."""

        def change(chosen: GuildSettings) -> GuildSettings:
            if not (add or remove or clear):
                raise InvalidSetting(gettext(NOTHING_CHOSEN))
            chosen = replace(chosen, channels=frozenset()) if clear else chosen
            chosen = chosen.with_channel(add.id) if add else chosen
            return chosen.without_channel(remove.id) if remove else chosen

        await self._change(interaction, change)

    @settings.command(description="Show answers to /ask to the asker alone, unless they say otherwise.")
    @app_commands.describe(on="True: for the asker alone. False: for everyone.")
    async def private(self, interaction: discord.Interaction[FootnoteBot], on: bool) -> None:
        """Change who sees answers."""
        await self._change(interaction, lambda chosen: replace(chosen, private=on))

    @settings.command(description="Offer below an answer to go on in a thread.")
    @app_commands.describe(on="True: offer it. False: don't.")
    async def threads(self, interaction: discord.Interaction[FootnoteBot], on: bool) -> None:
        """Change whether answers offer a thread."""
        await self._change(interaction, lambda chosen: replace(chosen, threads=on))

    @settings.command(description="Least time between two questions of a member.")
    @app_commands.describe(seconds="From 0 to 3600; leave it out for my usual one.")
    async def cooldown(
        self,
        interaction: discord.Interaction[FootnoteBot],
        seconds: app_commands.Range[int, 0, LONGEST_COOLDOWN] | None = None,
    ) -> None:
        """Change the cool-down."""
        await self._change(interaction, lambda chosen: chosen.with_cooldown(seconds))

    async def _change(self, interaction: discord.Interaction[FootnoteBot], change: Change) -> None:
        """Check, change what is kept if there is a change, and show what is chosen now."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        guild = interaction.guild_id
        if guild is None or not self._rights.manages(interaction):
            await interaction.edit_original_response(view=notice_message(gettext(REFUSAL)))
            return
        try:
            async with self._changing:  # what is read must not change before it is written
                before, after = await self.bot.in_thread(self._keep, guild, change)
        except InvalidSetting as unfit:
            await interaction.edit_original_response(view=notice_message(str(unfit)))
            return
        if before != after:
            self.bot.forget_preferences(guild)
        note = gettext("**Changed.**") if before != after else ""
        view = guild_settings_message(after, usual_cooldown=self._usual_cooldown, note=note)
        await interaction.edit_original_response(view=view)

    def _keep(self, guild: int, change: Change) -> tuple[GuildSettings, GuildSettings]:
        """What was chosen before and what is now; from a thread. Raises Unfit, and then nothing is changed."""
        journal = self.bot.library.journal
        before = GuildSettings.from_rows(journal.settings(guild))
        after = change(before)
        rows = before.to_rows()
        for name, value in after.to_rows().items():
            if value != rows[name]:
                journal.change(guild, name, value)
        return before, after
