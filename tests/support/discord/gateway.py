"""The gateway of the local Discord: shards, identify, ready, heartbeats, dispatch, resume, over websockets."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import WSMsgType, web

from tests.support.discord.gateway_session import Closed, Connection, Session
from tests.support.discord.payloads import BOT, Guild, Json, snowflake
from tests.support.recorder import Recorder

__all__ = ["DIRECT_MESSAGES", "GUILDS", "GUILD_MESSAGES", "PRIVILEGED", "Frame", "Gateway"]

GUILDS, GUILD_MESSAGES, DIRECT_MESSAGES = 1 << 0, 1 << 9, 1 << 12
PRIVILEGED = 1 << 1 | 1 << 8 | 1 << 15  # members, presences, message content

HEARTBEAT, IDENTIFY, RESUME, RECONNECT, INVALID_SESSION, HELLO, HEARTBEAT_ACK = 1, 2, 6, 7, 9, 10, 11
PRESENCE = 3
HARMLESS = {4, 8}  # voice state, request members: accepted, not answered
LARGEST_FRAME = 4096  # what Discord accepts from a client, in bytes
ENDS_THE_SESSION = {1000, 1001}  # close codes of a client that does not come back


@dataclass(frozen=True, slots=True)
class Frame:
    """What the bot did on the gateway: the operation it sent, or "connected" or "closed" with the code."""

    kind: str
    at: float
    data: Any = None
    shard: int | None = None


class Gateway:
    """Accepts websockets of one bot's processes and holds their sessions; `guild_create` gives a server as it is now.

    `shards` is how many it recommends, `max_concurrency` how many shards may identify at a time, each `rate_limit_key`
    once in `identify_every` seconds (0 for no limit).
    """

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
        self.shards = 1
        self.max_concurrency = 1
        self.identify_every = 0.0
        self.invalidated = 0
        """How many identifies came too early."""
        self.frames: Recorder[Frame] = Recorder("gateway")
        self.url = ""
        self._sessions: list[Session] = []
        self._resumable: set[str] = set()
        self._identified_at: dict[int, float] = {}

    def _note(self, kind: str, data: Any = None, shard: int | None = None) -> None:
        self.frames.add(Frame(kind, time.monotonic(), data, shard))

    def info(self) -> Json:
        """GET /gateway/bot."""
        limits = {"total": 1000, "remaining": 999, "reset_after": 14400000, "max_concurrency": self.max_concurrency}
        return {"url": self.url, "shards": self.shards, "session_start_limit": limits}

    @property
    def connected(self) -> tuple[int, ...]:
        """The shards that are connected, one that is connected twice named twice."""
        return tuple(sorted(session.shard for session in self._sessions if session.connection is not None))

    async def dispatch(self, event: str, data: Json, *, guild_id: str | None, intent: int | None = None) -> None:
        """Send an event to the shard that it is for, or keep it for its resume; all of its sessions get it."""
        for session in [*self._sessions]:
            if session.takes(guild_id) and (intent is None or session.intents & intent):
                await session.dispatch(event, data)

    def drop(self, shard: int = 0) -> None:
        """Cut a shard's connection abruptly; the session can be resumed."""
        self._connection(shard).abort()

    async def ask_to_reconnect(self, shard: int = 0) -> None:
        """What Discord sends before it takes a gateway node down."""
        await self._connection(shard).send({"op": RECONNECT, "d": None})

    def _connection(self, shard: int) -> Connection:
        (*_, last) = [session.connection for session in self._sessions if session.shard == shard and session.connection]
        return last

    def forget_sessions(self) -> None:
        """The next resume is answered with INVALID_SESSION, and the bot has to identify anew."""
        self._resumable.clear()

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
            session = self._session_of(connection) if connection else None
            if session is not None:
                self._part(session, socket.close_code)
            self._note("closed", socket.close_code, session.shard if session else None)
        return socket

    def _session_of(self, connection: Connection) -> Session | None:
        return next((session for session in self._sessions if session.connection is connection), None)

    def _part(self, session: Session, code: int | None) -> None:
        """The session is kept unless its client said goodbye, or it cannot be resumed."""
        session.connection = None
        if code in ENDS_THE_SESSION or session.id not in self._resumable:
            self._sessions.remove(session)
            self._resumable.discard(session.id)

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
            self._note("identify", data, data.get("shard", [0])[0])
            await self._identify(connection, data)
        elif op == RESUME:
            self._note("resume", data)
            await self._resume(connection, data)
        elif op == PRESENCE:
            self._note("presence", data)
        elif op not in HARMLESS:
            raise Closed(4001, "Unknown opcode")

    async def _identify(self, connection: Connection, data: Json) -> None:
        if self._session_of(connection) is not None:
            raise Closed(4005, "Already authenticated")
        if data.get("token") != self.token:
            raise Closed(4004, "Authentication failed")
        if not isinstance(data.get("intents"), int):
            raise Closed(4013, "Invalid intents")
        if data["intents"] & PRIVILEGED:
            raise Closed(4014, "Disallowed intents")
        shard, shards = data.get("shard", [0, 1])
        if not 0 <= shard < shards:
            raise Closed(4010, "Invalid shard")
        if self._too_early(shard):
            self.invalidated += 1
            await connection.send({"op": INVALID_SESSION, "d": False})
            return
        session = Session(snowflake(), data["intents"], connection, shard, shards)
        self._sessions.append(session)
        self._resumable.add(session.id)
        await session.dispatch("READY", self._ready(session))
        for guild in self._guilds_of(session):
            if session.intents & GUILDS:
                await session.dispatch("GUILD_CREATE", self._guild_create(guild))

    def _too_early(self, shard: int) -> bool:
        """Whether another shard with the same key identified just now; else this one's moment counts."""
        key, now = shard % self.max_concurrency, time.monotonic()
        if now - self._identified_at.get(key, -self.identify_every) < self.identify_every:
            return True
        self._identified_at[key] = now
        return False

    async def _resume(self, connection: Connection, data: Json) -> None:
        if data.get("token") != self.token:
            raise Closed(4004, "Authentication failed")
        known = [session for session in self._sessions if session.id == data.get("session_id")]
        if not known or known[0].id not in self._resumable:
            await connection.send({"op": INVALID_SESSION, "d": False})
            return
        session = known[0]
        if data["seq"] > len(session.sent):
            raise Closed(4007, "Invalid seq")
        await session.replay(connection, data["seq"])
        await session.dispatch("RESUMED", {})

    def _guilds_of(self, session: Session) -> list[Guild]:
        return [guild for guild in self.guilds if session.takes(guild.id)]

    def _ready(self, session: Session) -> Json:
        return {
            "v": 10,
            "user": BOT.payload() | {"verified": True, "mfa_enabled": True, "email": None, "flags": 0},
            "guilds": [{"id": guild.id, "unavailable": True} for guild in self._guilds_of(session)],
            "private_channels": [],
            "session_id": session.id,
            "session_type": "normal",
            "resume_gateway_url": self.url,
            "shard": [session.shard, session.shards],
            "application": {"id": BOT.id, "flags": 0},
        }
