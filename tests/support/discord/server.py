"""A small Discord on 127.0.0.1: the HTTP calls and the gateway that the bot needs, with Discord's own refusals."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable
from typing import Any

from aiohttp import web

from tests.support.discord.api import Api
from tests.support.discord.cdn import Cdn
from tests.support.discord.exchange import Exchange
from tests.support.discord.forms import Form, Value
from tests.support.discord.gateway import DIRECT_MESSAGES, GUILD_MESSAGES, GUILDS, Gateway
from tests.support.discord.http import API, LARGEST_REQUEST, HttpApi
from tests.support.discord.oauth import OAuth
from tests.support.discord.payloads import LISTED, UNLISTED, Channel, Guild, Json, User, snowflake
from tests.support.discord.people import People
from tests.support.discord.responses import TOKEN_LIVES_S
from tests.support.discord.state import State

__all__ = ["TOKEN", "DiscordServer"]

TOKEN = "MTEwMDAwMDAwMDAwMDAwMDAwMQ.GfOotN.local-server-only-not-a-secret-0123456789"


class DiscordServer:
    """Serves one application; `requests` and `gateway.frames` record what the bot did.

    What a person does takes `who`: `permissions`, `roles`, `locale`, `personal`, as in `Scene`.
    """

    def __init__(
        self,
        *,
        token: str = TOKEN,
        team: bool = False,
        clock: Callable[[], float] = time.monotonic,
        guilds: tuple[Guild, ...] = (LISTED, UNLISTED),
    ) -> None:
        self.token = token
        self.clock = clock
        self.state = State(clock=clock, guilds=guilds)
        self.people = People(self.state)
        self.cdn = Cdn()
        self.gateway = Gateway(token=token, guilds=guilds, guild_create=self.state.guild_create)
        self.oauth = OAuth(self.state)
        api = Api(self.state, team=team, tell=self._tell, gateway=self.gateway.info)
        self.http = HttpApi(api, token=token, oauth=self.oauth)
        self.requests = self.http.requests
        self.url = ""
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Listen on a free port of 127.0.0.1."""
        app = web.Application(client_max_size=LARGEST_REQUEST)
        app.router.add_get("/", self.gateway.serve)
        self.http.register(app.router)
        self.cdn.register(app.router)
        self._runner = web.AppRunner(app, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        port = self._runner.addresses[0][1]
        self.cdn.base = f"http://127.0.0.1:{port}"
        self.url = self.cdn.base + API
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
        channel: Channel | None = None,
        **who: Any,
    ) -> Exchange:
        """Dispatch a slash command as the bot synced it, from a channel, a server or, without one, direct messages.

        A subcommand is named as it is typed: "settings show".
        """
        scene = self.state.scene(user, guild=guild, channel=channel, **who)
        return await self._sent(self.people.command(scene, command, options, self._definition(command)))

    async def complete(
        self,
        command: str,
        options: dict[str, Any],
        *,
        user: User,
        focused: str = "",
        guild: Guild | None = None,
        channel: Channel | None = None,
        **who: Any,
    ) -> Exchange:
        """Dispatch what a client asks while an option is typed: the last one given, or `focused`."""
        scene = self.state.scene(user, guild=guild, channel=channel, **who)
        definition = self._definition(command)
        return await self._sent(self.people.complete(scene, command, options, definition, focused))

    async def menu(self, name: str, message: Json, *, user: User | None = None, **who: Any) -> Exchange:
        """Dispatch a command from the context menu of a message."""
        scene = self.people.scene_at(message, user, **who)
        assert name in self.state.menus, f"no menu has {name!r}, but {list(self.state.menus)}"
        return await self._sent(self.people.menu(scene, name, message, self.state.menus[name]))

    async def press(
        self, message: Json, button: str, *, number: int | None = None, user: User | None = None, **who: Any
    ) -> Exchange:
        """Dispatch the press of a button, by label or custom id; `number`, from 1, where several read the same."""
        scene = self.people.scene_at(message, user, **who)
        return await self._sent(self.people.press(scene, message, button, number))

    async def select(
        self, message: Json, menu: str, *values: str | Channel, user: User | None = None, **who: Any
    ) -> Exchange:
        """Dispatch the choice of values in a select menu, given by placeholder or custom id."""
        scene = self.people.scene_at(message, user, **who)
        return await self._sent(self.people.select(scene, message, menu, values))

    async def submit(self, form: Form, text: str | None = None, /, **fields: Value) -> Exchange:
        """Dispatch a filled form: `fields` by custom id or label, `text` if there is one input only."""
        return await self._sent(self.people.submit(form, text, fields))

    async def say(
        self,
        user: User,
        content: str,
        *,
        guild: Guild | None = None,
        channel: Channel | None = None,
        reply_to: Json | None = None,
        ping: bool = True,
    ) -> Json:
        """A person's message, dispatched as a bot without the message content intent sees it."""
        place = self.state.channels[reply_to["channel_id"]] if reply_to else channel
        scene = self.state.scene(user, guild=guild, channel=place)
        message = self.people.say(scene, content, reply_to=reply_to, ping=ping)
        await self._tell("MESSAGE_CREATE", self.state.message_create(message), scene.channel)
        return message

    async def deny(self, guild: Guild, permissions: int) -> None:
        """From now on nobody has these permissions in the server's channel, the bot neither."""
        self.state.denied[guild.channel_id] = permissions
        await self._tell("CHANNEL_UPDATE", self.state.payload(guild.channel), guild.channel)

    async def open(self, guild: Guild, name: str) -> Channel:
        """A new text channel of a server."""
        channel = self.state.add(Channel(snowflake(), guild=guild, name=name))
        await self._tell("CHANNEL_CREATE", self.state.payload(channel), channel)
        return channel

    async def delete(self, channel: Channel) -> None:
        """The channel is gone, with all that is in it."""
        payload = self.state.payload(channel)
        self.state.delete(channel)
        await self._tell("CHANNEL_DELETE", payload, channel)

    async def forge(self, exchange: Exchange, change: Callable[[Json], object] = dict) -> Exchange:
        """Dispatch what no client sends: an interaction that `People` made without a definition, and then changed."""
        payload = copy.deepcopy(exchange.payload)
        change(payload)
        await self.gateway.dispatch("INTERACTION_CREATE", payload, guild_id=payload.get("guild_id"))
        return exchange

    def expire(self, exchange: Exchange) -> None:
        """From now on the interaction is older than its token lives, acknowledged or not."""
        exchange.dispatched_at = self.clock() - TOKEN_LIVES_S - 1

    def _definition(self, command: str) -> Json:
        return self.state.commands[command.split()[0]]

    async def _sent(self, exchange: Exchange) -> Exchange:
        await self.gateway.dispatch("INTERACTION_CREATE", exchange.payload, guild_id=exchange.payload.get("guild_id"))
        return exchange

    async def _tell(self, event: str, data: Json, channel: Channel) -> None:
        """An event of a channel, if the bot is there; its own messages come back to it too."""
        if not self.state.reaches(channel):
            return
        messages = GUILD_MESSAGES if channel.guild else DIRECT_MESSAGES
        intent = messages if event == "MESSAGE_CREATE" else GUILDS
        await self.gateway.dispatch(event, data, guild_id=channel.guild.id if channel.guild else None, intent=intent)
