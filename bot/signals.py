"""SIGINT and SIGTERM: they end the process at once, or call what ends it well; never is there a traceback."""

from __future__ import annotations

import atexit
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["calling_on_signals", "end_on_signals"]

SIGNALS = (signal.SIGINT, signal.SIGTERM)


def end_on_signals(exit_code: int = 0) -> None:
    """From now on end the process at once on a signal. Nothing is lost: what is written appears by one rename.

    While Python takes itself down, signals are ignored: it would bring back the default handlers before it is gone.
    """
    for number in SIGNALS:
        signal.signal(number, lambda *_: os._exit(exit_code))
    atexit.unregister(_ignore_signals)
    atexit.register(_ignore_signals)


@contextmanager
def calling_on_signals(stop: Callable[[], object]) -> Iterator[None]:
    """Call `stop` on the first signal within a block; the second ends the process at once.

    Not by the event loop's own handlers: closing it would bring back the default ones, which print a traceback.
    """

    def handle(*_: object) -> None:
        end_on_signals()
        stop()

    before = [(number, signal.signal(number, handle)) for number in SIGNALS]
    try:
        yield
    finally:
        for number, handler in before:
            signal.signal(number, handler)


def _ignore_signals() -> None:
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)
