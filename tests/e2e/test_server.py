"""What moderators and the law want of the bot, with the real one on the real article: gaps, figures, settings, what is
kept of a person, its commands in all languages; and replies that cannot be delivered.

One local Discord and one bot serve all of it; the bot is started anew once, and the index is rebuilt once.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections import defaultdict
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.e2e.world import ASKED, CHOSEN, NO_LIMITS, VOTED, World, answer_id, built, opened_world
from tests.support.article import OTHER_QUESTIONS
from tests.support.changing_sources import AFTERWARDS, BEFORE, PRICED
from tests.support.discord.driver import Discord, Reply
from tests.support.discord.payloads import (
    BOT,
    LISTED,
    MANAGE_GUILD,
    MEMBER,
    SEND_MESSAGES,
    UNLISTED,
    Channel,
)
from tests.support.paths import DATA
from tests.support.waiting import eventually

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.usefixtures("bots_log")]

THEMES = [json.loads(line) for line in (DATA / "themes.jsonl").read_text().splitlines()]
REWORDED = {"How can Maverick be fine-tuned?": "fine-tuning", "Does it have a free tier?": "price"}
"""Two of the questions in other words."""
THEME_OF = {row["question"]: row["theme"] for row in THEMES if row["set"] == "dev"} | REWORDED

MANAGER: dict[str, Any] = {"permissions": MEMBER | MANAGE_GUILD}
HEAD = re.compile(r"\*\*(\d+) open gaps in (\d+) themes\*\*(?:, page (\d+) of (\d+))?")
SOLVED = re.compile(r"Solved: (\d+) questions?\.")
EXPERTS, *_ = OTHER_QUESTIONS
LEAST_GAPS = 15


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    folder = tmp_path_factory.mktemp("server")
    settings = built(folder, BEFORE) | NO_LIMITS
    async with opened_world(settings, folder, guilds=(LISTED, UNLISTED, VOTED, ASKED, CHOSEN)) as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def gaps(world: World) -> set[str]:
    """Of questions of five themes that the sources don't answer those that were not answered, most of them."""
    silent = set()
    for question in THEME_OF:
        reply = await world.discord.ask(question, guild=ASKED)
        if not reply.answered and "Report the gap" in reply.buttons:
            silent.add(question)
    assert len(silent) >= LEAST_GAPS
    return silent


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def elsewhere(world: World) -> Channel:
    """A second channel of the server that chooses."""
    return await world.server.open(CHOSEN, "ask-here")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chosen(world: World, elsewhere: Channel) -> Reply:
    """How a server's settings are shown after all of them were changed."""
    for command, options in (
        ("channels", {"add": elsewhere}),
        ("private", {"on": True}),
        ("threads", {"on": False}),
        ("cooldown", {"seconds": 600}),
    ):
        changed = await world.discord.command(f"settings {command}", guild=CHOSEN, **MANAGER, **options)
        assert "Changed." in changed.text, changed.text
    return await world.discord.command("settings show", guild=CHOSEN, **MANAGER)


async def shown_gaps(discord: Discord) -> Reply:
    return await discord.command("gaps", guild=ASKED, **MANAGER)


async def exported(discord: Discord) -> list[dict[str, str]]:
    """The rows of the file that /gaps gives."""
    reply = await discord.press(await shown_gaps(discord), "Export CSV", **MANAGER)
    assert reply.ephemeral
    ((name, content),) = reply.files.items()
    assert name == "gaps.csv"
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def head_of(reply: Reply) -> tuple[int, ...]:
    """Open gaps, themes, page, pages."""
    match = HEAD.search(reply.text)
    assert match, reply.text
    return tuple(int(group or 1) for group in match.groups())


def kept(reply: Reply) -> list[str]:
    """What it says is kept of a person, before and now."""
    return re.findall(r"\d+ questions? and \d+ votes?", reply.text)


async def test_gaps_are_counted_and_grouped_by_meaning(discord: Discord, gaps: set[str]) -> None:
    rows = await exported(discord)
    assert {row["question"] for row in rows} == gaps
    assert {row["times"] for row in rows} == {"1"}
    themes = defaultdict(set)
    for row in rows:
        themes[row["theme"]].add(THEME_OF[row["question"]])
    assert [mixed for mixed in themes.values() if len(mixed) > 1] == []
    assert len(themes) == len(rows) - len(REWORDED)
    assert head_of(await shown_gaps(discord))[:2] == (len(gaps), len(themes))


