"""What a question follows, and what it does not: replies, direct messages, threads and the form, at payload level."""

from __future__ import annotations

import asyncio

from tests.support.asking import MENTION, asked, pressed, replied
from tests.support.discord.forms import Form
from tests.support.discord.payloads import LISTED, UNLISTED, Json, User
from tests.support.discord.rules import text_of
from tests.support.discord.wire import Wire
from tests.support.journal_library import JournalLibrary

SCOUT = "What is the context window of Scout?"
BEHEMOTH = "How many experts does Behemoth have?"
AND = "And Maverick?"
AFTER_SCOUT = f"{SCOUT} {AND}"
AFTER_BEHEMOTH = f"{BEHEMOTH} {AND}"


def last_before(library: JournalLibrary) -> str:
    """The question that the newest question follows; empty if it follows none."""
    return library.followed[-1][-1] if library.followed[-1] else ""


async def answer_to(wire: Wire, content: str, **where: object) -> Json:
    """The bot's message that replies to a message of a person."""
    sent = await replied(wire, content, **where)
    assert sent.message is not None
    return sent.message


async def test_a_reply_to_an_answer_follows_that_answer_whoever_asked_for_it(
    library: JournalLibrary, wire: Wire
) -> None:
    first = await answer_to(wire, f"{MENTION} {SCOUT}", guild=LISTED)
    await answer_to(wire, f"{MENTION} {BEHEMOTH}", guild=LISTED)
    await answer_to(wire, AND, reply_to=first)
    assert last_before(library) == SCOUT


async def test_a_reply_to_the_answer_of_a_command_follows_it(library: JournalLibrary, wire: Wire) -> None:
    first = await asked(wire, SCOUT)
    await answer_to(wire, AND, reply_to=first)
    assert last_before(library) == SCOUT


async def test_a_reply_without_a_ping_is_a_question_if_it_mentions_the_bot_and_else_none(
    library: JournalLibrary, wire: Wire
) -> None:
    first = await asked(wire, SCOUT)
    wire.message(AND, reply_to=first, ping=False)
    await answer_to(wire, f"{MENTION} {AND}", reply_to=first, ping=False)
    assert last_before(library) == SCOUT
    assert library.asked == [SCOUT, AND]


async def test_how_a_follow_up_was_read_is_said_above_its_answer(wire: Wire) -> None:
    first = await asked(wire, SCOUT)
    assert f"Read as: {AFTER_SCOUT}" in text_of(await answer_to(wire, AND, reply_to=first))


async def test_a_mention_in_a_channel_follows_nothing(library: JournalLibrary, wire: Wire) -> None:
    user = User.new()
    await answer_to(wire, f"{MENTION} {SCOUT}", guild=LISTED, user=user)
    await answer_to(wire, f"{MENTION} {AND}", guild=LISTED, user=user)
    assert library.asked == [SCOUT, AND]
    assert last_before(library) == ""


async def test_a_command_in_a_channel_follows_nothing(library: JournalLibrary, wire: Wire) -> None:
    user = User.new()
    await asked(wire, SCOUT, user=user)
    await asked(wire, AND, user=user)
    assert library.asked == [SCOUT, AND]
    assert last_before(library) == ""


async def test_a_reply_to_a_person_follows_nothing(library: JournalLibrary, wire: Wire) -> None:
    user = User.new()
    await answer_to(wire, f"{MENTION} {SCOUT}", guild=LISTED, user=user)
    exchange = wire.message("I wonder.", guild=LISTED)
    await answer_to(wire, f"{MENTION} {AND}", reply_to=exchange, user=user)
    assert library.asked == [SCOUT, AND]
    assert last_before(library) == ""


async def test_buttons_on_somebody_elses_message_name_no_answer(library: JournalLibrary, wire: Wire) -> None:
    """Another bot may send a message with our buttons on it, and what mentions us we see whole."""
    first = await asked(wire, SCOUT)
    other = wire.message(f"{MENTION} look at this", guild=LISTED, user=User("77", "other", bot=True))
    wire.people.current(other)["components"] = first["components"]
    await answer_to(wire, f"{MENTION} {AND}", reply_to=other)
    assert library.asked == [SCOUT, AND]
    assert last_before(library) == ""


async def test_a_reply_to_a_message_that_was_deleted_follows_nothing(library: JournalLibrary, wire: Wire) -> None:
    first = await asked(wire, SCOUT)
    await answer_to(wire, f"{MENTION} {AND}", reply_to=first, referenced_message=None)
    assert library.asked == [SCOUT, AND]
    assert last_before(library) == ""


