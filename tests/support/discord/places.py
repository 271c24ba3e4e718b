"""Where things happen on the local Discord: its servers, channels and threads, and what the bot may do there."""

from __future__ import annotations

from typing import Any

from tests.support.discord.exchange import Scene
from tests.support.discord.payloads import (
    BOT,
    IN_DIRECT_MESSAGES,
    NOT_JOINED,
    OWNER,
    WITHOUT_THE_BOT,
    Channel,
    Guild,
    Json,
    User,
    guild_create,
    snowflake,
)
from tests.support.discord.refusals import Refused
from tests.support.recorder import Recorder

__all__ = ["Places"]

GATEWAY_ONLY = {"joined_at", "large", "unavailable", "member_count", "members", "channels", "threads", "voice_states"}
GATEWAY_ONLY |= {"presences", "stage_instances", "guild_scheduled_events", "soundboard_sounds"}
"""Fields of a server that GUILD_CREATE brings and the HTTP API does not."""


class Places:
    """Servers that the bot is in, one where it is not, and the channels of all; `denied` are permissions taken from
    everyone, by channel id, `closed` are users who take no direct messages."""

    def __init__(self, guilds: tuple[Guild, ...]) -> None:
        self.guilds = guilds
        known = (*guilds, NOT_JOINED)
        self.channels: dict[str, Channel] = {guild.channel_id: guild.channel for guild in known}
        self.users: dict[str, User] = {user.id: user for user in (BOT, OWNER, *(guild.owner for guild in known))}
        self.threads: Recorder[Channel] = Recorder("threads")
        self.denied: dict[str, int] = {}
        self.closed: set[str] = set()
        self.added_by: dict[str, User] = {}
        """Who added the bot to a server, of those whose audit log it may read."""

    def direct_messages(self, user: User) -> Channel:
        """The channel of direct messages with a user, made when first asked for."""
        self.users[user.id] = user
        for channel in self.channels.values():
            if channel.recipient == user:
                return channel
        return self.add(Channel(snowflake(), recipient=user))

    def group(self, *people: User) -> Channel:
        """A new channel of people among themselves, where the bot is not."""
        self.users |= {user.id: user for user in people}
        return self.add(Channel(snowflake(), group=people))

    def add(self, channel: Channel) -> Channel:
        """A new channel."""
        self.channels[channel.id] = channel
        return channel

    def delete(self, channel: Channel) -> None:
        """The channel is gone."""
        del self.channels[channel.id]

    def scene(self, user: User, *, guild: Guild | None = None, channel: Channel | None = None, **who: Any) -> Scene:
        """A user in a channel, else in a server's only channel, else in direct messages; `who` are further fields."""
        self.users[user.id] = user
        place = channel or (guild.channel if guild else self.direct_messages(user))
        return Scene(user, place, joined=self.reaches(place), **who)

    def reaches(self, channel: Channel) -> bool:
        """Whether the bot is where the channel is."""
        return channel.guild in self.guilds if channel.guild else channel.recipient is not None

    def channel(self, channel_id: str) -> Channel:
        """A channel that the bot asks for."""
        if channel_id not in self.channels:
            raise Refused(404, 10003, "Unknown Channel")
        channel = self.channels[channel_id]
        if not self.reaches(channel):
            raise Refused(403, 50001, "Missing Access")
        return channel

    def payload(self, channel: Channel) -> Json:
        """The channel as it is now."""
        return channel.payload(denied=self.denied.get(channel.id, 0))

    def guild_create(self, guild: Guild) -> Json:
        """GUILD_CREATE's data, with the channels and threads that are open."""
        here = [channel for channel in self.channels.values() if channel.guild == guild]
        threads = [channel for channel in here if channel.parent]
        return guild_create(guild, [self.payload(channel) for channel in here if channel not in threads], threads)

    def guild(self, guild_id: str) -> Json:
        """A server that the bot asks for."""
        for guild in self.guilds:
            if guild.id == guild_id:
                return {key: value for key, value in guild_create(guild).items() if key not in GATEWAY_ONLY}
        raise Refused(404, 10004, "Unknown Guild")

    def permissions(self, channel: Channel) -> int:
        """What the bot may do in a channel."""
        if not self.reaches(channel):
            return WITHOUT_THE_BOT
        if channel.guild is None:
            return IN_DIRECT_MESSAGES
        return channel.guild.everyone & ~self.denied.get((channel.parent or channel).id, 0)

    def audit_log(self, guild_id: str) -> Json:
        """The audit log of a server, as far as it is about adding the bot."""
        if guild_id not in self.added_by:
            raise Refused(403, 50013, "Missing Permissions")
        entry = {"id": snowflake(), "action_type": 28, "user_id": self.added_by[guild_id].id, "target_id": BOT.id}
        about: Json = {name: [] for name in ("integrations", "threads", "webhooks", "guild_scheduled_events")}
        about |= {"application_commands": [], "auto_moderation_rules": []}
        return about | {"audit_log_entries": [entry], "users": [self.added_by[guild_id].payload(), BOT.payload()]}

    def must(self, permission: int, channel: Channel) -> None:
        """Refuse what needs a permission that the bot lacks, and messages to users who take no direct messages."""
        if channel.recipient is not None and channel.recipient.id in self.closed:
            raise Refused(403, 50007, "Cannot send messages to this user")
        if not self.permissions(channel) & permission:
            raise Refused(403, 50013, "Missing Permissions")
