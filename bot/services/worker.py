"""The one crossing from the event loop to threads."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, ParamSpec, TypeVar

__all__ = ["MAX_WAITING", "LibraryWorker"]

MAX_WAITING = 64
"""Calls at the same time that mostly wait for another machine."""

P = ParamSpec("P")
T = TypeVar("T")


class LibraryWorker:
    """Runs blocking calls in threads, so that the event loop never waits for the library."""

    def __init__(self, *, max_waiting: int = MAX_WAITING) -> None:
        self.max_waiting = max_waiting
        self._running: set[asyncio.Future[Any]] = set()
        self._waiters = ThreadPoolExecutor(max_waiting, "waiting")
        self._one = ThreadPoolExecutor(1, "in-turn")
        self._waiting = 0

    async def run(self, func: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Return `func(*args, **kwargs)`, called in a thread.

        A thread cannot be cancelled: if the caller is, the thread still ends its work, and `is_busy` says so.
        """
        return await self._finish(asyncio.to_thread(func, *args, **kwargs))

    async def run_waiting(self, func: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what `run` returns, for a call that mostly waits: in a thread that no other call needs.

        At most `max_waiting` run at the same time; ask `can_wait` before.
        """
        call = partial(contextvars.copy_context().run, func, *args, **kwargs)
        self._waiting += 1
        work = asyncio.get_running_loop().run_in_executor(self._waiters, call)
        work.add_done_callback(self._stop_waiting)
        return await self._finish(work)

    async def run_in_turn(self, func: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Return `func(*args, **kwargs)`, called in the one thread of all such calls, after those before it.

        A process that ends does not wait for it.
        """
        return await asyncio.get_running_loop().run_in_executor(self._one, partial(func, *args, **kwargs))

    @property
    def can_wait(self) -> bool:
        """Whether there is a thread left for `run_waiting`."""
        return self._waiting < self.max_waiting

    @property
    def is_busy(self) -> bool:
        """Whether a thread is at work."""
        return bool(self._running)

    async def _finish(self, call: Awaitable[T]) -> T:
        work = asyncio.ensure_future(call)
        self._running.add(work)
        work.add_done_callback(self._discard)
        return await asyncio.shield(work)

    def _stop_waiting(self, _: asyncio.Future[Any]) -> None:
        self._waiting -= 1

    def _discard(self, work: asyncio.Future[Any]) -> None:
        self._running.discard(work)
        if not work.cancelled():
            work.exception()  # retrieved, or asyncio would log it in full if nobody awaits it any more
