"""The wire below a real client: payloads go in as the gateway brings them, requests are recorded as they go out.

Nothing of discord.py or of ours is replaced but the HTTP session. Requests are answered by the rules of the local
Discord, and what people do goes by them too, except that a command's options are taken as they are given.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import discord
from aiohttp import FormData
from discord.ext import commands
from discord.http import Route

from bot.client.bot import FootnoteBot
from bot.policy.moderators import Moderators
from bot.policy.rate_limits import Limits
from index import Corpora, Library
from tests.support.discord.api import Api, Call
from tests.support.discord.exchange import Exchange
from tests.support.discord.files import Uploads, parts_of
from tests.support.discord.forms import Form, Value
from tests.support.discord.payloads import BOT, LISTED, Channel, Guild, Json, User
from tests.support.discord.people import People
from tests.support.discord.rules import Refused
from tests.support.discord.state import State
from tests.support.discord.wire_sent import Response, Sent, message_in
from tests.support.recorder import Recorder

__all__ = ["NO_LIMITS", "Sent", "Wire", "connected", "on_wire"]

TOKEN = "not-a-secret"

NO_LIMITS = Limits(user_seconds=0.0, server_per_minute=0, most_waiting=0)


class Wire:
    """Stands in for aiohttp's session; `sent` is what went out, `team` whether the application has a team, `now` the
    time in seconds. `state` outlives the client: another one connected by the same wire finds all messages there.

    What a person does gives the interaction, whose `answer()` is the message that comes of it; `who` is
    `permissions`, `roles`, `locale` and `personal`, as in `Scene`.
    """

    closed = False

    def __init__(self, *, team: bool = False) -> None:
        self.now = 0.0
        self.state = State(clock=lambda: self.now)
        self.people = People(self.state)
        self.sent: Recorder[Sent] = Recorder("requests")
        self.bot: Any = None
        self._api = Api(self.state, team=team, tell=self._tell)
        self._failures: list[tuple[re.Pattern[str], int, int]] = []

    def fail(self, path: str, status: int, code: int = 0) -> None:
        """Let every further request fail whose path matches."""
        self._failures.append((re.compile(path), status, code))

    def deny(self, guild: Guild, permissions: int) -> None:
        """From now on nobody has these permissions in the server's channel, the bot neither."""
        self.state.denied[guild.channel_id] = permissions
        self.receive("CHANNEL_UPDATE", self.state.payload(guild.channel))

    def command(
        self,
        name: str,
        options: dict[str, Any] | None = None,
        *,
        user: User | None = None,
        guild: Guild | None = LISTED,
        channel: Channel | None = None,
        **who: Any,
    ) -> Exchange:
        """A slash command arrives, in a channel, a server or direct messages; a subcommand is named "settings show"."""
        scene = self.state.scene(user or User.new(), guild=guild, channel=channel, **who)
        return self._arrives(self.people.command(scene, name, options or {}, None))

    def autocomplete(
        self,
        name: str,
        options: dict[str, Any],
        *,
        focused: str = "",
        user: User | None = None,
        guild: Guild | None = LISTED,
        channel: Channel | None = None,
        **who: Any,
    ) -> Exchange:
        """An option is being typed, the last one or `focused`; once acknowledged, `choices` are what it offers."""
        scene = self.state.scene(user or User.new(), guild=guild, channel=channel, **who)
        return self._arrives(self.people.complete(scene, name, options, None, focused))

    def menu(self, name: str, message: Json, *, user: User | None = None, **who: Any) -> Exchange:
        """A command from the context menu of a message arrives."""
        return self._arrives(self.people.menu(self.people.scene_at(message, user, **who), name, message, None))

    def press(
        self, message: Json, button: str, *, number: int | None = None, user: User | None = None, **who: Any
    ) -> Exchange:
        """The press of a button arrives, given by label or custom id; `number`, from 1, where several read the same."""
        return self._arrives(self.people.press(self.people.scene_at(message, user, **who), message, button, number))

    def select(
        self, message: Json, menu: str, *values: str | Channel, user: User | None = None, **who: Any
    ) -> Exchange:
        """The choice of values in a select menu arrives, given by placeholder or custom id."""
        return self._arrives(self.people.select(self.people.scene_at(message, user, **who), message, menu, values))

    def submit(self, form: Form | Exchange, text: str | None = None, /, **fields: Value) -> Exchange:
        """A filled form arrives: `fields` by custom id or label, `text` if there is one input only."""
        return self._arrives(self.people.submit(form if isinstance(form, Form) else Form(form), text, fields))

    def message(
        self,
        content: str,
        /,
        *,
        user: User | None = None,
        guild: Guild | None = None,
        channel: Channel | None = None,
        reply_to: Json | None = None,
        ping: bool = True,
        **changes: Any,
    ) -> Json:
        """A message arrives, with all that is in it; a mention of the bot is listed as Discord does."""
        place = self.state.channels[reply_to["channel_id"]] if reply_to else channel
        scene = self.state.scene(user or User.new(), guild=guild, channel=place)
        message = self.people.say(scene, content, reply_to=reply_to, ping=ping)
        payload = self.state.message_create(message) | {"content": content} | changes
        self.receive("MESSAGE_CREATE", payload)
        return payload

    def ready(self) -> None:
        """READY arrives: the gateway is up."""
        about = {"id": BOT.id, "flags": 0}
        self.receive(
            "READY", {"user": BOT.payload(), "guilds": [], "application": about, "session_id": "1", "shard": [0, 1]}
        )

    def receive(self, event: str, data: Json) -> None:
        """A gateway event arrives."""
        assert self.bot is not None
        self.bot._connection.parsers[event](data)

    def _arrives(self, exchange: Exchange) -> Exchange:
        self.receive("INTERACTION_CREATE", exchange.payload)
        return exchange

    async def _tell(self, event: str, data: Json, channel: Channel) -> None:
        self.receive(event, data)

    @asynccontextmanager
    async def request(
        self, method: str, url: str, *, data: Any = None, params: Any = None, **_: Any
    ) -> AsyncIterator[Response]:
        """As `aiohttp.ClientSession.request`."""
        address = urlsplit(url.removeprefix(Route.BASE))
        payload, uploads = await parts_of(data) if isinstance(data, FormData) else (data, {})
        body = json.loads(payload) if payload else None
        query = dict(parse_qsl(address.query)) | {name: str(value) for name, value in (params or {}).items()}
        call = Call(method, address.path, body, uploads, query)
        try:
            status, reply = await self._reply(call)
        except Refused as refused:
            status, reply = refused.status, refused.body
        self.sent.add(Sent(method, call.path, body, status, _named(uploads), message_in(reply)))
        yield Response(status, json.dumps(reply))

    async def close(self) -> None:
        self.closed = True

    async def _reply(self, call: Call) -> tuple[int, Any]:
        for pattern, status, code in self._failures:
            if pattern.search(call.path):
                raise Refused(status, code, "made to fail")
        return await self._api.answer(call)


