"""A small Discord on 127.0.0.1: the HTTP calls and the gateway that the bot needs, with Discord's own refusals."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from aiohttp import web

from tests.discord_gateway import DIRECT_MESSAGES, GUILD_MESSAGES, Gateway
from tests.discord_http import API, HttpApi
from tests.discord_payloads import BOT, LISTED, MEMBER, NOT_JOINED, UNLISTED, Channel, Guild, Json, User, snowflake
from tests.discord_state import Exchange, State

__all__ = ["TOKEN", "DiscordServer"]

TOKEN = "MTEwMDAwMDAwMDAwMDAwMDAwMQ.GfOotN.local-server-only-not-a-secret-0123456789"


class DiscordServer:
    """Serves one application; `requests` and `gateway.frames` record what the bot did."""

    def __init__(self, *, token: str = TOKEN, team: bool = False, clock: Callable[[], float] = time.monotonic) -> None:
        self.token = token
        self.clock = clock
        self.state = State(clock=clock)
        self.gateway = Gateway(token=token, guilds=(LISTED, UNLISTED))
        self.http = HttpApi(
            token=token, team=team, state=self.state, gateway_url=lambda: self.gateway.url, announce=self._announce
        )
        self.requests = self.http.requests
        self.url = ""
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Listen on a free port of 127.0.0.1."""
        app = web.Application()
        app.router.add_get("/", self.gateway.serve)
        self.http.register(app.router)
        self._runner = web.AppRunner(app, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        port = self._runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{port}{API}"
        self.gateway.url = f"ws://127.0.0.1:{port}/"

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def interact(
        self,
        command: str,
        options: dict[str, Any],
        *,
        user: User,
        guild: Guild | None = None,
        permissions: int = MEMBER,
        roles: tuple[str, ...] = (),
    ) -> Exchange:
        """Dispatch a slash command as the bot synced it, from a server or, without one, from direct messages."""
        definition = self.state.commands[command]
        kinds = {option["name"]: option["type"] for option in definition["options"]}
        given = [{"name": name, "type": kinds[name], "value": value} for name, value in options.items()]
        channel = guild.channel if guild else self.state.direct_messages(user)
        exchange = Exchange(snowflake(), f"interaction-token-{snowflake()}", user, channel, self.clock())
        self.state.exchanges[exchange.token] = exchange
        payload: Json = {
            "id": exchange.id,
            "application_id": BOT.id,
            "type": 2,
            "token": exchange.token,
            "version": 1,
            "channel_id": channel.id,
            "channel": channel.payload() | {"permissions": str(permissions)},
            "locale": "en-US",
            "entitlements": [],
            "entitlement_sku_ids": [],
            "app_permissions": str(MEMBER),
            "attachment_size_limit": 10485760,
            "data": {"id": definition["id"], "name": command, "type": 1, "options": given},
        }
        payload |= _from_guild(user, guild, permissions, roles) if guild else _from_direct_messages(user)
        await self.gateway.dispatch("INTERACTION_CREATE", payload)
        return exchange

    async def say(self, user: User, content: str, *, guild: Guild | None = None) -> Json:
        """A person's message, dispatched as a bot without the message content intent sees it."""
        self.state.users[user.id] = user
        channel = guild.channel if guild else self.state.direct_messages(user)
        message = self.state.new_message(channel, user, {"content": content})
        await self._announce(channel, message)
        return message

    async def _announce(self, channel: Channel, message: Json) -> None:
        """MESSAGE_CREATE; the bot's own messages come back to it too."""
        if channel.guild is None:
            await self.gateway.dispatch("MESSAGE_CREATE", message, intent=DIRECT_MESSAGES)
            return
        author = self.state.users[message["author"]["id"]]
        member = {key: value for key, value in author.member().items() if key != "user"}
        event = {**message, "guild_id": channel.guild.id, "member": member}
        if message["author"]["id"] != BOT.id and all(one["id"] != BOT.id for one in message["mentions"]):
            event |= {"content": "", "embeds": [], "components": []}
        await self.gateway.dispatch("MESSAGE_CREATE", event, intent=GUILD_MESSAGES)


def _from_guild(user: User, guild: Guild, permissions: int, roles: tuple[str, ...]) -> Json:
    """In a server that the bot did not join, it is there because the user installed it for themselves."""
    owners = {"1": user.id} if guild == NOT_JOINED else {"0": guild.id}
    return {
        "context": 0,
        "guild_id": guild.id,
        "guild": guild.partial(),
        "guild_locale": "en-US",
        "member": user.member(roles=roles, permissions=permissions),
        "authorizing_integration_owners": owners,
    }


def _from_direct_messages(user: User) -> Json:
    return {"context": 1, "user": user.payload(), "authorizing_integration_owners": {"0": "0"}}
