"""Servers of given shards, for a bot of three."""

from __future__ import annotations

from tests.support.discord.payloads import Guild, User

__all__ = ["GUILDS", "SHARDS", "guild_of"]

SHARDS = 3
EARLY = 262_260_000_000
"""What the time in an id is about, so that it is one of a server."""


def guild_of(shard: int, shards: int = SHARDS, number: int = 0) -> Guild:
    """A server of a shard; each `number` is another one."""
    base = (EARLY + number) * shards + shard << 22
    return Guild(str(base + 1), f"Server {shard}-{number}", User(str(base + 2), f"host{shard}-{number}"), str(base + 3))


GUILDS = tuple(guild_of(shard) for shard in range(SHARDS))
