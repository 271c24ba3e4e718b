"""The user and the place of a question."""

from __future__ import annotations

from dataclasses import dataclass, field

import discord

from bot.policy.guild_settings import GuildSettings
from bot.services.interactions import Interaction
from bot.services.metrics import Place

__all__ = ["AskContext", "build_context", "guild_id_of"]


@dataclass(frozen=True, slots=True)
class AskContext:
    """The user and the place of a question.

    `event` is the id of the interaction or the message, `place` what the metrics call it. `parent` is the channel that
    a thread belongs to. `can_thread` says whether the bot may begin a thread there, `is_conversation` whether questions
    there follow one another, as in direct messages and in threads.
    """

    user: int
    guild: int | None
    channel: int
    event: int = 0
    place: Place = Place.SLASH
    parent: int | None = None
    can_thread: bool = False
    is_conversation: bool = False
    settings: GuildSettings = field(default_factory=GuildSettings)

    @property
    def offers_thread(self) -> bool:
        return self.can_thread and self.settings.threads


def build_context(source: Interaction | discord.Message, guild: int | None, settings: GuildSettings) -> AskContext:
    """Return who asks, and where; `settings` are the guild's."""
    user = source.user if isinstance(source, discord.Interaction) else source.author
    channel = source.channel
    return AskContext(
        user=user.id,
        guild=guild,
        channel=channel.id if channel else 0,
        event=source.id,
        place=_place_of(source),
        parent=channel.parent_id if isinstance(channel, discord.Thread) else None,
        can_thread=isinstance(channel, discord.TextChannel) and _can_begin_thread(source),
        is_conversation=guild is None or isinstance(channel, discord.Thread),
        settings=settings,
    )


def guild_id_of(source: Interaction | discord.Message) -> int | None:
    """Return the server's id; None in direct messages."""
    if isinstance(source, discord.Interaction):
        return source.guild_id
    return source.guild.id if source.guild else None


def _can_begin_thread(source: Interaction | discord.Message) -> bool:
    """Whether the bot may begin a thread there and answer in it."""
    permissions = discord.Permissions.none()
    if isinstance(source, discord.Interaction):
        permissions = source.app_permissions if source.is_guild_integration() else permissions
    elif isinstance(source.channel, discord.TextChannel) and (me := source.channel.guild.me) is not None:
        permissions = source.channel.permissions_for(me)
    return permissions.create_public_threads and permissions.send_messages_in_threads


def _place_of(source: Interaction | discord.Message) -> Place:
    if isinstance(source, discord.Interaction):
        return Place.SLASH
    if source.guild is None:
        return Place.DM
    return Place.THREAD if isinstance(source.channel, discord.Thread) else Place.MENTION
