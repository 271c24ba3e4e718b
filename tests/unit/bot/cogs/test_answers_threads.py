"""A thread that goes on from an answer, at payload level over a real journal."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.asking import MENTION, QUESTION, asked, damage, labels, pressed, replied
from tests.support.discord.payloads import CREATE_PUBLIC_THREADS, LISTED, SEND_MESSAGES_IN_THREADS, User
from tests.support.discord.rules import EPHEMERAL, text_of
from tests.support.discord.wire import NO_LIMITS, Wire
from tests.support.journal_library import JournalLibrary, connected_with_moderators

THREAD = "Continue in a thread"
EVIL = "@everyone <@123456789012345678> <@&1> <#2> **[x](http://y.z)** discord.gg/abc \u202etxt.exe\u200b\n\n# ||s|| \\"


async def test_a_thread_is_begun_below_the_answer_and_says_how_to_go_on(wire: Wire) -> None:
    message = await asked(wire)
    reply = await pressed(wire, message, THREAD)
    assert reply["flags"] & EPHEMERAL
    assert "The thread is open" in text_of(reply)
    (thread,) = wire.state.threads
    assert (thread.id, thread.name) == (message["id"], QUESTION)
    (post,) = [sent for sent in wire.sent if sent.is_post]
    assert post.path == f"/channels/{thread.id}/messages"
    assert "mention me" in post.text


async def test_a_question_in_the_thread_goes_on_from_its_answer_whoever_asks_it(
    library: JournalLibrary, wire: Wire
) -> None:
    await pressed(wire, await asked(wire), THREAD)
    (thread,) = wire.state.threads
    await replied(wire, f"{MENTION} And Maverick?", channel=thread, user=User.new())
    assert library.followed[-1] == (QUESTION,)


async def test_a_thread_goes_on_from_its_answer_after_a_restart(library: JournalLibrary, tmp_path: Path) -> None:
    wire = Wire()
    async with connected_with_moderators(library, tmp_path, wire=wire, limits=NO_LIMITS):
        await pressed(wire, await asked(wire), THREAD)
    async with connected_with_moderators(library, tmp_path, wire=wire, limits=NO_LIMITS):
        (thread,) = wire.state.threads
        await replied(wire, f"{MENTION} And Maverick?", channel=thread)
    assert library.followed[-1] == (QUESTION,)


async def test_a_second_thread_below_the_same_answer_is_refused_with_the_reason(wire: Wire) -> None:
    message = await asked(wire)
    await pressed(wire, message, THREAD)
    reply = await pressed(wire, message, THREAD)
    assert "there is one below this answer already" in text_of(reply)
    assert reply["flags"] & EPHEMERAL
    assert len(wire.state.threads) == 1
    assert wire.bot.services.replies.unsent == 0


@pytest.mark.parametrize("lacking", [CREATE_PUBLIC_THREADS, SEND_MESSAGES_IN_THREADS], ids=["begin", "write"])
async def test_without_permission_no_thread_is_offered_and_an_older_button_says_why(wire: Wire, lacking: int) -> None:
    """If the bot may not begin a thread or write in it, new answers have no button for one."""
    message = await asked(wire)
    wire.deny(LISTED, lacking)
    assert THREAD not in labels(await asked(wire))
    reply = await replied(wire, f"{MENTION} {QUESTION}", guild=LISTED)
    assert "Helpful" in labels(reply.body)
    assert THREAD not in labels(reply.body)
    assert "lack the right" in text_of(await pressed(wire, message, THREAD))
    assert wire.bot.services.replies.unsent == 0
    assert len(wire.state.threads) == 0


async def test_the_answer_to_a_message_offers_a_thread_too(wire: Wire) -> None:
    assert THREAD in labels((await replied(wire, f"{MENTION} {QUESTION}", guild=LISTED)).body)


async def test_a_thread_is_open_though_its_first_message_could_not_be_sent(wire: Wire) -> None:
    message = await asked(wire)
    wire.fail(r"^/channels/\d+/messages$", 403, 50013)
    assert "The thread is open" in text_of(await pressed(wire, message, THREAD))
    assert wire.bot.services.replies.unsent == 1


@pytest.mark.parametrize("place", ["direct messages", "thread", "private answer"])
async def test_no_thread_is_offered_where_there_can_be_none(wire: Wire, place: str) -> None:
    if place == "direct messages":
        message = await asked(wire, guild=None)
    elif place == "thread":
        await pressed(wire, await asked(wire), THREAD)
        (thread,) = wire.state.threads
        message = await asked(wire, channel=thread)
    else:
        message = await asked(wire, private=True)
    assert "Helpful" in labels(message)
    assert THREAD not in labels(message)


async def test_a_button_in_direct_messages_says_where_threads_can_be_begun(wire: Wire) -> None:
    message = await asked(wire, guild=None)
    wire.people.current(message).update(components=(await asked(wire))["components"])
    assert "server's text channels" in text_of(await pressed(wire, message, THREAD))


async def test_a_server_without_threads_is_offered_none_and_an_older_button_begins_none(
    library: JournalLibrary, wire: Wire
) -> None:
    message = await asked(wire)
    library.journal.set_setting(int(LISTED.id), "threads", "no")
    wire.bot.services.guild_settings.invalidate(int(LISTED.id))
    assert THREAD not in labels(await asked(wire))
    assert text_of(await pressed(wire, message, THREAD)) == "Threads are switched off in this server."
    assert len(wire.state.threads) == 0


@pytest.mark.parametrize(
    "question", [EVIL, "x" * 500, "\U0001f999" * 250, "*" * 300], ids=["evil", "long", "wide", "marks"]
)
async def test_the_name_of_a_thread_is_one_harmless_line_that_discord_takes(wire: Wire, question: str) -> None:
    await pressed(wire, await asked(wire, question), THREAD)
    (thread,) = wire.state.threads
    assert 0 < len(thread.name.encode("utf-16-le")) // 2 <= 100
    for hidden in ("\n", "\u202e", "\u200b\u200b", "@everyone", "\\"):
        assert hidden not in thread.name


async def test_no_thread_is_begun_that_the_journal_could_not_go_on_with(library: JournalLibrary, wire: Wire) -> None:
    message = await asked(wire)
    damage(library)
    assert "can't be read" in text_of(await pressed(wire, message, THREAD))
    assert len(wire.state.threads) == 0
