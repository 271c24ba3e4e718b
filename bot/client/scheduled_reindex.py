"""Reindexes that nobody asks for: by the clock, and when the files changed. What comes of them is logged, and none of
them ends the bot."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from bot.services.audit import failure
from bot.services.audit import outcome as told
from bot.services.errors import explain
from index import LibraryError, Message

if TYPE_CHECKING:
    from bot.client.bot import FootnoteBot

__all__ = ["NEVER", "ReindexSchedule", "ScheduledReindex"]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ReindexSchedule:
    """`every` so many seconds, 0 for never; `changed` says whether also when the files changed."""

    every: float = 0.0
    changed: bool = False


NEVER = ReindexSchedule()


class ScheduledReindex:
    """One at a time; with one that a moderator asks for the library joins it."""

    def __init__(self, bot: FootnoteBot, when: ReindexSchedule) -> None:
        self._bot = bot
        self._when = when
        self._one = asyncio.Lock()

    def start(self) -> list[asyncio.Task[None]]:
        """Tasks to be cancelled at the end; none where nothing is wanted."""
        wanted = []
        if self._when.every > 0:
            wanted.append(asyncio.create_task(self._by_the_clock()))
        if self._when.changed:
            wanted.append(asyncio.create_task(self._by_changes()))
        return wanted

    async def _by_the_clock(self) -> None:
        while True:
            await asyncio.sleep(self._when.every)
            await self._reindex("schedule")

    async def _by_changes(self) -> None:
        """Also at the start: what changed while no bot ran is told as soon as the sources are watched."""
        changed = asyncio.Event()
        loop = asyncio.get_running_loop()

        def tell() -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(changed.set)

        stop = self._bot.library.watch(tell)
        try:
            while True:
                await changed.wait()
                changed.clear()  # before the look: what changes from here on is another change
                await self._reindex("watcher", only_if_stale=True)
        finally:
            stop()

    async def _reindex(self, where: str, *, only_if_stale: bool = False) -> None:
        """Log and write down what came of it, whatever it was."""
        library = self._bot.library
        async with self._one:
            try:
                if only_if_stale and not (await self._bot.in_thread(library.status)).stale:
                    return
                report = await self._bot.in_thread(library.reindex)
                outcome = told(report)
                log.info("Reindexed by the %s: %s", where, outcome)
            except LibraryError as error:
                outcome = failure(error)
                log.warning("The reindex by the %s failed: %s", where, error.log_message)
            except Exception as error:  # whatever it was, the bot serves on
                explain(error, f"reindexing by the {where}")
                outcome = failure(error)
            await self._bot.in_thread(partial(library.audit, Message("reindex"), outcome, where=where))
