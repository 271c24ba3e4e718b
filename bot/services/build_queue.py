"""The queue of builds: one at a time in this process, in the order in which they were asked for.

A server has one build in it at most, so that none waits behind several of another.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.services.progress import Run
from index import Message
from index.domain.errors import ReindexCancelled
from index.domain.stages import Stage

__all__ = ["BuildQueue"]

LOOK_EVERY_SECONDS = 0.2
"""How often it is looked whether a build that waits was cancelled."""


class BuildQueue:
    """Lets one build in at a time; if it `is_needed`, for with one library its own queue suffices."""

    def __init__(self, *, is_needed: bool) -> None:
        self._is_needed = is_needed
        self._lock = asyncio.Lock()

    @asynccontextmanager
    async def turn(self, run: Run | None = None) -> AsyncIterator[None]:
        """Wait for the turn, and hold it. Raises ReindexCancelled if the run is cancelled before."""
        if not self._is_needed:
            yield
            return
        await self._wait(run)
        try:
            yield
        finally:
            self._lock.release()

    async def _wait(self, run: Run | None) -> None:
        if run and self._lock.locked():
            run(Stage.WAITING_FOR_REINDEX, 0, 0)
        mine = asyncio.ensure_future(self._lock.acquire())
        try:
            while not mine.done():
                await asyncio.wait({mine}, timeout=LOOK_EVERY_SECONDS)
                if run and run.cancelled.is_set() and not mine.done():
                    raise ReindexCancelled(
                        Message("The reindex was cancelled before it began: the index is as it was.")
                    )
        except BaseException:
            if mine.done() and not mine.cancelled():
                self._lock.release()
            else:
                mine.cancel()
            raise
