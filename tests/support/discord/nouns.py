"""People, servers and channels of the local Discord, and what they may do."""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

__all__ = [
    "ADD_REACTIONS",
    "ATTACH_FILES",
    "BOT",
    "CREATE_PUBLIC_THREADS",
    "IN_DIRECT_MESSAGES",
    "MANAGE_GUILD",
    "MEMBER",
    "SEND_MESSAGES",
    "SEND_MESSAGES_IN_THREADS",
    "WITHOUT_THE_BOT",
    "Channel",
    "Guild",
    "Json",
    "User",
    "now",
    "snowflake",
]

Json = dict[str, Any]

MANAGE_GUILD = 1 << 5
ADD_REACTIONS = 1 << 6
SEND_MESSAGES = 1 << 11
ATTACH_FILES = 1 << 15
CREATE_PUBLIC_THREADS = 1 << 35
SEND_MESSAGES_IN_THREADS = 1 << 38
READ = 1 << 10 | 1 << 14 | 1 << 16 | 1 << 31  # view channels, embed links, read history, use application commands
MEMBER = READ | ADD_REACTIONS | SEND_MESSAGES | ATTACH_FILES | CREATE_PUBLIC_THREADS | SEND_MESSAGES_IN_THREADS
IN_DIRECT_MESSAGES = READ | ADD_REACTIONS | SEND_MESSAGES | ATTACH_FILES
WITHOUT_THE_BOT = (
    1 << 10 | 1 << 12 | 1 << 14 | 1 << 18 | 1 << 46 | SEND_MESSAGES | ATTACH_FILES | SEND_MESSAGES_IN_THREADS
)
"""What a command may do that its user brought to a server which the bot is not in."""

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


BOT = User("1100000000000000001", "footnote", bot=True)


@dataclass(frozen=True, slots=True)
class Channel:
    """A text channel of a server, a thread in one (`parent`), the direct messages with the bot (`recipient`), or the
    messages of people among themselves (`group`)."""

    id: str
    guild: Guild | None = None
    recipient: User | None = None
    parent: Channel | None = None
    group: tuple[User, ...] = ()
    name: str = "general"
    begun_at: str = ""

    @property
    def kind(self) -> int:
        """Discord's number for its type."""
        if self.guild is not None:
            return 11 if self.parent else 0
        return 1 if self.recipient else 3

    def payload(self, *, denied: int = 0) -> Json:
        """`denied` are permissions that the channel takes from everyone."""
        if self.guild is None:
            return self._private()
        if self.parent is not None:
            return self._thread(self.guild, self.parent)
        overwrite = {"id": self.guild.id, "type": 0, "allow": "0", "deny": str(denied)}
        return {
            "id": self.id,
            "type": 0,
            "guild_id": self.guild.id,
            "name": self.name,
            "position": 0,
            "permission_overwrites": [overwrite] if denied else [],
            "topic": None,
            "nsfw": False,
            "last_message_id": None,
            "rate_limit_per_user": 0,
            "parent_id": None,
            "flags": 0,
        }

    def _private(self) -> Json:
        people = (self.recipient,) if self.recipient else self.group
        payload: Json = {"id": self.id, "type": self.kind, "last_message_id": None, "flags": 0}
        payload["recipients"] = [user.payload() for user in people]
        return payload if self.recipient else payload | {"name": None, "icon": None, "owner_id": people[0].id}

    def _thread(self, guild: Guild, parent: Channel) -> Json:
        """A public thread that the bot began."""
        metadata = {
            "archived": False,
            "auto_archive_duration": 1440,
            "archive_timestamp": self.begun_at,
            "create_timestamp": self.begun_at,
            "locked": False,
        }
        return {
            "id": self.id,
            "type": 11,
            "guild_id": guild.id,
            "parent_id": parent.id,
            "owner_id": BOT.id,
            "name": self.name,
            "last_message_id": None,
            "rate_limit_per_user": 0,
            "message_count": 0,
            "member_count": 1,
            "total_message_sent": 0,
            "flags": 0,
            "thread_metadata": metadata,
            "member": {"id": self.id, "user_id": BOT.id, "join_timestamp": self.begun_at, "flags": 1},
        }


@dataclass(frozen=True, slots=True)
class Guild:
    """A Discord server with one text channel; `everyone` is what its members may do, the bot too."""

    id: str
    name: str
    owner: User
    channel_id: str
    everyone: int = MEMBER

    @property
    def channel(self) -> Channel:
        return Channel(self.channel_id, guild=self)

    def partial(self) -> Json:
        return {"id": self.id, "locale": "en-US", "features": []}