async def test_theme_that_is_solved_is_a_gap_no_more(world: World, discord: Discord, gaps: set[str]) -> None:
    before = {row["question"] for row in await exported(discord)}
    page = await shown_gaps(discord)
    left = await discord.press(page, "Mark as solved", number=1, **MANAGER)
    match = SOLVED.search(left.text)
    assert match, left.text
    after = {row["question"] for row in await exported(discord)}
    assert len(before - after) == int(match[1]) > 0
    assert after < before
    assert head_of(await shown_gaps(discord))[0] == len(after)
    assert len(world.rows("SELECT 1 FROM solved")) == int(match[1])


async def test_reindex_reports_the_gaps_that_are_answered_now(world: World, discord: Discord, gaps: set[str]) -> None:
    assert PRICED in {row["question"] for row in await exported(discord)}
    for name, text in AFTERWARDS.items():
        if text is not None:
            (world.seeds / name).write_text(text, encoding="utf-8")
    report = await world.reindex(ASKED)
    assert "prices.txt" in report.text
    assert PRICED in report.text, report.text
    assert (await discord.ask(PRICED, guild=ASKED)).answered
    open_now = {row["question"] for row in await exported(discord)}
    assert PRICED not in open_now
    assert [channel for channel in open_now if f"“{channel}”" in report.text] == []


async def assert_as_chosen(discord: Discord, elsewhere: Channel) -> None:
    """The bot does in the server what was chosen for it."""
    for wrong in (await discord.ask(EXPERTS, guild=CHOSEN), await discord.mention(EXPERTS, guild=CHOSEN)):
        assert not wrong.quotations
        assert f"<#{elsewhere.id}>" in wrong.text
    user = discord.somebody()
    answer = await discord.ask(EXPERTS, user=user, channel=elsewhere)
    assert answer.answered
    assert answer.ephemeral
    hasty = await discord.ask(EXPERTS, user=user, channel=elsewhere)
    assert re.search(r"try again in [56]\d\d s", hasty.text), hasty.text
    public = await discord.command("ask", question=EXPERTS, private=False, channel=elsewhere)
    assert public.answered
    assert not public.ephemeral
    assert "Helpful" in public.buttons
    assert not [label for label in public.buttons if "thread" in label]


async def test_settings_are_shown_and_kept_to(discord: Discord, elsewhere: Channel, chosen: Reply) -> None:
    assert f"<#{elsewhere.id}>" in chosen.text
    assert "Threads: off" in chosen.text
    assert "600 seconds" in chosen.text
    await assert_as_chosen(discord, elsewhere)


async def test_settings_are_kept_over_a_restart(world: World, elsewhere: Channel, chosen: Reply) -> None:
    await world.restart()
    reply = await world.discord.command("settings show", guild=CHOSEN, **MANAGER)
    assert reply.text == chosen.text
    await assert_as_chosen(world.discord, elsewhere)


async def test_forget_me_deletes_what_is_kept_of_a_person_and_nothing_else(world: World, discord: Discord) -> None:
    user, other = discord.somebody(), discord.somebody()
    mine = await discord.ask(EXPERTS, user=user)
    await discord.dm("When is LlamaCon?", user=user)
    others = await discord.ask(EXPERTS, user=other)
    await discord.press(others, "Helpful", user=user)
    await discord.press(mine, "Helpful", user=other)

    notice = await discord.command("privacy", user=user)
    assert notice.ephemeral
    assert kept(notice) == ["2 questions and 1 vote"]
    reply = await discord.command("forget-me", user=user)
    assert reply.ephemeral
    assert kept(reply) == ["2 questions and 1 vote"]
    assert kept(await discord.command("privacy", user=user)) == ["2 questions and 1 vote"], "only asked so far"

    done = await discord.press(reply, "Delete", user=user)
    assert kept(done) == ["2 questions and 1 vote", "0 questions and 0 votes"]
    assert kept(await discord.command("privacy", user=user)) == ["0 questions and 0 votes"]
    assert kept(await discord.command("privacy", user=other)) == ["1 question and 0 votes"]
    assert world.rows("SELECT 1 FROM answers WHERE id = ?", answer_id(mine)) == []
    assert world.votes(answer_id(others)) == []
    assert len(world.rows("SELECT 1 FROM answers WHERE id = ?", answer_id(others))) == 1
    assert answer_id(mine).encode() not in world.journal_bytes()
    gone = await discord.press(mine, "Show in source", number=1, user=other)
    assert "no longer kept" in gone.text


