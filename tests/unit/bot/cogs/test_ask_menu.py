""" "Answer this" from the menu of a message, at payload level."""

from __future__ import annotations

import pytest

from tests.support.asking import MENTION, QUESTION, asked, replied
from tests.support.discord.payloads import BOT, LISTED, Json, User
from tests.support.discord.rules import EPHEMERAL, text_of
from tests.support.discord.wire import Wire
from tests.support.fakes import FakeLibrary

MENU = "Answer this"
TALK = "We talked about it at length, and there is much to say. " * 12


async def answered(wire: Wire, content: str, **who: object) -> Json:
    """What comes of the menu of a message with this text."""
    message = wire.people.say(wire.state.scene(User.new(), guild=LISTED), content or "a picture")
    wire.people.current(message)["content"] = content
    return await wire.menu(MENU, message, **who).answer()  # type: ignore[arg-type]


async def test_a_message_is_answered_for_all_to_see_with_what_it_asks_above(library: FakeLibrary, wire: Wire) -> None:
    message = await answered(wire, QUESTION)
    assert f"Asked: {QUESTION}" in text_of(message)
    assert "10 million" in text_of(message)
    assert not message["flags"] & EPHEMERAL
    assert library.asked == [QUESTION]


@pytest.mark.parametrize("content", [f"{MENTION} {QUESTION}", f"{QUESTION} <@!{BOT.id}>"])
async def test_a_mention_of_the_bot_is_no_part_of_the_question(library: FakeLibrary, wire: Wire, content: str) -> None:
    await answered(wire, content)
    assert library.asked == [QUESTION]


async def test_of_a_message_too_long_to_be_taken_whole_its_question_is_answered(
    library: FakeLibrary, wire: Wire
) -> None:
    await answered(wire, f"{TALK}So, {QUESTION} Thanks!")
    assert library.asked == [f"So, {QUESTION}"]


async def test_a_message_too_long_that_asks_nothing_is_refused_in_private(library: FakeLibrary, wire: Wire) -> None:
    reply = await answered(wire, TALK)
    assert f"{len(TALK.strip())} characters long" in text_of(reply)
    assert reply["flags"] & EPHEMERAL
    assert library.asked == []


@pytest.mark.parametrize("content", ["", MENTION, " \u200b "], ids=["a picture", "a mention", "nothing to see"])
async def test_a_message_without_words_is_told_how_to_ask_in_private(
    library: FakeLibrary, wire: Wire, content: str
) -> None:
    reply = await answered(wire, content)
    assert "Ask me something" in text_of(reply)
    assert reply["flags"] & EPHEMERAL
    assert library.asked == []


async def test_a_long_message_that_mentions_the_bot_is_read_as_its_menu_reads_it(
    library: FakeLibrary, wire: Wire
) -> None:
    reply = await replied(wire, f"{MENTION} {TALK}So, {QUESTION} Thanks!", guild=LISTED)
    assert "10 million" in reply.text
    assert library.asked == [f"So, {QUESTION}"]
    assert "characters long" in (await replied(wire, f"{MENTION} {TALK}", guild=LISTED)).text


async def test_of_the_bots_own_message_it_is_said_in_private_that_it_is_its_own(
    library: FakeLibrary, wire: Wire
) -> None:
    answer = await asked(wire)
    reply = await wire.menu(MENU, answer).answer()
    assert text_of(reply).startswith("I wrote that message myself.")
    assert reply["flags"] & EPHEMERAL
    assert library.asked == [QUESTION]


async def test_evil_text_of_a_message_goes_out_harmless_and_pings_nobody(wire: Wire) -> None:
    host = LISTED.owner
    message = await answered(wire, f"@everyone <@{host.id}> <@&1> [x](http://y.z) discord.gg/abc \u202e||s||")
    for pattern in ("@everyone", "<@", "](", "://", "discord.gg/", "\u202e", "||"):
        assert pattern not in text_of(message)
    assert wire.state.notified[message["id"]] == set()


async def test_the_menu_of_a_message_follows_nothing_in_a_channel(library: FakeLibrary, wire: Wire) -> None:
    user = User.new()
    await asked(wire, user=user)
    await answered(wire, "And Maverick?", user=user)
    assert library.asked == [QUESTION, "And Maverick?"]


async def test_the_menu_works_in_direct_messages(library: FakeLibrary, wire: Wire) -> None:
    user = User.new()
    await replied(wire, "hello", user=user)
    message = wire.people.say(wire.state.scene(user), QUESTION)
    assert "10 million" in text_of(await wire.menu(MENU, message, user=user).answer())
