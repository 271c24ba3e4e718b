"""Connections and sessions of the local Discord's gateway: compressed payloads in order, kept for a resume."""

from __future__ import annotations

import asyncio
import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field

from aiohttp import web

from tests.support.discord.payloads import Json

__all__ = ["DISPATCH", "Closed", "Connection", "Session"]

DISPATCH = 0


class Closed(Exception):
    """The server ends the connection with this code, as Discord does."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code


def _compressor(kind: str) -> Callable[[bytes], bytes]:
    """One stream a connection, flushed after every payload."""
    if kind == "zlib-stream":
        stream = zlib.compressobj()
        return lambda data: stream.compress(data) + stream.flush(zlib.Z_SYNC_FLUSH)
    if kind == "zstd-stream":  # discord.py asks for it from Python 3.14 on
        from compression import zstd  # type: ignore[import-not-found, unused-ignore]

        frames = zstd.ZstdCompressor()
        return lambda data: frames.compress(data, zstd.ZstdCompressor.FLUSH_BLOCK)
    raise Closed(4002, f"Unknown compression: {kind}")


class Connection:
    """One websocket; payloads go out in the order they were given."""

    def __init__(self, socket: web.WebSocketResponse, request: web.Request) -> None:
        self.socket = socket
        self._request = request
        kind = request.query.get("compress")
        self._compress = _compressor(kind) if kind else None
        self._order = asyncio.Lock()

    async def send(self, payload: Json) -> None:
        text = json.dumps(payload)
        async with self._order:
            try:
                if self._compress is None:
                    await self.socket.send_str(text)
                else:
                    await self.socket.send_bytes(self._compress(text.encode()))
            except ConnectionError:
                return  # the session keeps the payload for a resume

    def abort(self) -> None:
        """Cut the line without a closing frame, as a failing network does."""
        assert self._request.transport is not None
        self._request.transport.abort()


@dataclass(eq=False)
class Session:
    """What was dispatched to one identified shard, kept so that a resume can replay it."""

    id: str
    intents: int
    connection: Connection | None
    shard: int = 0
    shards: int = 1
    sent: list[Json] = field(default_factory=list)

    async def dispatch(self, event: str, data: Json) -> None:
        payload = {"op": DISPATCH, "t": event, "s": len(self.sent) + 1, "d": data}
        self.sent.append(payload)
        if self.connection is not None:
            await self.connection.send(payload)

    async def replay(self, connection: Connection, after: int) -> None:
        """Send what was missed; only then do new events take this connection, so that the order holds."""
        while after < len(self.sent):
            await connection.send(self.sent[after])
            after += 1
        self.connection = connection

    def takes(self, guild_id: str | None) -> bool:
        """Whether events of a server come to it; those of direct messages come to shard 0."""
        known = int(guild_id) if isinstance(guild_id, str) and guild_id.isdecimal() else 0  # it may be forged
        return self.shard == (known >> 22) % self.shards
