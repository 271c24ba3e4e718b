"""Turns to identify: Discord takes only so many sessions of a bot in five seconds, from all its processes together."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING

from index import LibraryError

if TYPE_CHECKING:
    from bot.client.locks import Held, Locks

__all__ = ["IDENTIFY_SECONDS", "IdentifyTurns"]

log = logging.getLogger(__name__)

IDENTIFY_SECONDS = 5.0
"""The time in which Discord takes `max_concurrency` sessions."""


class IdentifyTurns:
    """Gives shards their turns to identify: one in five seconds for each remainder by `max_concurrency`.

    With `locks`, processes take turns, too: each keeps the lock until the time is over.
    """

    def __init__(
        self,
        locks: Locks | None = None,
        *,
        seconds: float = IDENTIFY_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.max_concurrency = 1
        self._locks = locks
        self._seconds = seconds
        self._clock = clock
        self._here: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._begun: dict[int, float] = {}
        self._ending: set[asyncio.Task[None]] = set()

    @contextlib.asynccontextmanager
    async def turn(self, shard: int) -> AsyncIterator[None]:
        """Wait for a shard's turn, and identify it inside the `with` block."""
        key = shard % self.max_concurrency
        async with self._here[key]:
            await asyncio.sleep(self._begun.get(key, -self._seconds) + self._seconds - self._clock())
            held = await self._take(key)
            try:
                yield
            finally:
                self._begun[key] = self._clock()
                if held:
                    task = asyncio.create_task(held.leave(after=self._seconds))
                    self._ending.add(task)
                    task.add_done_callback(self._ending.discard)

    async def _take(self, key: int) -> Held | None:
        """Return the lock of the turns among processes; None if there is none to be had: Discord may then say no."""
        try:
            return await self._locks.wait(f"identify-{key}") if self._locks else None
        except LibraryError as error:
            log.warning("A shard identifies without its turn among the processes: %s", error.log_message)
            return None
