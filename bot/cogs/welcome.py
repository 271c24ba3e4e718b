"""The first message in a server that adds the bot: once, where members read it, else to the server's owner."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import aiohttp
import discord
from discord.ext import commands

from bot.services.context import Services, services_of
from bot.services.errors import trace
from bot.text.i18n import using_language
from index import LibraryError

__all__ = ["WelcomeCog"]

log = logging.getLogger(__name__)

WELCOMED = "welcomed"
"""The setting of a server that says that it had its first message."""

NOT_SENT = (discord.HTTPException, aiohttp.ClientError)


class WelcomeCog(commands.Cog):
    """Introduces the bot in a server, never twice, and pings nobody."""

    def __init__(self, bot: commands.Bot, services: Services) -> None:
        self._bot = bot
        self._services = services
        self._greeting: set[int] = set()

    @commands.Cog.listener()
    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Send the first message, unless the server had it; what was sent is recorded even after a restart."""
        if guild.id in self._greeting:
            return
        self._greeting.add(guild.id)
        journal, worker = self._services.libraries.journal, self._services.worker
        try:
            with self._services.replies.pending():
                if WELCOMED in await worker.run(journal.settings, guild.id):
                    return
                if await self._welcome(guild):
                    await worker.run(journal.set_setting, guild.id, WELCOMED, "yes")
        except LibraryError as error:
            log.warning("A server got no first message, or may get it again: %s", error.log_message)
        finally:
            self._greeting.discard(guild.id)

    async def _welcome(self, guild: discord.Guild) -> bool:
        """Send the message to the first place that takes it; return whether any did."""
        name = self._bot.user.display_name if self._bot.user else ""
        with using_language(guild.preferred_locale):
            view = await self._services.help.welcome(name, guild.id)
        for channel in _readable_channels(guild):
            try:
                await channel.send(view=view, silent=True)
                return True
            except NOT_SENT as error:
                log.info("A channel did not take the first message: %s", trace(error))
        for user in await self._hosts(guild):
            try:
                direct = await self._bot.create_dm(discord.Object(user))
                await direct.send(view=view, silent=True)
                return True
            except NOT_SENT as error:
                log.info("Somebody did not take the first message: %s", trace(error))
        log.warning("A server got no first message: no channel and nobody took it")
        return False

    async def _hosts(self, guild: discord.Guild) -> list[int]:
        """Return who added the bot, if the audit log may be read, then the server's owner."""
        hosts = []
        if guild.me and guild.me.guild_permissions.view_audit_log:
            try:
                async for entry in guild.audit_logs(limit=10, action=discord.AuditLogAction.bot_add):
                    if entry.user_id and getattr(entry.target, "id", None) == guild.me.id:
                        hosts.append(entry.user_id)
                        break
            except NOT_SENT as error:
                log.info("The audit log of a server could not be read: %s", trace(error))
        return list(dict.fromkeys([*hosts, *([guild.owner_id] if guild.owner_id else [])]))


def _readable_channels(guild: discord.Guild) -> Iterator[discord.TextChannel]:
    """Yield the system channel, then the first other, of those where members read and the bot may write."""
    others = [channel for channel in guild.text_channels if channel != guild.system_channel]
    suitable = [channel for channel in (guild.system_channel, *others) if channel and _suits(guild, channel)]
    yield from suitable[:2]


def _suits(guild: discord.Guild, channel: discord.TextChannel) -> bool:
    everyone = channel.permissions_for(guild.default_role)
    own = channel.permissions_for(guild.me) if guild.me else everyone
    return everyone.view_channel and everyone.read_message_history and own.view_channel and own.send_messages


async def setup(bot: commands.Bot) -> None:
    await bot.add_cog(WelcomeCog(bot, services_of(bot)))
