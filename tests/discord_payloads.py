"""The people, servers and channels of the local Discord, and their payloads as Discord writes them."""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

__all__ = [
    "BOT",
    "LISTED",
    "MANAGE_GUILD",
    "MEMBER",
    "MODERATOR_ROLE",
    "NOT_JOINED",
    "OWNER",
    "TEAM_MEMBER",
    "UNLISTED",
    "Channel",
    "Guild",
    "Json",
    "User",
    "application",
    "guild_create",
    "now",
    "snowflake",
]

Json = dict[str, Any]

MANAGE_GUILD = 1 << 5
MEMBER = 0x800 | 0x400 | 0x10000 | 0x80000000  # send and view messages, read history, use application commands

_counter = itertools.count()
DISCORD_EPOCH_MS = 1_420_070_400_000


def snowflake() -> str:
    """A new id that carries the present time, as Discord's do: clients read the age of an interaction from it."""
    milliseconds = int(time.time() * 1000) - DISCORD_EPOCH_MS
    return str(milliseconds << 22 | (next(_counter) & 0x3FFFFF))


def now() -> str:
    """The present time as Discord writes it."""
    return datetime.now(UTC).isoformat()


@dataclass(frozen=True, slots=True)
class User:
    """Somebody on Discord."""

    id: str
    name: str
    bot: bool = False

    @classmethod
    def new(cls, name: str = "somebody") -> User:
        return cls(snowflake(), name)

    @property
    def mention(self) -> str:
        return f"<@{self.id}>"

    def payload(self) -> Json:
        return {
            "id": self.id,
            "username": self.name,
            "discriminator": "0",
            "global_name": self.name.title(),
            "avatar": None,
            "bot": self.bot,
            "system": False,
            "public_flags": 0,
        }

    def member(self, *, roles: tuple[str, ...] = (), permissions: int | None = None) -> Json:
        """This user in a server; `permissions` are sent with an interaction only."""
        payload: Json = {
            "user": self.payload(),
            "nick": None,
            "avatar": None,
            "roles": list(roles),
            "joined_at": "2024-05-01T12:00:00.000000+00:00",
            "premium_since": None,
            "deaf": False,
            "mute": False,
            "flags": 0,
            "pending": False,
            "communication_disabled_until": None,
        }
        return payload if permissions is None else {**payload, "permissions": str(permissions)}


@dataclass(frozen=True, slots=True)
class Channel:
    """A text channel of a server, or the direct messages with one person."""

    id: str
    guild: Guild | None = None
    recipient: User | None = None

    def payload(self) -> Json:
        if self.recipient is not None:
            recipients = [self.recipient.payload()]
            return {"id": self.id, "type": 1, "last_message_id": None, "flags": 0, "recipients": recipients}
        assert self.guild is not None
        return {
            "id": self.id,
            "type": 0,
            "guild_id": self.guild.id,
            "name": "general",
            "position": 0,
            "permission_overwrites": [],
            "topic": None,
            "nsfw": False,
            "last_message_id": None,
            "rate_limit_per_user": 0,
            "parent_id": None,
            "flags": 0,
        }


@dataclass(frozen=True, slots=True)
class Guild:
    """A Discord server with one text channel."""

    id: str
    name: str
    owner: User
    channel_id: str

    @property
    def channel(self) -> Channel:
        return Channel(self.channel_id, guild=self)

    def partial(self) -> Json:
        return {"id": self.id, "locale": "en-US", "features": []}


BOT = User("1100000000000000001", "footnote", bot=True)
OWNER = User("1100000000000000002", "owner")
TEAM_MEMBER = User("1100000000000000003", "teammate")
TEAM_ID = "1100000000000000004"
MODERATOR_ROLE = "1100000000000000005"
LISTED = Guild("1100000000000000010", "Listed", User("1100000000000000012", "host"), "1100000000000000011")
NOT_JOINED = Guild("1100000000000000030", "Elsewhere", User("1100000000000000032", "elsewhere"), "1100000000000000031")
UNLISTED = Guild("1100000000000000020", "Stranger", User("1100000000000000022", "stranger"), "1100000000000000021")


def _role(role_id: str, name: str, permissions: int) -> Json:
    colors = {"primary_color": 0, "secondary_color": None, "tertiary_color": None}
    look = {"color": 0, "colors": colors, "hoist": False, "icon": None, "unicode_emoji": None, "mentionable": True}
    rank = {"position": 0, "managed": False, "flags": 0}
    return {"id": role_id, "name": name, "permissions": str(permissions), **look, **rank}


def guild_create(guild: Guild) -> Json:
    """GUILD_CREATE's data."""
    return {
        **guild.partial(),
        "name": guild.name,
        "owner_id": guild.owner.id,
        "icon": None,
        "splash": None,
        "discovery_splash": None,
        "afk_channel_id": None,
        "afk_timeout": 300,
        "verification_level": 1,
        "default_message_notifications": 1,
        "explicit_content_filter": 0,
        "mfa_level": 0,
        "nsfw_level": 0,
        "premium_tier": 0,
        "preferred_locale": "en-US",
        "system_channel_id": None,
        "system_channel_flags": 0,
        "rules_channel_id": None,
        "public_updates_channel_id": None,
        "roles": [_role(guild.id, "@everyone", MEMBER), _role(MODERATOR_ROLE, "Librarians", MEMBER)],
        "emojis": [],
        "stickers": [],
        "joined_at": "2024-05-01T12:00:00.000000+00:00",
        "large": False,
        "unavailable": False,
        "member_count": 3,
        "members": [BOT.member(), guild.owner.member()],
        "channels": [{k: v for k, v in guild.channel.payload().items() if k != "guild_id"}],
        "threads": [],
        "voice_states": [],
        "presences": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }


def _team() -> Json:
    def member(user: User, role: str) -> Json:
        return {"membership_state": 2, "team_id": TEAM_ID, "user": user.payload(), "role": role, "permissions": ["*"]}

    members = [member(OWNER, "admin"), member(TEAM_MEMBER, "developer")]
    return {"id": TEAM_ID, "name": "The team", "icon": None, "owner_user_id": OWNER.id, "members": members}


def application(*, team: bool) -> Json:
    """GET /oauth2/applications/@me: owned by one person or, as Discord then writes it, by a team's stand-in user."""
    owner = User(TEAM_ID, f"team{TEAM_ID}") if team else OWNER
    return {
        "id": BOT.id,
        "name": "Footnote",
        "icon": None,
        "description": "",
        "summary": "",
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": "0" * 64,
        "flags": 0,
        "hook": True,
        "owner": owner.payload(),
        "team": _team() if team else None,
        "integration_types_config": {"0": {}},
        "approximate_guild_count": 2,
        "redirect_uris": [],
        "interactions_endpoint_url": None,
    }
