"""What relies on discord.py's internals.

Events that Discord should never send are answered as far as they can be and are never the end; and a test for each
private name that discord.py may change.
"""

from __future__ import annotations

import asyncio
import copy
import logging
from types import SimpleNamespace
from typing import Any

import discord
import pytest
from discord import app_commands
from discord.ext import commands
from discord.gateway import DiscordWebSocket

from bot.client.discord_patches import (
    connected_shards,
    dispatch_acknowledged,
    event_parsers,
    hide_users_in_log,
    interaction_of,
    note_shards,
    set_parsers,
)
from bot.services.interactions import Interaction
from bot.text.i18n import language_for
from tests.support.discord.exchange import Exchange
from tests.support.discord.malformed import MALFORMED, Change
from tests.support.discord.payloads import LISTED, OWNER, User
from tests.support.discord.rules import EPHEMERAL, text_of
from tests.support.discord.wire import Wire
from tests.support.fakes import FakeLibrary

NOT_UNDERSTOOD = ("Something went wrong on my side", "This button is of another version", "This command has changed")
REFUSED = "Only a moderator may"
TOLD = (*NOT_UNDERSTOOD, REFUSED)
EXPECTED = {"command": TOLD, "press": TOLD, "choices": ("choices: []",)}


def begun(wire: Wire, kind: str, user: User) -> Exchange:
    """A command, a press or the choices for what is typed, as a member's client would begin it."""
    scene = wire.state.scene(user, guild=LISTED)
    if kind == "command":
        return wire.people.command(scene, "reindex", {"preview": True}, None)
    if kind == "choices":
        return wire.people.complete(scene, "source remove", {"name": ""}, None)
    message = wire.state.by_bot(LISTED.channel, {"content": "x"})
    return wire.people.forged(scene, "footnote:srcreindex::0:0", message)


def arrives(wire: Wire, exchange: Exchange, change: Change) -> None:
    payload = copy.deepcopy(exchange.payload)
    change(payload)
    wire.receive("INTERACTION_CREATE", payload)


@pytest.mark.parametrize("kind", ["command", "press", "choices"])
async def test_whatever_an_interaction_lacks_it_is_answered_and_does_nothing(
    wire: Wire, library: FakeLibrary, kind: str
) -> None:
    come = await asyncio.gather(*(answered_oddly(wire, kind, change) for change in MALFORMED.values()))
    assert {odd: text for odd, text in zip(MALFORMED, come, strict=True) if not text.startswith(EXPECTED[kind])} == {}
    assert (library.reindexes, library.previews) == (0, 0)


async def answered_oddly(wire: Wire, kind: str, change: Change) -> str:
    """What the person alone is told, or which choices are offered; why nothing is, where nothing is."""
    exchange = begun(wire, kind, User.new())
    arrives(wire, exchange, change)
    try:
        await exchange.acknowledged()
        if kind == "choices":
            return f"choices: {exchange.choices}"
        message = await exchange.answer(lambda message: bool(text_of(message)))
    except AssertionError as error:
        return f"not answered: {error}"
    return text_of(message) if message["flags"] & EPHEMERAL else f"for all: {text_of(message)}"


async def test_what_cannot_be_read_is_told_in_the_language_of_whoever_asked(wire: Wire) -> None:
    exchange = begun(wire, "command", User.new())
    exchange.payload["locale"] = "de"
    arrives(wire, exchange, MALFORMED["permissions are a word"])
    german = language_for("de").gettext(
        "Something went wrong on my side. Please try again; if it happens again, tell the bot's owner: "
        "incident {incident}.",
        incident="",
    )
    assert text_of(await exchange.answer()).startswith(german.partition(":")[0])


@pytest.mark.parametrize("field", ["id", "token", "type"])
async def test_an_interaction_that_cannot_be_answered_is_passed_over(
    wire: Wire, caplog: pytest.LogCaptureFixture, field: str
) -> None:
    exchange = begun(wire, "command", OWNER)
    arrives(wire, exchange, lambda payload: payload.pop(field))
    assert (await wire.command("status").answer())["components"]
    assert "Nor can it be answered: KeyError" in caplog.text


@pytest.mark.parametrize("event", ["MESSAGE_CREATE", "GUILD_CREATE", "CHANNEL_UPDATE", "THREAD_CREATE"])
async def test_an_unreadable_event_ends_nothing_and_is_logged_without_its_content(
    wire: Wire, caplog: pytest.LogCaptureFixture, event: str
) -> None:
    """An event that cannot be parsed neither ends the connection nor shows what somebody wrote."""
    with caplog.at_level(logging.WARNING):
        wire.receive(event, {"id": "secretive", "content": "secretive"})
    assert f"What Discord sent could not be read: {event}" in caplog.text
    assert "secretive" not in caplog.text
    assert (await wire.command("status").answer())["components"]


