"""A bare client of the local Discord that sends single requests, and a clock that a test moves."""

from __future__ import annotations

import json
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from tests.support.discord.exchange import Exchange
from tests.support.discord.forms import Form
from tests.support.discord.gateway import DIRECT_MESSAGES, GUILD_MESSAGES, GUILDS
from tests.support.discord.payloads import BOT, OWNER, Json
from tests.support.discord.server import TOKEN, DiscordServer

__all__ = ["FORM", "INTENTS", "ROW", "Client", "Clock", "bare_client"]

INTENTS = GUILDS | GUILD_MESSAGES | DIRECT_MESSAGES

QUESTION: Json = {"name": "question", "type": 3, "description": "What", "autocomplete": True}
COMMANDS: list[Json] = [
    {"name": "ask", "description": "Ask", "options": [QUESTION]},
    {"name": "Answer this", "type": 3},
]
BUTTON: Json = {"type": 2, "style": 2, "label": "More", "custom_id": "more"}
ROW: Json = {"type": 1, "components": [BUTTON]}
FIELD: Json = {"type": 4, "custom_id": "text", "style": 2}
FORM: Json = {"title": "Why?", "custom_id": "why", "components": [{"type": 18, "label": "Why?", "component": FIELD}]}


class Clock:
    """A clock that a test moves."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


class Client:
    """A bare client: HTTP with the bot's token, and one websocket that inflates what it receives."""

    def __init__(self, server: DiscordServer, session: aiohttp.ClientSession) -> None:
        self.server = server
        self.session = session
        self.socket: aiohttp.ClientWebSocketResponse | None = None

    async def call(self, method: str, path: str, body: Any = None, token: str = TOKEN) -> tuple[int, Any]:
        headers = {"Authorization": f"Bot {token}"}
        async with self.session.request(method, self.server.url + path, json=body, headers=headers) as response:
            return response.status, await response.json() if response.status != 204 else None

    async def callback(self, exchange: Exchange, body: Json) -> tuple[int, Any]:
        path = f"/interactions/{exchange.id}/{exchange.token}/callback?with_response=1"
        return await self.call("POST", path, body)

    async def edit(self, exchange: Exchange, body: Json) -> tuple[int, Any]:
        return await self.call("PATCH", f"/webhooks/{BOT.id}/{exchange.token}/messages/@original", body)

    async def edit_with(self, exchange: Exchange, body: Json, files: dict[str, bytes]) -> tuple[int, Any]:
        """The response changed by a form that carries files."""
        form = aiohttp.FormData(quote_fields=False)
        form.add_field("payload_json", json.dumps(body))
        for number, (name, content) in enumerate(files.items()):
            form.add_field(f"files[{number}]", content, filename=name, content_type="application/octet-stream")
        path = f"/webhooks/{BOT.id}/{exchange.token}/messages/@original"
        async with self.session.patch(self.server.url + path, data=form) as response:
            return response.status, await response.json()

    async def follow_up(self, exchange: Exchange, body: Json) -> tuple[int, Any]:
        return await self.call("POST", f"/webhooks/{BOT.id}/{exchange.token}?wait=true", body)

    async def post(self, channel_id: str, body: Json) -> tuple[int, Any]:
        return await self.call("POST", f"/channels/{channel_id}/messages", body)

    async def connect(self) -> Json:
        """Connect, and give back HELLO."""
        self.inflate = zlib.decompressobj()
        url = self.server.gateway.url + "?v=10&encoding=json&compress=zlib-stream"
        self.socket = await self.session.ws_connect(url)
        return await self.receive()

    async def receive(self) -> Json:
        assert self.socket is not None
        payload: Json = json.loads(self.inflate.decompress(await self.socket.receive_bytes(timeout=5)))
        return payload

    async def send(self, op: int, data: Any) -> None:
        assert self.socket is not None
        await self.socket.send_json({"op": op, "d": data})

    async def closed_with(self) -> int | None:
        assert self.socket is not None
        await self.socket.receive(timeout=5)
        return self.socket.close_code

    async def identify(self, intents: int = INTENTS) -> Json:
        """Identify and give back READY's data; the two servers' GUILD_CREATE are read too."""
        await self.connect()
        await self.send(2, {"token": TOKEN, "intents": intents, "properties": {}})
        ready = await self.receive()
        assert [ready["t"], (await self.receive())["t"], (await self.receive())["t"]] == [
            "READY",
            *["GUILD_CREATE"] * 2,
        ]
        data: Json = ready["d"]
        return data

    async def asked(self, **how: Any) -> Exchange:
        """Give a command, by default in direct messages."""
        return await self.server.interact("ask", {"question": "Why?"}, user=OWNER, **how)

    async def pressed(self, flags: int = 0) -> Exchange:
        """A button on the answer to a command, pressed."""
        exchange = await self.asked()
        data = {"content": "Because.", "components": [ROW], "flags": flags}
        await self.callback(exchange, {"type": 4, "data": data})
        assert exchange.message is not None
        return await self.server.press(exchange.message, "More")

    async def opened(self) -> Form:
        """A form that a press of that button opened."""
        exchange = await self.pressed()
        assert (await self.callback(exchange, {"type": 9, "data": FORM}))[0] == 200
        return Form(exchange)

    async def interaction(self, kind: str) -> Exchange:
        """A "command", a "press", a "submission" or an "autocomplete"."""
        if kind == "command":
            return await self.asked()
        if kind == "press":
            return await self.pressed()
        if kind == "autocomplete":
            return await self.server.complete("ask", {"question": "W"}, user=OWNER)
        return await self.server.submit(await self.opened(), "So.")


@asynccontextmanager
async def bare_client(clock: Clock | None = None) -> AsyncIterator[Client]:
    """A client of a server of its own, which knows its commands: /ask and one in the menu of messages."""
    server = DiscordServer(clock=clock or Clock())
    await server.start()
    server.state.sync(COMMANDS)
    async with aiohttp.ClientSession() as session:
        yield Client(server, session)
    await server.stop()