async def test_a_reply_to_an_answer_that_was_forgotten_stands_alone(library: JournalLibrary, wire: Wire) -> None:
    user = User.new()
    first = await asked(wire, SCOUT, user=user)
    library.journal.forget(int(user.id))
    assert "10 million" in text_of(await answer_to(wire, AND, reply_to=first))
    assert library.asked == [SCOUT, AND]
    assert last_before(library) == ""


async def test_direct_messages_follow_the_turns_before_in_messages_and_commands(
    library: JournalLibrary, wire: Wire
) -> None:
    user = User.new()
    await answer_to(wire, SCOUT, user=user)
    await answer_to(wire, AND, user=user)
    assert last_before(library) == SCOUT
    await asked(wire, BEHEMOTH, user=user, guild=None)
    await asked(wire, AND, user=user, guild=None)
    assert last_before(library) == BEHEMOTH


async def test_a_reply_in_direct_messages_follows_the_answer_it_replies_to(library: JournalLibrary, wire: Wire) -> None:
    """It does not follow the last answer there."""
    user = User.new()
    first = await answer_to(wire, SCOUT, user=user)
    await answer_to(wire, BEHEMOTH, user=user)
    await answer_to(wire, AND, user=user, reply_to=first)
    assert last_before(library) == SCOUT


async def test_nobody_follows_what_somebody_else_asked_in_direct_messages(library: JournalLibrary, wire: Wire) -> None:
    await answer_to(wire, SCOUT, user=User.new())
    await answer_to(wire, AND, user=User.new())
    assert library.asked == [SCOUT, AND]
    assert last_before(library) == ""


async def test_many_users_at_once_follow_themselves_alone(library: JournalLibrary, wire: Wire) -> None:
    questions = [SCOUT, BEHEMOTH] * 5
    users = [User.new() for _ in questions]
    await asyncio.gather(*(answer_to(wire, text, user=user) for text, user in zip(questions, users, strict=True)))
    replies = await asyncio.gather(*(answer_to(wire, AND, user=user) for user in users))
    wanted = {SCOUT: AFTER_SCOUT, BEHEMOTH: AFTER_BEHEMOTH}
    for question, message in zip(questions, replies, strict=True):
        assert f"Read as: {wanted[question]}" in text_of(message)


async def test_a_thread_goes_on_with_its_own_turns_for_each_user(library: JournalLibrary, wire: Wire) -> None:
    await pressed(wire, await asked(wire, SCOUT), "Continue in a thread")
    (thread,) = wire.state.threads
    user, other = User.new(), User.new()
    await answer_to(wire, f"{MENTION} {BEHEMOTH}", channel=thread, user=user)
    assert f"Read as: {AFTER_SCOUT}" in text_of(await answer_to(wire, f"{MENTION} {AND}", channel=thread, user=other))
    assert f"Read as: {AFTER_BEHEMOTH}" in text_of(await answer_to(wire, f"{MENTION} {AND}", channel=thread, user=user))


async def test_the_form_follows_the_answer_that_its_button_is_below(library: JournalLibrary, wire: Wire) -> None:
    user = User.new()
    first = await asked(wire, SCOUT, user=user)
    await asked(wire, BEHEMOTH, user=user)
    form = await Form.opened(wire.press(first, "Ask a follow-up", user=user))
    text = text_of(await wire.submit(form, AND).answer())
    assert "Asked:" not in text
    assert f"Read as: {AFTER_SCOUT}" in text


async def test_the_form_of_an_answer_that_was_forgotten_follows_nothing_instead(
    library: JournalLibrary, wire: Wire
) -> None:
    user = User.new()
    form = await Form.opened(wire.press(await answer_to(wire, SCOUT, user=user), "Ask a follow-up"))
    library.journal.forget(int(user.id))
    await answer_to(wire, BEHEMOTH, user=user)
    assert "10 million" in text_of(await wire.submit(form, AND).answer())
    assert library.asked == [SCOUT, BEHEMOTH, AND]
    assert last_before(library) == ""


async def test_what_one_server_was_asked_is_not_followed_in_another(library: JournalLibrary, wire: Wire) -> None:
    user = User.new()
    await asked(wire, SCOUT, user=user, guild=LISTED)
    await asked(wire, AND, user=user, guild=UNLISTED)
    await asked(wire, AND, user=user, guild=None)
    assert library.asked == [SCOUT, AND, AND]
    assert last_before(library) == ""


async def test_a_form_without_words_is_told_how_to_ask(library: JournalLibrary, wire: Wire) -> None:
    form = await Form.opened(wire.press(await asked(wire, SCOUT), "Ask a follow-up"))
    assert "Ask me something" in text_of(await wire.submit(form, " \u200b\n").answer())
    assert library.asked == [SCOUT]
