"""The first message in a server, at payload level, over a real journal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.support.discord.nouns import Channel, snowflake
from tests.support.discord.payloads import MEMBER, SEND_MESSAGES, UNLISTED, Json, User
from tests.support.discord.rules import pings, text_of
from tests.support.discord.wire import Sent, Wire, connected
from tests.support.fakes import FakeLibrary
from tests.support.waiting import eventually

VIEW_AUDIT_LOG, VIEW_CHANNEL = 1 << 7, 1 << 10
SUPPRESS_NOTIFICATIONS = 1 << 12


def joins(wire: Wire, **changes: Any) -> None:
    """The bot is added to a server: what Discord then sends does not say whether the server is available."""
    payload = wire.state.guild_create(UNLISTED) | changes
    del payload["unavailable"]
    wire.receive("GUILD_CREATE", payload)


async def welcomed(wire: Wire) -> Json:
    sent = await wire.sent.wait_for(lambda sent: sent.is_post and sent.status == 200)
    assert sent.message is not None
    assert pings(sent.body, replied_to=None) == set()
    assert sent.body["flags"] & SUPPRESS_NOTIFICATIONS
    return sent.message


def posts(wire: Wire) -> list[Sent]:
    return [sent for sent in wire.sent if sent.is_post]


async def test_a_server_is_told_once_how_to_ask_and_where_moderators_begin(
    library: FakeLibrary, tmp_path: Path
) -> None:
    """Not again after a restart, nor when the bot is added anew."""
    library.known = ("What is the context window of Scout?",)
    async with connected(library, tmp_path) as wire:
        joins(wire)
        message = await welcomed(wire)
        assert message["channel_id"] == UNLISTED.channel_id
        text = text_of(message)
        assert "/ask" in text
        assert "/settings" in text
        assert "What is the context window of Scout?" in text
        await eventually(lambda: "welcomed" in library.journal.settings(int(UNLISTED.id)))
    async with connected(library, tmp_path) as again:
        joins(again)
        joins(again)
        await again.command("help").answer()
        assert posts(again) == []


async def test_a_server_that_was_there_before_is_not_greeted(library: FakeLibrary, wire: Wire) -> None:
    wire.receive("GUILD_CREATE", wire.state.guild_create(UNLISTED))
    await wire.command("help").answer()
    assert posts(wire) == []


async def test_two_events_at_once_bring_one_message(wire: Wire) -> None:
    joins(wire)
    joins(wire)
    await welcomed(wire)
    await wire.command("help").answer()
    assert len(posts(wire)) == 1


async def test_the_system_channel_goes_before_the_first(wire: Wire) -> None:
    system = wire.state.add(Channel(snowflake(), guild=UNLISTED, name="system"))
    joins(wire, system_channel_id=system.id)
    assert (await welcomed(wire))["channel_id"] == system.id


async def test_a_channel_that_members_do_not_see_is_not_used(wire: Wire) -> None:
    hidden = wire.state.add(Channel(snowflake(), guild=UNLISTED, name="staff"))
    wire.state.denied[hidden.id] = VIEW_CHANNEL
    joins(wire, system_channel_id=hidden.id)
    assert (await welcomed(wire))["channel_id"] == UNLISTED.channel_id


async def test_without_a_channel_the_owner_is_written_to(wire: Wire) -> None:
    wire.state.denied[UNLISTED.channel_id] = SEND_MESSAGES
    joins(wire)
    assert (await welcomed(wire))["channel_id"] == wire.state.direct_messages(UNLISTED.owner).id


async def test_who_added_the_bot_goes_before_the_owner(wire: Wire) -> None:
    wire.state.denied[UNLISTED.channel_id] = SEND_MESSAGES
    host = wire.state.added_by[UNLISTED.id] = User.new()
    wire.state.direct_messages(host)
    (everyone, *_) = wire.state.guild_create(UNLISTED)["roles"]
    joins(wire, roles=[everyone | {"permissions": str(MEMBER | VIEW_AUDIT_LOG)}])
    assert (await welcomed(wire))["channel_id"] == wire.state.direct_messages(host).id


async def test_an_audit_log_that_cannot_be_read_leaves_the_owner(wire: Wire) -> None:
    wire.state.denied[UNLISTED.channel_id] = SEND_MESSAGES
    (everyone, *_) = wire.state.guild_create(UNLISTED)["roles"]
    joins(wire, roles=[everyone | {"permissions": str(MEMBER | VIEW_AUDIT_LOG)}])
    assert (await welcomed(wire))["channel_id"] == wire.state.direct_messages(UNLISTED.owner).id


async def test_if_nobody_takes_it_the_next_time_is_another_chance(library: FakeLibrary, wire: Wire) -> None:
    wire.state.denied[UNLISTED.channel_id] = SEND_MESSAGES
    wire.state.closed.add(UNLISTED.owner.id)
    joins(wire)
    await wire.sent.wait_for(lambda sent: sent.status == 403)
    assert library.journal.settings(int(UNLISTED.id)) == {}
    wire.state.closed.clear()
    await eventually(lambda: not wire.bot.get_cog("WelcomeCog")._greeting)
    joins(wire)
    await welcomed(wire)


async def test_it_is_in_the_language_of_the_server(wire: Wire) -> None:
    joins(wire, preferred_locale="de")
    assert "Für Moderatoren" in text_of(await welcomed(wire))
