"""An event loop in a thread of its own, in which requests keep their deadlines whatever a server does."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

__all__ = ["BackgroundLoop"]

T = TypeVar("T")


class BackgroundLoop:
    """Runs coroutines for any thread; its own starts with the first of them and ends with the program."""

    def __init__(self, name: str) -> None:
        self._lock = threading.Lock()
        self._started: Future[asyncio.AbstractEventLoop] = Future()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def submit(self, coroutine: Coroutine[Any, Any, T]) -> Future[T]:
        """Start a coroutine; cancelling the future cancels it."""
        with self._lock:
            if self._thread.ident is None:
                self._thread.start()
        return asyncio.run_coroutine_threadsafe(coroutine, self._started.result())

    def close(self) -> None:
        """Cancel what runs and end the thread; no coroutine can be started after it."""
        if self._thread.is_alive():
            loop = self._started.result()
            loop.call_soon_threadsafe(loop.stop)
            self._thread.join()

    def _run(self) -> None:
        with asyncio.Runner() as runner:
            loop = runner.get_loop()
            self._started.set_result(loop)
            loop.run_forever()
