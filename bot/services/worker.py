"""The one crossing from the event loop to threads."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

__all__ = ["LibraryWorker"]

P = ParamSpec("P")
T = TypeVar("T")


class LibraryWorker:
    """Runs blocking calls in threads, so that the event loop never waits for the library."""

    def __init__(self) -> None:
        self._running: set[asyncio.Future[Any]] = set()

    async def run(self, func: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Return `func(*args, **kwargs)`, called in a thread.

        A thread cannot be cancelled: if the caller is, the thread still ends its work, and `is_busy` says so.
        """
        work = asyncio.ensure_future(asyncio.to_thread(func, *args, **kwargs))
        self._running.add(work)
        work.add_done_callback(self._discard)
        return await asyncio.shield(work)

    @property
    def is_busy(self) -> bool:
        """Whether a thread is at work."""
        return bool(self._running)

    def _discard(self, work: asyncio.Future[Any]) -> None:
        self._running.discard(work)
        if not work.cancelled():
            work.exception()  # retrieved, or asyncio would log it in full if nobody awaits it any more