async def test_reply_to_who_takes_no_direct_messages_is_counted(world: World, discord: Discord) -> None:
    user, before = discord.somebody(), world.unsent
    world.server.state.closed.add(user.id)
    message = await discord.say(EXPERTS, user=user)
    await lost(world, f"/channels/{message['channel_id']}/messages", 403, before)
    world.server.state.closed.remove(user.id)
    assert (await discord.dm(EXPERTS, user=user)).answered


async def test_reply_to_a_channel_that_was_deleted_meanwhile_is_counted(world: World, discord: Discord) -> None:
    before = world.unsent
    doomed = await world.server.open(UNLISTED, "doomed")
    world.refusable.append(re.compile(f"/channels/{doomed.id}/"))
    reply = await discord.say(f"{BOT.mention} {EXPERTS}", user=discord.somebody(), channel=doomed)
    assert reply["channel_id"] == doomed.id
    await world.server.delete(doomed)
    await lost(world, f"/channels/{doomed.id}/messages", 404, before)
    assert (await discord.mention(EXPERTS, guild=UNLISTED)).answered


async def test_reply_where_the_bot_may_not_write_is_counted(world: World, discord: Discord) -> None:
    before = world.unsent
    await world.server.deny(UNLISTED, SEND_MESSAGES)
    await discord.say(f"{BOT.mention} {EXPERTS}", user=discord.somebody(), guild=UNLISTED)
    await lost(world, f"/channels/{UNLISTED.channel_id}/messages", 403, before)
    await world.server.deny(UNLISTED, 0)
    assert (await discord.mention(EXPERTS, guild=UNLISTED)).answered


@pytest.mark.parametrize("acknowledged", [True, False], ids=["answered too late", "acknowledged too late"])
async def test_reply_to_an_interaction_that_expired_is_counted(
    world: World, discord: Discord, acknowledged: bool
) -> None:
    before = world.unsent
    exchange = await discord.send_command("ask", question=EXPERTS)
    if acknowledged:
        await exchange.acknowledged()
    world.server.expire(exchange)
    await lost(world, exchange.token, 401 if acknowledged else 404, before)
    assert (await discord.ask(EXPERTS)).answered


async def lost(world: World, path: str, status: int, before: int) -> None:
    """Discord refused what went there, and the log counts one more reply that was not sent."""
    world.refusable.append(re.compile(re.escape(path)))
    await world.server.requests.wait_for(lambda request: path in request.path and request.status == status)
    await eventually(lambda: world.unsent > before)
    assert world.unsent == before + 1


async def test_every_body_sent_fits_discords_description(world: World, gaps: set[str]) -> None:
    assert {"PUT", "POST", "PATCH"} <= {request.method for request in world.server.requests}
    assert world.unfit_bodies() == []


async def test_discord_refused_nothing_but_what_was_made_to_fail(world: World, gaps: set[str]) -> None:
    assert [(refusal.method, refusal.path, refusal.status) for refusal in world.refused()] == []
    assert set().union(*world.server.state.notified.values()) == set()


async def test_logs_hold_no_question_no_person_and_no_token(world: World, gaps: set[str]) -> None:
    await world.discord.dm("Private: who is Mallory, and when is LlamaCon?")
    assert await world.bot.end() == 0
    assert world.log
    assert world.secrets_in(world.log) == []


async def test_journal_holds_no_plain_id_of_a_person_or_of_a_private_channel(world: World, gaps: set[str]) -> None:
    held = world.journal_bytes()
    assert next(iter(gaps)).encode() in held
    people = [user.id.encode() for user in world.discord.people]
    private = [channel.id.encode() for channel in world.server.state.channels.values() if channel.guild is None]
    assert [channel for channel in [*people, *private] if channel in held] == []
