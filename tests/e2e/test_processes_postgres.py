"""Processes that coordinate by PostgreSQL, which goes away for a while."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pytest

from tests.e2e.processes import Asking, Processes, running_processes
from tests.support.article import WINDOW
from tests.support.discord.driver import Discord
from tests.support.discord.shards import SHARDS
from tests.support.postgres import PostgresServer
from tests.support.waiting import eventually

pytestmark = pytest.mark.slow

AWAY_S = 7.0


async def test_questions_are_answered_while_the_database_is_away_and_one_may_die_after_it(
    tmp_path: Path, postgres_server: PostgresServer, postgres_url: str
) -> None:
    async with running_processes(tmp_path, {"first": "0-2"}, DATABASE_URL=postgres_url) as run, run.standing_by():
        try:
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


async def test_process_that_was_paused_for_long_answers_nothing_twice_and_stands_by(
    tmp_path: Path, postgres_server: PostgresServer, postgres_url: str
) -> None:
    async with running_processes(tmp_path, {"first": "0-2"}, DATABASE_URL=postgres_url) as run, run.standing_by():
        try:
            async with Asking(run.server, WINDOW, every=0.5) as asking:
                await asyncio.sleep(2)
                os.kill(run.bots["first"].pid, signal.SIGSTOP)
                await run.logged("spare", "This process leads")
                await eventually(lambda: _identifies(run) == 2 * SHARDS)
                await asyncio.sleep(5)
                os.kill(run.bots["first"].pid, signal.SIGCONT)
                await run.logged("first", "This process no longer leads")
                await eventually(lambda: run.log("first").count("takes it over when that ends") == SHARDS)
                await asyncio.sleep(5)
            assert [reply.text for reply in await asking.replies() if not reply.answered] == []
            assert set(await asking.counts()) == {1}
            await run.kill("spare")
            await run.connected()
            assert (await Discord(run.server).dm(WINDOW)).answered
        finally:
            print(run.log("first"), run.log("spare"))  # noqa: T201 - pytest shows it
            os.kill(run.bots["first"].pid, signal.SIGCONT)


def _identifies(run: Processes) -> int:
    return sum(frame.kind == "identify" for frame in run.server.gateway.frames)
