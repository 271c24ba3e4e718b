"""The crossing to threads: the result comes back, and a thread that nobody awaits any more is still known."""

from __future__ import annotations

import asyncio
import threading

import pytest

from bot.services.worker import LibraryWorker


async def test_a_call_runs_in_another_thread_with_its_arguments() -> None:
    def work(first: int, *, second: int) -> tuple[int, int]:
        return first + second, threading.get_ident()

    total, thread = await LibraryWorker().run(work, 1, second=2)
    assert total == 3
    assert thread != threading.get_ident()


async def test_an_error_reaches_the_caller() -> None:
    with pytest.raises(ZeroDivisionError):
        await LibraryWorker().run(divmod, 1, 0)


async def test_a_worker_is_busy_until_its_thread_ends_though_the_caller_left(caplog: pytest.LogCaptureFixture) -> None:
    worker, held = LibraryWorker(), threading.Event()

    def work() -> None:
        held.wait(20)
        raise RuntimeError("my very private question")

    caller = asyncio.create_task(worker.run(work))
    await asyncio.sleep(0)
    caller.cancel()
    await asyncio.gather(caller, return_exceptions=True)
    assert worker.is_busy
    held.set()
    async with asyncio.timeout(20):
        await asyncio.gather(*worker._running, return_exceptions=True)
    assert not worker.is_busy
    assert "private" not in caplog.text
