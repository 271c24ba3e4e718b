"""Questions where the bot is not a member: in servers and among people, by who installed it for themselves."""

from __future__ import annotations

import pytest

from tests.support.asking import QUESTION, asked, labels, pressed
from tests.support.discord.forms import Form
from tests.support.discord.payloads import LISTED, NOT_JOINED, Channel, User
from tests.support.discord.rules import EPHEMERAL, text_of
from tests.support.discord.wire import Wire
from tests.support.journal_library import JournalLibrary

THREAD = "Continue in a thread"


def place(wire: Wire, name: str) -> Channel:
    return NOT_JOINED.channel if name == "server" else wire.state.group(User.new(), User.new())


every_place = pytest.mark.parametrize("name", ["server", "group"])


@every_place
async def test_a_command_is_answered_and_its_buttons_work(library: JournalLibrary, wire: Wire, name: str) -> None:
    channel, user = place(wire, name), User.new()
    message = await asked(wire, channel=channel, user=user)
    assert "10 million" in text_of(message)
    assert THREAD not in labels(message)
    reply = await pressed(wire, message, "Show in source", user=user)
    assert reply["flags"] & EPHEMERAL
    assert "Noted: helpful" in text_of(await pressed(wire, message, "Helpful", user=user))


@every_place
async def test_the_form_follows_its_answer(library: JournalLibrary, wire: Wire, name: str) -> None:
    channel, user = place(wire, name), User.new()
    form = await Form.opened(wire.press(await asked(wire, channel=channel, user=user), "Ask a follow-up", user=user))
    assert "10 million" in text_of(await wire.submit(form, "And Maverick?").answer())
    assert library.followed[-1] == (QUESTION,)


@every_place
async def test_the_menu_of_a_message_is_answered(library: JournalLibrary, wire: Wire, name: str) -> None:
    message = wire.people.say(wire.state.scene(User.new(), channel=place(wire, name)), QUESTION)
    assert "10 million" in text_of(await wire.menu("Answer this", message).answer())
    assert library.asked == [QUESTION]


async def test_people_among_themselves_follow_their_own_questions_alone(library: JournalLibrary, wire: Wire) -> None:
    user, other = User.new(), User.new()
    channel = wire.state.group(user, other)
    await asked(wire, channel=channel, user=user)
    await asked(wire, "And Maverick?", channel=channel, user=other)
    assert library.asked == [QUESTION, "And Maverick?"]
    await asked(wire, "And Maverick?", channel=channel, user=user)
    assert library.followed[-1] == (QUESTION,)


async def test_a_users_own_installation_is_bound_by_the_channels_of_a_server_with_the_bot(
    library: JournalLibrary, wire: Wire
) -> None:
    """A user who installed the bot for themselves obeys the channel settings of a server that has it as well."""
    library.journal.set_setting(int(LISTED.id), "channels", "123456789012345678")
    reply = await asked(wire, guild=LISTED, personal=True)
    assert "please ask there" in text_of(reply)
    assert library.asked == []
