"""Who is answered, where, and who sees it: a server's settings and fairness, at payload level over a real journal."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.policy.rate_limits import Limits
from index.journal.journal import Journal
from tests.support.asking import (
    MENTION,
    QUESTION,
    asked,
    busy_journal,
    damage,
    id_in,
    labels,
    pressed,
    replied,
    settled,
    slow_model,
)
from tests.support.discord.forms import Form
from tests.support.discord.payloads import LISTED, UNLISTED, Channel, User, snowflake
from tests.support.discord.responses import MESSAGE
from tests.support.discord.rules import EPHEMERAL, text_of
from tests.support.discord.wire import Sent, Wire
from tests.support.journal_library import JournalLibrary, connected_with_moderators

HERE = int(LISTED.id)
CHOSEN = int(LISTED.channel_id)


async def refused(wire: Wire, question: str = QUESTION, **who: Any) -> Sent:
    """The first response to a question that is not taken, which the asker alone sees."""
    since = len(wire.sent)
    exchange = wire.command("ask", {"question": question}, **who)
    assert await exchange.acknowledged() == MESSAGE
    sent = await wire.sent.wait_for(lambda sent: sent.is_callback and exchange.token in sent.path, since=since)
    assert sent.ephemeral
    return sent


def elsewhere() -> Channel:
    return replace(LISTED.channel, id=snowflake(), name="elsewhere")


def thread_in(wire: Wire, channel: Channel) -> Channel:
    thread = replace(channel, id=snowflake(), parent=channel, name="a thread", begun_at="2025-04-05T12:00:00+00:00")
    wire.receive("THREAD_CREATE", wire.state.add(thread).payload())
    return thread


@pytest.mark.parametrize(
    ("setting", "private", "hidden"),
    [
        (None, None, False),
        (None, True, True),
        (None, False, False),
        ("yes", None, True),
        ("yes", False, False),
        ("yes", True, True),
    ],
)
async def test_who_sees_an_answer_is_the_askers_choice_else_the_servers(
    library: JournalLibrary, wire: Wire, setting: str | None, private: bool | None, hidden: bool
) -> None:
    library.journal.set_setting(HERE, "private", setting)
    chosen = {} if private is None else {"private": private}
    assert bool((await asked(wire, **chosen))["flags"] & EPHEMERAL) == hidden


async def test_one_servers_settings_are_not_anothers_nor_those_of_direct_messages(
    library: JournalLibrary, wire: Wire
) -> None:
    library.journal.set_setting(HERE, "private", "yes")
    replies = [await asked(wire, guild=guild) for guild in (LISTED, UNLISTED, None)]
    assert [bool(message["flags"] & EPHEMERAL) for message in replies] == [True, False, False]


async def test_a_setting_that_changed_holds_from_the_next_question_on(library: JournalLibrary, wire: Wire) -> None:
    manager = {"permissions": 1 << 5}
    assert not (await asked(wire))["flags"] & EPHEMERAL
    await wire.command("settings private", {"on": True}, **manager).answer()
    assert (await asked(wire))["flags"] & EPHEMERAL


class SlowlyRead(Journal):
    """A journal whose settings are `read` at once, and given when they may `go`."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder / "journal.sqlite3")
        self.read, self.go = threading.Event(), threading.Event()

    def settings(self, guild: int) -> dict[str, str]:
        settings = super().settings(guild)
        self.read.set()
        self.go.wait(20)
        return settings


async def test_settings_that_change_while_they_are_read_are_read_again(
    library: JournalLibrary, wire: Wire, tmp_path: Path
) -> None:
    library.journal = journal = SlowlyRead(tmp_path)
    early = asyncio.create_task(wire.bot.services.guild_settings.get(HERE))
    await asyncio.to_thread(journal.read.wait, 20)
    journal.set_setting(HERE, "private", "yes")
    wire.bot.services.guild_settings.invalidate(HERE)
    journal.go.set()
    assert not (await early).private
    assert (await wire.bot.services.guild_settings.get(HERE)).private


