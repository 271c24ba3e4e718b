"""Interactions and other events that Discord should never send: answered as far as they can be, and never the end."""

from __future__ import annotations

import asyncio
import copy
import logging

import pytest

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