def _named(uploads: Uploads) -> dict[str, bytes]:
    return {upload.filename: upload.content for upload in uploads.values()}


@asynccontextmanager
async def connected(
    library: Library | Corpora, folder: Path, *, wire: Wire | None = None, **changes: Any
) -> AsyncIterator[Wire]:
    """A real client, as after READY, in two servers, on a wire."""
    libraries = library if isinstance(library, Corpora) else Corpora(library)
    settings: dict[str, Any] = {
        "moderators": Moderators(guilds=frozenset({int(LISTED.id)})),
        "limits": NO_LIMITS,
        "commands_file": folder / "commands.json",
    }
    async with on_wire(FootnoteBot(libraries=libraries, **(settings | changes)), wire or Wire()) as wire:
        yield wire


@asynccontextmanager
async def on_wire(bot: commands.Bot, wire: Wire) -> AsyncIterator[Wire]:
    """Any client on a wire, as after READY."""
    await bot._async_setup_hook()
    bot._connection.guild_ready_timeout = 0.01
    bot._connection.shard_count = 1
    if isinstance(bot, commands.AutoShardedBot):
        bot._connection.shard_ids = [0]
    wire.bot, wire.closed = bot, False
    await log_in(bot, wire)
    wire.receive("GUILD_CREATE", wire.state.guild_create(LISTED))
    try:
        yield wire
    finally:
        await bot.close()


async def log_in(bot: commands.Bot, wire: Wire) -> None:
    """What `Client.login` does, with the wire for a session."""
    bot.http._HTTPClient__session = wire  # type: ignore[attr-defined]
    bot.http.token = TOKEN
    bot.http._global_over = asyncio.Event()
    bot.http._global_over.set()
    bot._connection.user = discord.user.ClientUser(state=bot._connection, data=BOT.payload())
    bot._connection.application_id = int(BOT.id)
    await bot.setup_hook()