async def test_a_channel_that_was_not_chosen_is_refused_naming_those_that_were(
    library: JournalLibrary, wire: Wire
) -> None:
    library.journal.set_setting(HERE, "channels", str(CHOSEN))
    place = wire.state.add(elsewhere())
    assert f"<#{CHOSEN}>: please ask there" in (await refused(wire, channel=place)).text
    wire.receive("CHANNEL_CREATE", place.payload())
    assert f"<#{CHOSEN}>: please ask there" in (await replied(wire, f"{MENTION} {QUESTION}", channel=place)).text
    assert library.asked == []
    assert QUESTION in text_of(await asked(wire))


async def test_mentions_elsewhere_are_told_once_a_minute_where_questions_are_answered(
    library: JournalLibrary, wire: Wire
) -> None:
    library.journal.set_setting(HERE, "channels", str(CHOSEN))
    places = [wire.state.add(elsewhere()) for _ in range(2)]
    for place in places:
        wire.receive("CHANNEL_CREATE", place.payload())
        for _ in range(3):
            wire.message(f"{MENTION} {QUESTION}", guild=LISTED, channel=place)
        await wire.sent.wait_for(lambda sent, place=place: sent.is_post and place.id in sent.path)
    await replied(wire, QUESTION)  # what came before it was heard before it
    paths = [sent.path for sent in wire.sent if sent.is_post and "please ask there" in sent.text]
    assert [sum(place.id in path for path in paths) for place in places] == [1, 1]


async def test_a_chosen_channel_allows_its_threads_and_no_others(library: JournalLibrary, wire: Wire) -> None:
    library.journal.set_setting(HERE, "channels", str(CHOSEN))
    place = wire.state.add(elsewhere())
    wire.receive("CHANNEL_CREATE", place.payload())
    ours, others = thread_in(wire, LISTED.channel), thread_in(wire, place)
    assert QUESTION in text_of(await asked(wire, channel=ours))
    assert "10 million" in (await replied(wire, f"{MENTION} {QUESTION}", channel=ours)).text
    assert "please ask there" in (await refused(wire, channel=others)).text
    assert "please ask there" in (await replied(wire, f"{MENTION} {QUESTION}", channel=others)).text


async def test_a_thread_may_be_chosen_by_itself(library: JournalLibrary, wire: Wire) -> None:
    thread = thread_in(wire, LISTED.channel)
    library.journal.set_setting(HERE, "channels", thread.id)
    assert QUESTION in text_of(await asked(wire, channel=thread))
    assert f"<#{thread.id}>" in (await refused(wire)).text


async def test_a_form_and_a_menu_are_refused_too_where_the_channel_is_no_longer_chosen(
    library: JournalLibrary, wire: Wire
) -> None:
    message = await asked(wire)
    form = await Form.opened(wire.press(message, "Ask a follow-up"))
    library.journal.set_setting(HERE, "channels", snowflake())
    wire.bot.services.guild_settings.invalidate(HERE)
    written = wire.message("What is it?", guild=LISTED)
    for exchange in (wire.submit(form, "And Maverick?"), wire.menu("Answer this", written)):
        reply = await exchange.answer()
        assert "please ask there" in text_of(reply)
        assert reply["flags"] & EPHEMERAL
    assert library.asked == [QUESTION]


async def test_a_servers_cool_down_is_in_the_place_of_the_bots(library: JournalLibrary, tmp_path: Path) -> None:
    library.journal.set_setting(HERE, "cooldown", "8")
    library.journal.set_setting(int(UNLISTED.id), "cooldown", "0")
    user = User.new()
    async with connected_with_moderators(library, tmp_path, limits=Limits(user_seconds=60.0)) as wire:
        await asked(wire, user=user)
        assert "try again in 8 s" in (await refused(wire, user=user)).text
        for _ in range(2):
            await asked(wire, user=user, guild=UNLISTED)
        await asked(wire, user=user, guild=None)
        assert "try again in 60 s" in (await refused(wire, user=user, guild=None)).text