async def test_permissions_below_nothing_are_none(wire: Wire) -> None:
    exchange = begun(wire, "command", User.new())
    arrives(wire, exchange, lambda payload: payload["member"].update(permissions="-1"))
    assert REFUSED in text_of(await exchange.answer())


PAYLOAD = {"id": "7", "type": 2, "token": "t", "application_id": "1", "version": 1, "attachment_size_limit": 0}


def sharded_client() -> commands.AutoShardedBot:
    return commands.AutoShardedBot("!", intents=discord.Intents.none(), shard_count=3)


async def test_event_of_a_connection_reaches_the_parsers_set_for_it() -> None:
    """`DiscordWebSocket._discord_parsers` is what a connection calls."""
    socket = DiscordWebSocket(None, loop=asyncio.get_running_loop())  # type: ignore[arg-type]
    socket.shard_id = 0
    parsed: list[Any] = []
    set_parsers(socket, {"MESSAGE_CREATE": parsed.append})
    await socket.received_message('{"op": 0, "t": "MESSAGE_CREATE", "s": 1, "d": {"id": "5"}}')
    assert parsed == [{"id": "5"}]


def test_parsers_of_a_client_are_those_of_its_events() -> None:
    """`Client._connection.parsers` has discord.py's parser of every event that the bot looks at."""
    parsers = event_parsers(sharded_client())
    assert parsers["INTERACTION_CREATE"].__name__ == "parse_interaction_create"
    assert {"READY", "MESSAGE_CREATE", "GUILD_CREATE"} <= parsers.keys()


def test_connected_shard_is_known_to_the_client() -> None:
    """`AutoShardedClient.__shards` is what the public `shards` and `latencies` read."""
    client = sharded_client()
    connected_shards(client)[1] = SimpleNamespace(id=1, ws=SimpleNamespace(latency=0.25))
    assert list(client.shards) == [1]
    assert client.latencies == [(1, 0.25)]
    connected_shards(client).clear()
    assert client.shards == {}


def test_noted_shards_tell_a_server_its_shard() -> None:
    """`shard_count` and `shard_ids` of `Client._connection` are what servers and readiness go by."""
    client = sharded_client()
    client._connection.shard_count = None
    note_shards(client, (1, 2))
    guild: Any = {"id": str(4 << 22), "unavailable": True}
    assert discord.Guild(data=guild, state=client._connection).shard_id == 1
    assert client._connection.shard_ids == [1, 2]


async def test_acknowledged_command_runs_and_is_not_acknowledged_again() -> None:
    """`_from_interaction` runs a command, whose `_cs_response` is thinking already and sends nothing."""
    ran = asyncio.get_running_loop().create_future()

    @app_commands.command(description="Anything")
    async def anything(interaction: Interaction) -> None:
        await interaction.response.defer(thinking=True)  # a request would fail: nobody is logged in
        ran.set_result((interaction.response.is_done(), interaction.response.type))

    async with sharded_client() as client:
        client.tree.add_command(anything)
        user = {"id": "9", "username": "u", "discriminator": "0", "avatar": None}
        payload = PAYLOAD | {"user": user, "data": {"id": "3", "name": "anything", "type": 1}}
        dispatch_acknowledged(client, interaction_of(client, payload))
        done = await asyncio.wait_for(ran, 10)
    assert done == (True, discord.InteractionResponseType.deferred_channel_message)


async def test_autocompletion_that_fails_is_logged_without_its_user(caplog: pytest.LogCaptureFixture) -> None:
    """discord.py's own record of it names the user: it begins with the words that the filter looks for."""
    hide_users_in_log()
    caplog.set_level(logging.INFO)

    @app_commands.command(description="Anything")
    async def anything(interaction: Interaction, name: str) -> None:
        raise NotImplementedError

    @anything.autocomplete("name")
    async def names(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        raise ValueError(typed)

    async with sharded_client() as client:
        client.tree.add_command(anything)
        user = {"id": "990099", "username": "u", "discriminator": "0", "avatar": None}
        typed = {"name": "name", "type": 3, "value": "secretive", "focused": True}
        data = {"id": "3", "name": "anything", "type": 1, "options": [typed]}
        interaction = interaction_of(client, PAYLOAD | {"type": 4, "user": user, "data": data})
        await client.tree._call(interaction)
    assert "Suggestions could not be sent: ValueError" in caplog.text
    assert "990099" not in caplog.text
    assert "secretive" not in caplog.text
