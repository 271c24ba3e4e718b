"""One bot of several processes: each shard in one of them, and what becomes of questions when one ends or dies.

The tests build on each other: a process that ended stays so, and another one has its shard.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.e2e.processes import Asking, Processes, running_processes
from tests.support.article import WINDOW, WINDOW_EVIDENCE
from tests.support.discord.driver import Discord, has_ended
from tests.support.discord.payloads import OWNER
from tests.support.discord.shards import GUILDS
from tests.support.waiting import eventually

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow]

TOGETHER = {"first": "0", "second": "1", "third": "2"}
LIVE_WITHIN_S = 2.0


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def run(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Processes]:
    """Three processes with a shard each, and one that stands by."""
    async with running_processes(tmp_path_factory.mktemp("processes"), TOGETHER) as processes, processes.standing_by():
        yield processes


@pytest.fixture(autouse=True)
def logs(run: Processes) -> AsyncIterator[None]:
    """Print what the processes logged, which pytest shows if a test fails."""
    yield
    for name in run.bots:
        print(f"== {name}\n{run.log(name)[-3000:]}")  # noqa: T201 - pytest shows it


async def test_each_server_is_answered_by_one_process(run: Processes) -> None:
    assert run.server.gateway.connected == (0, 1, 2)
    discord = Discord(run.server)
    for guild in (*GUILDS, None):
        assert WINDOW_EVIDENCE in (await discord.ask(WINDOW, guild=guild)).text.replace("**", "")
    assert (await discord.mention(WINDOW, guild=GUILDS[2])).answered
    assert (await discord.dm(WINDOW)).answered
    assert run.refused() == []


async def test_identifies_of_all_processes_keep_to_discords_rate(run: Processes) -> None:
    identified = [frame.at for frame in run.server.gateway.frames if frame.kind == "identify"]
    assert len(identified) == 3
    assert run.server.gateway.invalidated == 0


async def test_commands_are_synced_by_the_leader_alone(run: Processes) -> None:
    synced = [request for request in run.server.requests if request.route.endswith("/commands")]
    assert [request.method for request in synced] == ["PUT"]
    assert sum(map(run.leads, run.bots)) == 1


async def test_reindex_in_one_process_is_live_in_all(run: Processes) -> None:
    seeds = Path(str(run.settings["SEEDS_DIR"]))
    (seeds / "ferry.md").write_text("# The ferry\n\nThe ferry to Anholt leaves at 09:45 every day.\n", "utf-8")
    discord = Discord(run.server)
    report = await discord.command("reindex", user=OWNER, guild=GUILDS[0], until=has_ended)
    assert report.passages, report.text
    await asyncio.sleep(LIVE_WITHIN_S)
    for guild in GUILDS:
        assert "every day" in (await discord.ask("When does the ferry to Anholt leave?", guild=guild)).text


async def test_killed_process_under_load_loses_no_question(run: Processes) -> None:
    before = await Discord(run.server).ask(WINDOW, guild=GUILDS[1])
    async with Asking(run.server, WINDOW) as asking:
        await asyncio.sleep(3)
        await run.kill("second")
        await run.connected()
        await asyncio.sleep(3)
    replies = await asking.replies()
    assert asking.late == []
    assert len(replies) == len(asking.commands)
    assert [reply.text for reply in replies if not reply.answered] == []
    assert set(await asking.counts()) == {1}
    assert run.refused() == []
    thanks = await Discord(run.server).press(before, "Helpful")
    assert "Noted" in thanks.text


async def test_process_told_to_stop_under_load_loses_no_question(run: Processes) -> None:
    async with Asking(run.server, WINDOW) as asking:
        await asyncio.sleep(3)
        assert await run.bots["third"].end(signal.SIGTERM) == 0
        await run.connected()
        await asyncio.sleep(3)
    replies = await asking.replies()
    assert asking.late == []
    assert len(replies) == len(asking.commands)
    assert [reply.text for reply in replies if not reply.answered] == []
    assert set(await asking.counts()) == {1}
    assert run.refused() == []


async def test_another_process_leads_when_the_leader_dies(run: Processes) -> None:
    fourth = await run.start("fourth", "0-2")
    try:
        await run.logged("fourth", "Another process runs shard 0")
        (leader,) = [name for name in run.bots if run.leads(name)]
        await run.kill(leader)
        await eventually(lambda: [name for name in run.bots if run.leads(name)])
        await run.connected()
        assert (await Discord(run.server).ask(WINDOW, guild=GUILDS[1])).answered
    finally:
        await fourth.make_sure_it_ended()