async def test_a_question_is_refused_while_the_members_last_one_is_being_answered(
    library: JournalLibrary, wire: Wire
) -> None:
    """Questions of other members are not refused."""
    user = User.new()
    with slow_model(library):
        first = wire.command("ask", {"question": QUESTION}, user=user)
        await first.acknowledged()
        assert "still being answered" in (await refused(wire, user=user)).text
        assert "still being answered" in (await refused(wire, user=user, guild=None)).text
        assert "still being answered" in (await replied(wire, "And Maverick?", user=user)).text
        other = wire.command("ask", {"question": QUESTION})
        await other.acknowledged()
    assert "10 million" in text_of(await first.answer())
    assert "10 million" in text_of(await other.answer())
    assert QUESTION in text_of(await asked(wire, user=user))


async def test_a_full_queue_is_said_to_be_full_with_a_time_and_empties_again(
    library: JournalLibrary, tmp_path: Path
) -> None:
    async with connected_with_moderators(library, tmp_path, limits=Limits(user_seconds=0.0, most_waiting=3)) as wire:
        with slow_model(library):
            waiting = [wire.command("ask", {"question": QUESTION}) for _ in range(3)]
            for exchange in waiting:
                await exchange.acknowledged()
            assert "Too many questions are waiting just now: try again in 1 s." in (await refused(wire)).text
            assert "Too many questions" in (await replied(wire, QUESTION)).text
        for exchange in waiting:
            assert "10 million" in text_of(await exchange.answer())
        await settled(wire)
        assert "10 million" in text_of(await asked(wire))


async def test_an_answer_comes_without_buttons_while_the_journal_is_damaged(
    library: JournalLibrary, wire: Wire
) -> None:
    damage(library)
    message = await asked(wire)
    assert "10 million" in text_of(message)
    assert labels(message) == []
    reply = await replied(wire, QUESTION)
    assert "10 million" in reply.text
    assert labels(reply.body) == []


async def test_a_question_is_acknowledged_though_the_servers_settings_are_slow(
    library: JournalLibrary, wire: Wire
) -> None:
    """It is then answered in public, as is the default."""
    library.journal.set_setting(HERE, "private", "yes")
    with busy_journal(library):
        exchange = wire.command("ask", {"question": QUESTION})
        await exchange.acknowledged()
    assert not (await exchange.answer())["flags"] & EPHEMERAL
    assert (await asked(wire))["flags"] & EPHEMERAL


@pytest.mark.parametrize(
    ("setting", "private", "hidden"),
    [(None, True, True), (None, False, False), ("yes", True, True), ("yes", False, True)],
)
async def test_a_follow_up_by_the_form_is_private_if_the_answer_was_or_the_server_says_so(
    library: JournalLibrary, wire: Wire, setting: str | None, private: bool, hidden: bool
) -> None:
    """A private follow-up is shown to its asker alone."""
    library.journal.set_setting(HERE, "private", setting)
    user = User.new()
    form = await Form.opened(wire.press(await asked(wire, private=private, user=user), "Ask a follow-up", user=user))
    assert bool((await wire.submit(form, "And Maverick?").answer())["flags"] & EPHEMERAL) == hidden


async def test_what_is_forgotten_is_deleted_and_its_buttons_say_so(library: JournalLibrary, wire: Wire) -> None:
    user, other = User.new(), User.new()
    mine, theirs = await asked(wire, user=user), await asked(wire, user=other)
    await pressed(wire, theirs, "Helpful", user=user)
    sure = await wire.command("forget-me", user=user).answer()
    await pressed(wire, sure, "Delete")
    assert (library.journal.count_stored(int(user.id)).questions, library.journal.count_stored(int(user.id)).votes) == (
        0,
        0,
    )
    assert library.journal.entry(id_in(mine)) is None
    assert library.journal.entry(id_in(theirs)) is not None
    assert library.journal.count_votes(id_in(theirs)).helpful == 0
