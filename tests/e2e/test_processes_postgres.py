"""Processes that coordinate by PostgreSQL, which goes away for a while."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.e2e.processes import Asking, running_processes
from tests.support.article import WINDOW
from tests.support.discord.driver import Discord
from tests.support.postgres import PostgresServer

pytestmark = pytest.mark.slow

AWAY_S = 7.0


async def test_questions_are_answered_while_the_database_is_away_and_one_may_die_after_it(
    tmp_path: Path, postgres_server: PostgresServer, postgres_url: str
) -> None:
    async with running_processes(tmp_path, {"first": "0-2"}, DATABASE_URL=postgres_url) as run:
        spare = await run.start("spare", "0-2")
        try:
            await run.logged("spare", "Another process runs shard 2")
            await run.logged("spare", "Ready for questions")
            async with Asking(run.server, WINDOW, every=0.5) as asking:
                await asyncio.sleep(2)
                postgres_server.stop()
                await asyncio.sleep(AWAY_S)
                postgres_server.start()
                await asyncio.sleep(AWAY_S)
                assert run.server.gateway.connected == (0, 1, 2)
                await run.kill("first")
                await run.connected()
                await asyncio.sleep(2)
            replies = await asking.replies()
            assert asking.late == [], run.log("first") + run.log("spare")
            assert [reply.text for reply in replies if not reply.answered] == []
            assert len(replies) == len(asking.commands)
            assert set(await asking.counts()) == {1}
            assert run.refused() == []
            assert (await Discord(run.server).dm(WINDOW)).answered
        finally:
            print(run.log("first"), run.log("spare"))  # noqa: T201 - pytest shows it
            await spare.make_sure_it_ended()
