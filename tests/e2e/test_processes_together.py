"""Processes that hold limits, reindexes and the roll call together by PostgreSQL.

The tests build on each other: in the last one the process that stood by takes the shards over.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psycopg
import pytest
import pytest_asyncio

from bot.client.state_lock import bot_key
from index.coordination._connecting import lock_key
from tests.e2e.moderating import Slow, slow_page
from tests.e2e.processes import Processes, running_processes
from tests.support.article import WINDOW, WINDOW_EVIDENCE
from tests.support.discord.driver import Discord, has_ended
from tests.support.discord.payloads import OWNER
from tests.support.discord.rules import text_of
from tests.support.discord.server import TOKEN
from tests.support.discord.shards import GUILDS
from tests.support.postgres import PostgresServer
from tests.support.waiting import eventually

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow]

COOLDOWN = 120
WAITING = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
END_HOLDER = """
SELECT pg_terminate_backend(pid) FROM pg_locks
WHERE locktype = 'advisory' AND objsubid = 1 AND (classid::bigint << 32 | objid::bigint) = %s AND granted
"""


@pytest.fixture(scope="module")
def database(postgres_server: PostgresServer) -> Iterator[str]:
    url = postgres_server.new_database()
    yield url
    postgres_server.drop(url)


@pytest.fixture(scope="module")
def slow() -> Iterator[Slow]:
    with slow_page() as slow:
        yield slow


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def run(tmp_path_factory: pytest.TempPathFactory, database: str) -> AsyncIterator[Processes]:
    """A process with the first shard, one with the others, and one that stands by."""
    settings = {"DATABASE_URL": database, "COOLDOWN_SECONDS": COOLDOWN, "FETCH_ALLOW_HOSTS": "127.0.0.1"}
    folder = tmp_path_factory.mktemp("processes")
    async with (
        running_processes(folder, {"first": "0", "second": "1-2"}, **settings) as processes,
        processes.standing_by(),
    ):
        yield processes


@pytest.fixture(autouse=True)
def logs(run: Processes) -> Iterator[None]:
    """Print what the processes logged, which pytest shows if a test fails."""
    yield
    for name in run.bots:
        print(f"== {name}\n{run.log(name)[-3000:]}")  # noqa: T201 - pytest shows it


async def test_a_member_who_asks_in_two_servers_is_held_to_one_cool_down(run: Processes, database: str) -> None:
    discord = Discord(run.server)
    user = discord.somebody()
    assert WINDOW_EVIDENCE in (await discord.ask(WINDOW, user=user, guild=GUILDS[0])).text.replace("**", "")
    for guild in GUILDS[1:]:
        refused = await discord.ask(WINDOW, user=user, guild=guild)
        assert "One question at a time, please: try again in 1" in refused.text
        assert refused.ephemeral
    assert (await discord.ask(WINDOW, guild=GUILDS[1])).answered
    with psycopg.connect(database) as connection:
        rows = connection.execute("SELECT key, event FROM coordination_rates").fetchall()
    assert len(rows) == 2
    assert not [row for row in rows if user.id in str(row) or GUILDS[0].id in str(row)]


async def test_the_status_tells_moderators_of_shards_and_processes(run: Processes) -> None:
    discord = Discord(run.server)
    status = (await discord.command("status", user=OWNER, guild=GUILDS[1])).text
    assert "Shards: 3; this process runs 1-2." in status
    assert "Processes: 3, 1 standing by." in status
    assert status.count("leads") == 1
    assert "Shards" not in (await discord.command("status", guild=GUILDS[1])).text


async def test_a_reindex_is_cancelled_after_another_process_took_its_shard(
    run: Processes, slow: Slow, database: str
) -> None:
    discord = Discord(run.server)
    seeds = Path(str(run.settings["SEEDS_DIR"]))
    async with slow.waited_for(seeds, discord, user=OWNER, guild=GUILDS[0]) as (exchange, shown):
        await take_shard_away(run, database)
        await run.connected()
        await (await discord.send_press(shown, "Cancel", user=OWNER)).acknowledged()
        await discord.reply(exchange, lambda message: "Cancelling" in text_of(message))
    assert "was cancelled" in (await discord.reply(exchange, has_ended)).text
    assert run.bots["first"].running


async def take_shard_away(run: Processes, database: str) -> None:
    """Cut the first process from the database, and with it from its shard's lock, and let the spare one have that.

    The first one tries to get it back as often as the other one does, so it is stopped until it is too late for it.
    """
    first, lock = run.bots["first"], (lock_key(f"shard-0-{bot_key(TOKEN)}"),)
    with psycopg.connect(database, autocommit=True) as taker, psycopg.connect(database, autocommit=True) as other:
        taking = asyncio.create_task(asyncio.to_thread(taker.execute, "SELECT pg_advisory_lock(%s)", lock))
        await eventually(lambda: other.execute(WAITING).fetchone())
        other.execute(END_HOLDER, lock)
        await taking
        await run.logged("first", "Another process took shard 0 over")
        os.kill(first.pid, signal.SIGSTOP)
        try:
            taker.execute("SELECT pg_advisory_unlock(%s)", lock)
            await run.logged("spare", "Shard ID 0 has connected")
        finally:
            os.kill(first.pid, signal.SIGCONT)
