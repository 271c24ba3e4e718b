"""The gateway of the local Discord: identify, ready, heartbeats, dispatch, resume, over a compressed websocket."""

from __future__ import annotations

import asyncio
import json
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from tests.support.discord.payloads import BOT, Guild, Json, snowflake
from tests.support.recorder import Recorder

__all__ = ["DIRECT_MESSAGES", "GUILDS", "GUILD_MESSAGES", "PRIVILEGED", "Frame", "Gateway"]

GUILDS, GUILD_MESSAGES, DIRECT_MESSAGES = 1 << 0, 1 << 9, 1 << 12
PRIVILEGED = 1 << 1 | 1 << 8 | 1 << 15  # members, presences, message content

DISPATCH, HEARTBEAT, IDENTIFY, RESUME, RECONNECT, INVALID_SESSION, HELLO, HEARTBEAT_ACK = 0, 1, 2, 6, 7, 9, 10, 11
PRESENCE = 3
HARMLESS = {4, 8}  # voice state, request members: accepted, not answered
LARGEST_FRAME = 4096  # what Discord accepts from a client, in bytes


@dataclass(frozen=True, slots=True)
class Frame:
    """What the bot did on the gateway: the operation it sent, or "connected" or "closed" with the code."""

    kind: str
    at: float
    data: Any = None


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
    """What was dispatched to one identified bot, kept so that a resume can replay it."""

    id: str
    intents: int
    connection: Connection | None
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


class Gateway:
    """Accepts the bot's websocket and holds its sessions; `guild_create` gives a server as it is now."""

    def __init__(
        self,
        *,
        token: str,
        guilds: tuple[Guild, ...],
        guild_create: Callable[[Guild], Json],
        heartbeat_ms: int = 5000,
    ) -> None:
        self.token = token
        self.guilds = guilds
        self._guild_create = guild_create
        self.heartbeat_ms = heartbeat_ms
        self.frames: Recorder[Frame] = Recorder("gateway")
        self.session: Session | None = None
        self.url = ""
        self._sessions: dict[str, Session] = {}

    def _note(self, kind: str, data: Any = None) -> None:
        self.frames.add(Frame(kind, time.monotonic(), data))

    @property
    def connected(self) -> bool:
        return self.session is not None and self.session.connection is not None

    async def dispatch(self, event: str, data: Json, *, intent: int | None = None) -> None:
        """Send an event to the bot, or keep it for its resume; events it did not ask for do not reach it."""
        if self.session is not None and (intent is None or self.session.intents & intent):
            await self.session.dispatch(event, data)

    def drop(self) -> None:
        """Cut the bot's connection abruptly; the session can be resumed."""
        assert self.session is not None
        assert self.session.connection is not None
        self.session.connection.abort()

    async def ask_to_reconnect(self) -> None:
        """What Discord sends before it takes a gateway node down."""
        assert self.session is not None
        assert self.session.connection is not None
        await self.session.connection.send({"op": RECONNECT, "d": None})

    def forget_sessions(self) -> None:
        """The next resume is answered with INVALID_SESSION, and the bot has to identify anew."""
        self._sessions.clear()

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """The websocket handler."""
        socket = web.WebSocketResponse(max_msg_size=LARGEST_FRAME)
        await socket.prepare(request)
        connection: Connection | None = None
        self._note("connected", dict(request.query))
        try:
            if request.query.get("v") != "10" or request.query.get("encoding") != "json":
                raise Closed(4012, "Invalid API version or encoding")
            connection = Connection(socket, request)
            await connection.send({"op": HELLO, "d": {"heartbeat_interval": self.heartbeat_ms}})
            await self._listen(connection)
        except Closed as closed:
            await socket.close(code=closed.code, message=str(closed).encode())
        finally:
            if self.session is not None and self.session.connection is connection:
                self.session.connection = None
            self._note("closed", socket.close_code)
        return socket

    async def _listen(self, connection: Connection) -> None:
        async for message in connection.socket:
            if message.type is not WSMsgType.TEXT:
                raise Closed(4002, "Decode error")
            try:
                payload = json.loads(message.data)
                op, data = payload["op"], payload["d"]
            except (ValueError, KeyError, TypeError):
                raise Closed(4002, "Decode error") from None
            await self._receive(connection, op, data)

    async def _receive(self, connection: Connection, op: int, data: Any) -> None:
        if op == HEARTBEAT:
            self._note("heartbeat", data)
            await connection.send({"op": HEARTBEAT_ACK, "d": None})
        elif op == IDENTIFY:
            self._note("identify", data)
            await self._identify(connection, data)
        elif op == RESUME:
            self._note("resume", data)
            await self._resume(connection, data)
        elif op == PRESENCE:
            self._note("presence", data)
        elif op not in HARMLESS:
            raise Closed(4001, "Unknown opcode")

    async def _identify(self, connection: Connection, data: Json) -> None:
        if self.session is not None and self.session.connection is connection:
            raise Closed(4005, "Already authenticated")
        if data.get("token") != self.token:
            raise Closed(4004, "Authentication failed")
        if not isinstance(data.get("intents"), int):
            raise Closed(4013, "Invalid intents")
        if data["intents"] & PRIVILEGED:
            raise Closed(4014, "Disallowed intents")
        session = Session(snowflake(), data["intents"], connection)
        self.session = self._sessions[session.id] = session
        await session.dispatch("READY", self._ready(session))
        for guild in self.guilds:
            await self.dispatch("GUILD_CREATE", self._guild_create(guild), intent=GUILDS)

    async def _resume(self, connection: Connection, data: Json) -> None:
        if data.get("token") != self.token:
            raise Closed(4004, "Authentication failed")
        session = self._sessions.get(data.get("session_id", ""))
        if session is None:
            await connection.send({"op": INVALID_SESSION, "d": False})
            return
        if data["seq"] > len(session.sent):
            raise Closed(4007, "Invalid seq")
        self.session = session
        await session.replay(connection, data["seq"])
        await session.dispatch("RESUMED", {})

    def _ready(self, session: Session) -> Json:
        return {
            "v": 10,
            "user": BOT.payload() | {"verified": True, "mfa_enabled": True, "email": None, "flags": 0},
            "guilds": [{"id": guild.id, "unavailable": True} for guild in self.guilds],
            "private_channels": [],
            "session_id": session.id,
            "session_type": "normal",
            "resume_gateway_url": self.url,
            "shard": [0, 1],
            "application": {"id": BOT.id, "flags": 0},
        }
