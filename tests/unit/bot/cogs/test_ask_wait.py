"""A mention that comes too early: its author alone is told, by a reaction and by a direct message."""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.policy.rate_limits import Limits
from tests.support.discord.payloads import ADD_REACTIONS, BOT, LISTED, Json, User
from tests.support.discord.rules import text_of
from tests.support.discord.wire import Sent, Wire, connected
from tests.support.fakes import FakeLibrary
from tests.support.waiting import eventually

QUESTION = f"{BOT.mention} What is the context window?"


@pytest.fixture
async def wire(library: FakeLibrary, tmp_path: Path) -> AsyncIterator[Wire]:
    async with connected(library, tmp_path, limits=Limits(user_seconds=60.0)) as wire:
        yield wire


async def asked_too_early(wire: Wire, user: User) -> Json:
    """The second message of somebody who just got an answer; nothing sent before it is left."""
    wire.message(QUESTION, guild=LISTED, user=user)
    await wire.sent.wait_for(lambda sent: sent.is_post and "10 million" in sent.text)
    await eventually(lambda: wire.bot.services.questions.rate_limiter.waiting == 0)
    wire.sent.items.clear()
    return wire.message(QUESTION, guild=LISTED, user=user)


def reactions(wire: Wire, message: Json) -> list[str]:
    return [reaction["emoji"]["name"] for reaction in wire.state.messages[message["id"]].get("reactions", [])]


def is_private(wire: Wire, sent: Sent, user: User) -> bool:
    return (
        sent.is_post and sent.message is not None and sent.message["channel_id"] == wire.state.direct_messages(user).id
    )


async def test_who_asks_too_early_gets_a_reaction_and_privately_the_time(wire: Wire) -> None:
    user = User.new()
    message = await asked_too_early(wire, user)
    sent = await wire.sent.wait_for(lambda sent: is_private(wire, sent, user))
    until = re.search(r"<t:(\d+):R>", sent.text)
    assert until is not None
    assert 50 < int(until[1]) - time.time() < 61
    assert f"<#{LISTED.channel_id}>" in sent.text
    assert reactions(wire, message) == ["⏳"]
    assert [text_of(post) for post in wire.state.posts if post["channel_id"] == LISTED.channel_id][1:] == []


async def test_more_of_the_same_brings_reactions_but_no_second_message(wire: Wire) -> None:
    user = User.new()
    await asked_too_early(wire, user)
    await wire.sent.wait_for(lambda sent: is_private(wire, sent, user))
    again = wire.message(QUESTION, guild=LISTED, user=user)
    await eventually(lambda: reactions(wire, again) == ["⏳"])
    assert len([sent for sent in wire.sent if sent.is_post]) == 1


async def test_a_short_wait_is_a_reaction_alone(library: FakeLibrary, tmp_path: Path) -> None:
    async with connected(library, tmp_path, limits=Limits(user_seconds=9.0)) as wire:
        message = await asked_too_early(wire, User.new())
        await eventually(lambda: reactions(wire, message) == ["⏳"])
    assert not [sent for sent in wire.sent if sent.is_post]


async def test_without_the_right_to_react_even_a_short_wait_is_told_privately(
    library: FakeLibrary, tmp_path: Path
) -> None:
    user = User.new()
    async with connected(library, tmp_path, limits=Limits(user_seconds=9.0)) as wire:
        wire.deny(LISTED, ADD_REACTIONS)
        message = await asked_too_early(wire, user)
        await wire.sent.wait_for(lambda sent: is_private(wire, sent, user))
        assert reactions(wire, message) == []


async def test_who_takes_no_direct_messages_is_not_told_in_public(wire: Wire) -> None:
    user = User.new()
    wire.state.closed.add(user.id)
    message = await asked_too_early(wire, user)
    await wire.sent.wait_for(lambda sent: sent.status == 403)
    assert reactions(wire, message) == ["⏳"]
    assert not [sent for sent in wire.sent if sent.is_post and sent.status == 200]
