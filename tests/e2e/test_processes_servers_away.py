"""Several bot processes whose database or search server is away for ten seconds while people ask."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from index.domain.activity import VoteCount
from index.journal.journal import Journal
from index.journal.postgres import PostgresDatabase
from tests.e2e.processes import Asking, Processes, running_processes
from tests.e2e.world import answer_id
from tests.support.article import WINDOW
from tests.support.discord.driver import Discord, Reply
from tests.support.discord.shards import GUILDS
from tests.support.milvus import milvus_process
from tests.support.postgres import PostgresServer

pytestmark = pytest.mark.slow

TOGETHER = {"first": "0-1", "second": "2"}
AWAY_S = 10.0
BEFORE_S, AFTER_S = 2.0, 4.0
SEARCH_AWAY = "The search server cannot be reached just now: ask again in a moment."
JOURNAL_AWAY = "can't be read or written just now"


async def test_no_answer_or_vote_is_lost_in_silence_while_postgresql_is_away(
    tmp_path: Path, postgres_server: PostgresServer, postgres_url: str
) -> None:
    """Everybody is answered; what was recorded is still there, and a vote that cannot be counted is told so."""
    async with running_processes(tmp_path, TOGETHER, DATABASE_URL=postgres_url) as run:
        discord = Discord(run.server)
        before = await discord.ask(WINDOW, guild=GUILDS[0])
        noted = await discord.press(before, "Helpful")
        async with Asking(run.server, WINDOW, every=0.5) as asking:
            await asyncio.sleep(BEFORE_S)
            await asyncio.to_thread(postgres_server.stop)
            refused = await discord.press(before, "Helpful")
            await asyncio.sleep(AWAY_S)
            await asyncio.to_thread(postgres_server.start)
            await asyncio.sleep(AFTER_S)
        replies = await answered_once(run, asking)
        assert [reply.text for reply in replies if not reply.answered] == [], logs(run)
        assert run.server.gateway.connected == (0, 1, 2)
        assert "Noted" in noted.text
        assert JOURNAL_AWAY in refused.text
        assert "Noted" in (await discord.press(before, "Helpful")).text
        after = [await discord.ask(WINDOW, guild=guild) for guild in GUILDS]
    journal = Journal(PostgresDatabase(postgres_url))
    recorded = [answer_id(reply) for reply in (before, *replies, *after) if answer_id(reply)]
    assert set(map(answer_id, (before, *after))) <= set(recorded)
    assert 0 < len(recorded) < len(replies) + 4  # those in between could not be recorded, and have no buttons
    assert [answer for answer in recorded if journal.entry(answer) is None] == []
    assert journal.count_votes(answer_id(before)) == VoteCount(helpful=2, unhelpful=0)
    journal.close()


async def test_questions_while_milvus_is_away_are_told_so_and_the_next_are_answered(tmp_path: Path) -> None:
    with milvus_process(tmp_path / "milvus") as milvus:
        async with running_processes(tmp_path, TOGETHER, STORE_URL=milvus.url) as run:
            async with Asking(run.server, WINDOW, every=0.5) as asking:
                await asyncio.sleep(BEFORE_S)
                await asyncio.to_thread(milvus.stop)
                await asyncio.sleep(AWAY_S)
                await asyncio.to_thread(milvus.start)
                await asyncio.sleep(AFTER_S)
            replies = await answered_once(run, asking)
            told = [reply for reply in replies if not reply.answered]
            assert {reply.text for reply in told} == {SEARCH_AWAY}, logs(run)
            assert len(told) < len(replies)
            discord = Discord(run.server)
            for guild in GUILDS:
                assert (await discord.ask(WINDOW, guild=guild)).answered, logs(run)
            assert (await discord.dm(WINDOW)).answered, logs(run)


async def answered_once(run: Processes, asking: Asking) -> list[Reply]:
    """Return what everybody was told, once it is clear that nobody was told nothing, too late or twice."""
    replies = await asking.replies()
    assert asking.late == [], logs(run)
    assert len(replies) == len(asking.commands)
    shown = [bool(exchange.message) + len(exchange.followups) for exchange in asking.commands]
    assert set(shown) == {1}, logs(run)
    mentions = await asking.answers()
    assert {len(each) for each in mentions} == {1}, logs(run)
    assert run.refused() == []
    return [*replies, *(reply for each in mentions for reply in each)]


def logs(run: Processes) -> str:
    return "\n".join(f"== {name}\n{run.log(name)[-3000:]}" for name in run.bots)
