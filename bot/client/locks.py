"""Locks that processes of one bot hold among each other, taken and left without blocking the event loop."""

from __future__ import annotations

import asyncio
import logging
from contextlib import ExitStack
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from bot.services.worker import LibraryWorker
from index import LibraryError
from index.domain.errors import Busy, CoordinationUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    from index.domain.coordination import Coordinator, HeldLock

P = ParamSpec("P")
T = TypeVar("T")

__all__ = ["POLL_SECONDS", "Held", "Locks"]

log = logging.getLogger(__name__)

POLL_SECONDS = 0.5
"""How often a lock that another process holds is tried again."""


class Locks:
    """Takes locks by name, each name followed by the bot's own, in a thread of its own."""

    def __init__(self, coordinator: Coordinator, bot: str, *, poll_seconds: float = POLL_SECONDS) -> None:
        self.bot = bot
        self._coordinator = coordinator
        self.poll_seconds = poll_seconds
        self._worker = LibraryWorker()

    async def take(self, name: str) -> Held | None:
        """Return a lock that is held from now on; None if another process holds it. Raises CoordinationUnavailable."""
        return await self.call(self._take, f"{name}-{self.bot}")

    async def wait(self, name: str) -> Held:
        """Return a lock as soon as no other process holds it."""
        while (held := await self.take(name)) is None:  # noqa: ASYNC110 - another process leaves it
            await asyncio.sleep(self.poll_seconds)
        return held

    async def read(self, key: str) -> str:
        """Return a value that the bot's processes share; empty if there is none."""
        return await self.call(self._coordinator.get, f"{key}-{self.bot}")

    async def write(self, key: str, text: str) -> None:
        """Keep a value for all of the bot's processes."""
        await self.call(self._coordinator.put, f"{key}-{self.bot}", text)

    def _take(self, name: str) -> Held | None:
        stack = ExitStack()
        try:
            lock = stack.enter_context(self._coordinator.lock(name))
        except CoordinationUnavailable:
            raise
        except Busy:
            return None
        return Held(lock, stack, self)

    async def call(self, func: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what a blocking call returns, in the thread of the locks."""
        return await self._worker.run_in_turn(func, *args, **kwargs)


class Held:
    """A lock that this process holds until it leaves it, or dies."""

    def __init__(self, lock: HeldLock, stack: ExitStack, locks: Locks) -> None:
        self._lock = lock
        self._stack = stack
        self._locks = locks

    def still(self) -> bool:
        """Return at once whether it is held still, also while the thread of the locks waits for the database."""
        return self._lock.held()

    async def leave(self, *, after: float = 0.0) -> None:
        """Let other processes have it, after so many seconds; one that was lost is left already."""
        if after:
            await asyncio.sleep(after)
        try:
            await self._locks.call(self._stack.close)
        except LibraryError as error:
            log.info("A lock could not be left: %s", error.log_message)
