"""The wire below a real client: payloads go in as the gateway brings them, requests are recorded as they go out.

Nothing of discord.py or of ours is replaced but the HTTP session.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import discord
from discord.http import Route

from bot.access import Moderators
from bot.client import Footnote
from index import Library
from tests.discord_payloads import BOT, LISTED, MEMBER, Channel, Guild, Json, User, application, guild_create, snowflake
from tests.discord_rules import Refused, check_message, text_of
from tests.discord_state import State
from tests.recorder import Recorder

__all__ = ["Sent", "Wire", "connected"]

TOKEN = "not-a-secret"
DEFERRED = 5
KINDS = {bool: 5, int: 4, str: 3}


@dataclass(frozen=True, slots=True)
class Sent:
    """A request of the bot: `path` is below the API's root."""

    method: str
    path: str
    body: Any
    status: int

    @property
    def text(self) -> str:
        """Everything in it that a person can read."""
        return text_of(self.body.get("data") or self.body) if isinstance(self.body, dict) else ""

    @property
    def ephemeral(self) -> bool:
        return bool(((self.body.get("data") or self.body).get("flags") or 0) & 64)

    @property
    def is_callback(self) -> bool:
        return self.path.endswith("/callback")

    @property
    def is_edit(self) -> bool:
        return self.method == "PATCH" and self.path.endswith("/messages/@original")

    @property
    def is_post(self) -> bool:
        return self.method == "POST" and bool(re.fullmatch(r"/channels/\d+/messages", self.path))

    @property
    def is_typing(self) -> bool:
        return self.path.endswith("/typing")


class Wire:
    """Stands in for aiohttp's session; `sent` is what went out, `team` whether the application has a team."""

    closed = False

    def __init__(self, *, team: bool = False) -> None:
        self.sent: Recorder[Sent] = Recorder("requests")
        self.team = team
        self.bot: Footnote | None = None
        self._failures: list[tuple[re.Pattern[str], int, int]] = []
        self._messages = State(clock=lambda: 0.0)

    def fail(self, path: str, status: int, code: int = 0) -> None:
        """Every request whose path fits from now on fails."""
        self._failures.append((re.compile(path), status, code))

    def command(
        self,
        name: str,
        options: dict[str, Any] | None = None,
        *,
        user: User | None = None,
        guild: Guild | None = LISTED,
        permissions: int = MEMBER,
        roles: tuple[str, ...] = (),
    ) -> None:
        """A slash command arrives, in a server or in direct messages."""
        given = [{"name": key, "type": KINDS[type(value)], "value": value} for key, value in (options or {}).items()]
        user = user or User.new()
        channel = guild.channel if guild else Channel(snowflake(), recipient=user)
        payload: Json = {
            "id": snowflake(),
            "application_id": BOT.id,
            "type": 2,
            "token": f"interaction-token-{snowflake()}",
            "version": 1,
            "channel_id": channel.id,
            "channel": channel.payload() | {"permissions": str(permissions)},
            "locale": "en-US",
            "entitlements": [],
            "app_permissions": str(MEMBER),
            "attachment_size_limit": 10485760,
            "authorizing_integration_owners": {"0": guild.id if guild else "0"},
            "context": 0 if guild else 1,
            "data": {"id": snowflake(), "name": name, "type": 1, "options": given},
        }
        if guild:
            member = user.member(roles=roles, permissions=permissions)
            payload |= {"guild_id": guild.id, "guild": guild.partial(), "member": member}
        else:
            payload["user"] = user.payload()
        self.receive("INTERACTION_CREATE", payload)

    def message(self, content: str, /, *, user: User | None = None, guild: Guild | None = None, **changes: Any) -> Json:
        """A message arrives; a mention of the bot in it is listed as Discord does."""
        user = user or User.new()
        channel = guild.channel if guild else Channel(snowflake(), recipient=user)
        message = self._messages.new_message(channel, user, {"content": content}) | changes
        if guild:
            member = {key: value for key, value in user.member().items() if key != "user"}
            message |= {"guild_id": guild.id, "member": member}
        self.receive("MESSAGE_CREATE", message)
        return message

    def ready(self) -> None:
        """READY arrives: the gateway is up."""
        about = {"id": BOT.id, "flags": 0}
        self.receive("READY", {"user": BOT.payload(), "guilds": [], "application": about, "session_id": "1"})

    def receive(self, event: str, data: Json) -> None:
        """A gateway event arrives."""
        assert self.bot is not None
        self.bot._connection.parsers[event](data)

    @asynccontextmanager
    async def request(self, method: str, url: str, *, data: Any = None, **_: Any) -> AsyncIterator[Response]:
        """As `aiohttp.ClientSession.request`."""
        path = url.removeprefix(Route.BASE).split("?")[0]
        body = json.loads(data) if isinstance(data, str) else None
        try:
            status, reply = 200, self._reply(path, body)
        except Refused as refused:
            status, reply = refused.status, refused.body
        self.sent.add(Sent(method, path, body, status))
        yield Response(status, reply)

    async def close(self) -> None:
        self.closed = True

    def _reply(self, path: str, body: Any) -> Any:
        for pattern, status, code in self._failures:
            if pattern.search(path):
                raise Refused(status, code, "made to fail")
        if path.endswith("/callback"):
            if body["type"] != DEFERRED:
                check_message(body["data"])
            return {"interaction": {"id": snowflake(), "type": 2}}
        if path.endswith("/oauth2/applications/@me"):
            return application(team=self.team)
        if path.endswith("/commands"):
            return []
        if path.endswith(("/messages", "/@original")):
            return self._messages.new_message(LISTED.channel, BOT, body)
        return {}


@dataclass(frozen=True, slots=True)
class Response:
    """As much of an aiohttp response as discord.py reads."""

    status: int
    reply: Any
    reason: str = "because"

    @property
    def headers(self) -> dict[str, str]:
        return {"content-type": "application/json"}

    async def text(self, encoding: str = "utf-8") -> str:
        return json.dumps(self.reply)


@asynccontextmanager
async def connected(library: Library, folder: Path, *, wire: Wire | None = None, **changes: Any) -> AsyncIterator[Wire]:
    """A real client, as after READY, in two servers, on a wire."""
    wire = wire or Wire()
    settings: dict[str, Any] = {
        "moderators": Moderators(guilds=frozenset({int(LISTED.id)})),
        "cooldown_seconds": 0.0,
        "commands_file": folder / "commands.json",
    }
    bot = Footnote(library=library, **(settings | changes))
    await bot._async_setup_hook()
    bot._connection.guild_ready_timeout = 0.01
    wire.bot = bot
    await log_in(bot, wire)
    wire.receive("GUILD_CREATE", guild_create(LISTED))
    try:
        yield wire
    finally:
        await bot.close()


async def log_in(bot: Footnote, wire: Wire) -> None:
    """What `Client.login` does, with the wire for a session."""
    bot.http._HTTPClient__session = wire  # type: ignore[attr-defined]
    bot.http.token = TOKEN
    bot.http._global_over = asyncio.Event()
    bot.http._global_over.set()
    bot._connection.user = discord.user.ClientUser(state=bot._connection, data=BOT.payload())
    bot._connection.application_id = int(BOT.id)
    await bot.setup_hook()
