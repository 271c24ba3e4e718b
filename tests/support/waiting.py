"""Waiting for what other threads and processes do. The limits end a hopeless wait; none is a promise about speed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

__all__ = ["GIVE_UP_S", "eventually", "wait_until"]

GIVE_UP_S = 60.0


async def eventually(holds: Callable[[], object]) -> None:
    """Wait in the event loop until a condition holds; raise TimeoutError if it never does."""
    async with asyncio.timeout(GIVE_UP_S):
        while not holds():  # noqa: ASYNC110 - a thread or process makes it hold, which sets no event here
            await asyncio.sleep(0.01)


def wait_until(holds: Callable[[], object]) -> None:
    """Block until a condition holds; raise TimeoutError if it never does."""
    deadline = time.monotonic() + GIVE_UP_S
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError(f"it did not hold within {GIVE_UP_S:.0f} s")
        time.sleep(0.01)
