"""Turns to identify: Discord takes only so many sessions of a bot in five seconds."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable

__all__ = ["IDENTIFY_SECONDS", "IdentifyTurns"]

IDENTIFY_SECONDS = 5.0
"""The time in which Discord takes `max_concurrency` sessions."""


class IdentifyTurns:
    """Gives shards their turns to identify: one in five seconds for each remainder by `max_concurrency`."""

    def __init__(
        self,
        *,
        seconds: float = IDENTIFY_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.max_concurrency = 1
        self._seconds = seconds
        self._clock = clock
        self._here: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._begun: dict[int, float] = {}

    @contextlib.asynccontextmanager
    async def turn(self, shard: int) -> AsyncIterator[None]:
        """Wait for a shard's turn, and identify it inside the `with` block."""
        key = shard % self.max_concurrency
        async with self._here[key]:
            await asyncio.sleep(self._begun.get(key, -self._seconds) + self._seconds - self._clock())
            try:
                yield
            finally:
                self._begun[key] = self._clock()
