"""/settings: how the bot answers in a server."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

import discord
from discord import app_commands
from discord.ext import commands

from bot.policy.guild_settings import DIGEST_SENT, MAX_COOLDOWN, GuildSettings, InvalidSetting
from bot.services.context import Services, services_of
from bot.services.errors import Refused
from bot.services.interactions import Interaction
from bot.text.i18n import gettext, gettext_noop
from bot.views.guild_settings import DAY_NAMES, guild_settings_message
from bot.views.message import notice_message

__all__ = ["GuildSettingsCog"]

REFUSAL = gettext_noop("Only members with Manage Server may see and change my settings in this server.")
NOTHING_CHOSEN = gettext_noop("Say what to change: a channel to add, one to remove, or clear:True for all channels.")

Change = Callable[[GuildSettings], GuildSettings]


class ChannelTransformer(app_commands.Transformer):
    """A channel or thread in which users write, whether or not the bot knows it."""

    @property
    def type(self) -> discord.AppCommandOptionType:
        return discord.AppCommandOptionType.channel

    @property
    def channel_types(self) -> list[discord.ChannelType]:
        types = discord.ChannelType
        return [
            types.text,
            types.news,
            types.forum,
            types.voice,
            types.stage_voice,
            types.public_thread,
            types.private_thread,
            types.news_thread,
        ]

    async def transform(self, interaction: Interaction, value: AnyChannel, /) -> AnyChannel:
        return value


class DigestChannelTransformer(ChannelTransformer):
    """A text or announcement channel of the server."""

    @property
    def channel_types(self) -> list[discord.ChannelType]:
        return [discord.ChannelType.text, discord.ChannelType.news]


AnyChannel = app_commands.AppCommandChannel | app_commands.AppCommandThread
Channel = app_commands.Transform[AnyChannel, ChannelTransformer]
DigestChannel = app_commands.Transform[AnyChannel, DigestChannelTransformer]
WEEKDAYS = [app_commands.Choice(name=name, value=day) for day, name in enumerate(DAY_NAMES)]


class GuildSettingsCog(commands.Cog):
    """/settings with its subcommands, for members with Manage Server, in servers that the bot is in."""

    settings = app_commands.Group(
        name="settings",
        description="How I answer in this server. For members with Manage Server.",
        allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=False, private_channel=False),
        default_permissions=discord.Permissions(manage_guild=True),
        allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
    )

    def __init__(self, services: Services) -> None:
        self._services = services
        self._changing = asyncio.Lock()

    @settings.command(description="Show what is chosen for this server.")
    async def show(self, interaction: Interaction) -> None:
        await self._change(interaction, lambda settings: settings)

    @settings.command(description="Choose the channels where I answer; without any, I answer in all.")
    @app_commands.describe(
        add="A channel to answer in.",
        remove="A channel to answer in no longer.",
        clear="Answer in every channel again.",
    )
    async def channels(
        self,
        interaction: Interaction,
        add: Channel | None = None,
        remove: Channel | None = None,
        clear: bool = False,
    ) -> None:
        """Change the channels: first clear, then add, then remove."""

        def change(settings: GuildSettings) -> GuildSettings:
            if not (add or remove or clear):
                raise InvalidSetting(gettext(NOTHING_CHOSEN))
            settings = replace(settings, channels=frozenset()) if clear else settings
            settings = settings.with_channel(add.id) if add else settings
            return settings.without_channel(remove.id) if remove else settings

        await self._change(interaction, change)

    @settings.command(description="Show answers to /ask to the asker alone, unless they say otherwise.")
    @app_commands.describe(on="True: for the asker alone. False: for everyone.")
    async def private(self, interaction: Interaction, on: bool) -> None:
        await self._change(interaction, lambda settings: replace(settings, private=on))

    @settings.command(description="Offer below an answer to go on in a thread.")
    @app_commands.describe(on="True: offer it. False: don't.")
    async def threads(self, interaction: Interaction, on: bool) -> None:
        await self._change(interaction, lambda settings: replace(settings, threads=on))

    @settings.command(description="Least time between two questions of a member.")
    @app_commands.describe(seconds="From 0 to 3600; leave it out for my usual one.")
    async def cooldown(
        self,
        interaction: Interaction,
        seconds: app_commands.Range[int, 0, MAX_COOLDOWN] | None = None,
    ) -> None:
        await self._change(interaction, lambda settings: settings.with_cooldown(seconds))

    @settings.command(description="A weekly digest of questions, gaps and changes; without a channel, none.")
    @app_commands.describe(
        channel="Where it goes; one that only moderators see.",
        day="The weekday, Monday unless you say; it comes at 9:00 UTC.",
    )
    @app_commands.choices(day=WEEKDAYS)
    async def digest(
        self,
        interaction: Interaction,
        channel: DigestChannel | None = None,
        day: int | None = None,
    ) -> None:
        await self._change(interaction, lambda settings: settings.with_digest(channel.id if channel else None, day))

    async def _change(self, interaction: Interaction, change: Change) -> None:
        """Change the server's settings, if the user may, and show them as they are now."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        services, guild = self._services, interaction.guild_id
        if guild is None or not services.permissions.can_manage_guild(interaction):
            raise Refused(notice_message(gettext(REFUSAL)))
        try:
            async with self._changing:  # what was read must not change before it is written
                before, after = await services.worker.run(self._store, guild, change)
        except InvalidSetting as error:
            raise Refused(notice_message(str(error))) from error
        if before != after:
            services.guild_settings.invalidate(guild)
        note = gettext("**Changed.**") if before != after else ""
        view = guild_settings_message(after, default_cooldown=services.limits.user_seconds, note=note)
        await interaction.edit_original_response(view=view)

    def _store(self, guild: int, change: Change) -> tuple[GuildSettings, GuildSettings]:
        """Return the settings before and after the change, in a thread. If it raises, nothing is changed."""
        journal = self._services.libraries.journal
        before = GuildSettings.from_rows(journal.settings(guild))
        after = change(before)
        rows = before.to_rows()
        for name, value in after.to_rows().items():
            if value != rows[name]:
                journal.set_setting(guild, name, value)
        if after.digest_channel != before.digest_channel:
            journal.set_setting(guild, DIGEST_SENT, None)
        return before, after


async def setup(bot: commands.Bot) -> None:
    await bot.add_cog(GuildSettingsCog(services_of(bot)))
