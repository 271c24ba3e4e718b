"""Ctrl-C and SIGTERM at random moments of the real program's start: no traceback, exit code 0, the index as it was."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.e2e.bot_process import BotProcess, environment, said_goodbye
from tests.support.article import ARTICLE
from tests.support.discord.server import TOKEN, DiscordServer
from tests.support.waiting import eventually

ROUNDS = 4
LATEST_S = 6.0
"""A start with a first build takes longer, so that signals fall into all of its parts."""

pytestmark = pytest.mark.skipif(not Path("/proc").is_dir(), reason="whether signals are handled is read from /proc")


def handles_signals(pid: int) -> bool:
    """Whether the process is past the start of Python itself, whose own handlers print a traceback."""
    try:
        status = Path(f"/proc/{pid}/status").read_text("ascii")
    except FileNotFoundError:
        return True
    caught = int(next(line for line in status.splitlines() if line.startswith("SigCgt")).split()[1], 16)
    return bool(caught >> (signal.SIGTERM - 1) & 1)


def index_status(settings: dict[str, object], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "index", "status"],
        cwd=folder,
        env=environment(**settings),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def settings_of(folder: Path) -> dict[str, object]:
    names = {"INDEX_DIR": "index", "STATE_DIR": "state", "JOURNAL_FILE": "journal.sqlite3"}
    return {"SEEDS_DIR": ARTICLE.parent, **{name: folder / place for name, place in names.items()}}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_signal_at_any_moment_of_the_start_is_clean(number: signal.Signals, tmp_path: Path) -> None:
    chance = random.Random(int(number))  # noqa: S311 - moments, no secrets
    settings = settings_of(tmp_path)
    server = DiscordServer()
    await server.start()
    try:
        for turn in range(ROUNDS):
            variables = environment(**settings, DISCORD_TOKEN=TOKEN, DISCORD_API_URL=server.url)
            bot = await BotProcess.start(variables, tmp_path / f"{number}-{turn}")
            await eventually(lambda pid=bot.pid: handles_signals(pid))
            moment = chance.uniform(0, LATEST_S * (turn + 1) / ROUNDS)
            await asyncio.sleep(moment)
            twice = turn % 2
            code = await bot.end(number) if not twice else await end_twice(bot, number)
            assert code == 0, f"after {moment:.1f} s: {bot.stderr()}"
            assert "Traceback" not in bot.stderr(), f"after {moment:.1f} s"
            assert bot.stdout() == ""
    finally:
        await server.stop()
    status = await asyncio.to_thread(index_status, settings, tmp_path)
    assert status.returncode in (0, 3), status.stderr
    assert "Traceback" not in status.stderr


async def end_twice(bot: BotProcess, number: signal.Signals) -> int:
    os.kill(bot.pid, number)
    await asyncio.sleep(0.02)
    with contextlib.suppress(ProcessLookupError):
        os.kill(bot.pid, number)
    return await bot.exit_code()


async def test_signal_in_the_first_build_leaves_no_index_behind(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    server = DiscordServer()
    await server.start()
    try:
        variables = environment(**settings, DISCORD_TOKEN=TOKEN, DISCORD_API_URL=server.url)
        bot = await BotProcess.start(variables, tmp_path / "bot")
        await eventually(lambda: "building it" in bot.stderr())
        assert await bot.end(signal.SIGTERM) == 0, bot.stderr()
        assert "Traceback" not in bot.stderr()
        assert said_goodbye(server)
    finally:
        await server.stop()
    status = await asyncio.to_thread(index_status, settings, tmp_path)
    assert "there is no index yet" in status.stdout


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_console_ends_cleanly_while_it_loads(number: signal.Signals, tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "bot"],
        cwd=tmp_path,
        env=environment(**settings_of(tmp_path)),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    while not handles_signals(process.pid):
        time.sleep(0.01)
    time.sleep(random.Random(number).uniform(0.5, 2.0))  # noqa: S311 - as above
    process.send_signal(number)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    assert "Traceback" not in errors
