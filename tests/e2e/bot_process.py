"""The real `python -m bot` as a process of the tests."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import BinaryIO

from bot.settings import BotSettings
from index import Settings
from tests.support.discord.gateway import Frame
from tests.support.discord.payloads import LISTED, UNLISTED, Guild
from tests.support.discord.server import DiscordServer
from tests.support.paths import ROOT

__all__ = ["BotProcess", "bot_on", "environment", "running_bot", "said_goodbye"]

START_WITHIN_S = 60.0
END_WITHIN_S = 30.0


def environment(**settings: object) -> dict[str, str]:
    """This process's environment with Footnote's settings replaced by the ones given."""
    ours = {name.upper() for name in (*Settings.model_fields, *BotSettings.model_fields)}
    inherited = {name: value for name, value in os.environ.items() if name.upper() not in ours}
    path = os.pathsep.join(filter(None, [str(ROOT), inherited.get("PYTHONPATH")]))
    return {**inherited, "PYTHONPATH": path, **{name: str(value) for name, value in settings.items()}}


class BotProcess:
    """A running bot; everything it prints lands in two files of its folder."""

    def __init__(self, process: asyncio.subprocess.Process, folder: Path) -> None:
        self._process = process
        self._folder = folder

    @classmethod
    async def start(cls, variables: dict[str, str], folder: Path) -> BotProcess:
        """Start it in `folder`, away from the `.env` of the checkout."""
        with _outputs(folder) as (out, err):
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "bot",
                env=variables,
                cwd=folder,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=out,
                stderr=err,
            )
        return cls(process, folder)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process.returncode is None

    def stdout(self) -> str:
        return (self._folder / "stdout").read_text(encoding="utf-8")

    def stderr(self) -> str:
        return (self._folder / "stderr").read_text(encoding="utf-8")

    async def identified(self, server: DiscordServer) -> None:
        """Wait until it is on the gateway; an AssertionError with its output if it ends before."""
        frames = server.gateway.frames
        came = asyncio.ensure_future(frames.wait_for(_is_identify, since=len(frames), within=START_WITHIN_S))
        ended = asyncio.ensure_future(self._process.wait())
        await asyncio.wait((came, ended), return_when=asyncio.FIRST_COMPLETED)
        ended.cancel()
        if not came.done():
            came.cancel()
            raise AssertionError(f"the bot ended with {self._process.returncode}:\n{self.stderr()}")
        await came

    async def exit_code(self, *, within: float = END_WITHIN_S) -> int:
        """Wait until it has ended by itself."""
        try:
            return await asyncio.wait_for(self._process.wait(), within)
        except TimeoutError:
            raise AssertionError(f"the bot had not ended after {within:.0f} s:\n{self.stderr()}") from None

    async def end(self, by: signal.Signals = signal.SIGTERM) -> int:
        """Send the signal and wait for the exit code."""
        if self.running:
            self._process.send_signal(by)
        return await self.exit_code()

    def kill(self) -> None:
        """End it at once, as `kill -9` does."""
        self._process.kill()

    async def make_sure_it_ended(self) -> None:
        """For clean-up: whatever happened, the process is gone afterwards."""
        if self.running:
            self._process.kill()
        await self._process.wait()


@asynccontextmanager
async def running_bot(
    settings: dict[str, object], folder: Path, *, team: bool = False, guilds: tuple[Guild, ...] = (LISTED, UNLISTED)
) -> AsyncIterator[tuple[DiscordServer, BotProcess]]:
    """A local Discord and a bot on its gateway; both are gone afterwards, whatever happened."""
    server = DiscordServer(team=team, guilds=guilds)
    await server.start()
    try:
        async with bot_on(server, settings, folder) as bot:
            yield server, bot
    finally:
        await server.stop()


@asynccontextmanager
async def bot_on(server: DiscordServer, settings: dict[str, object], folder: Path) -> AsyncIterator[BotProcess]:
    """A bot on the gateway of a local Discord that is there already; it is gone afterwards, whatever happened."""
    bot = await BotProcess.start(environment(**settings, DISCORD_API_URL=server.url), folder)
    try:
        await bot.identified(server)
        yield bot
    finally:
        await bot.make_sure_it_ended()


def said_goodbye(server: DiscordServer) -> bool:
    """Whether the last connection ended by a closing frame and not by a cut line.

    discord.py means to close with 1000, but while it listens its own reader is first, with 4000.
    """
    frame: Frame = server.gateway.frames.items[-1]
    return frame.kind == "closed" and frame.data in (1000, 4000)


@contextmanager
def _outputs(folder: Path) -> Iterator[tuple[BinaryIO, BinaryIO]]:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "stdout").open("wb") as out, (folder / "stderr").open("wb") as err:
        yield out, err


def _is_identify(frame: Frame) -> bool:
    return frame.kind == "identify"
