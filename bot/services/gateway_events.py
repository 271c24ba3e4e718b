"""Events of the gateway that are being dealt with, so that another process can go on with them if this one dies."""

from __future__ import annotations

import contextlib
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass

from cachetools import TTLCache

__all__ = ["GatewayEvent", "GatewayEvents", "current_event", "handling"]

UNHANDLED_SECONDS = 2.0
"""After this long without a handler, nobody handles an event."""

SEEN, SEEN_SECONDS = 20_000, 900.0
"""Ids of events that are remembered, and how long: an interaction's token lives fifteen minutes."""


@dataclass(eq=False, slots=True)
class GatewayEvent:
    """An event, from its arrival until its handlers have ended; `resumed` says that another process began with it."""

    sequence: int
    begun: float
    resumed: bool = False
    handlers: int = 0
    done: bool = False


_current: ContextVar[GatewayEvent | None] = ContextVar("gateway_event", default=None)


def current_event() -> GatewayEvent | None:
    """Return the event that the current task deals with, if it is known."""
    return _current.get()


@contextlib.contextmanager
def handling(event: GatewayEvent | None) -> Iterator[None]:
    """Note a handler of an event, which has ended with its last handler."""
    if event is None:
        yield
        return
    event.handlers += 1
    try:
        yield
    finally:
        event.handlers -= 1
        event.done = event.handlers == 0


class GatewayEvents:
    """Admits each event once, whichever connection brings it, and knows those that are not dealt with yet."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._seen: TTLCache[int, bool] = TTLCache(SEEN, SEEN_SECONDS, timer=clock)
        self._open: defaultdict[str, list[GatewayEvent]] = defaultdict(list)

    @contextlib.contextmanager
    def arrival(self, connection: str, sequence: int, event_id: int, *, resumed: bool = False) -> Iterator[bool]:
        """Say whether an event is new; tasks that are started inside the `with` block deal with it."""
        if event_id in self._seen:
            yield False
            return
        self._seen[event_id] = True
        event = GatewayEvent(sequence, self._clock(), resumed)
        self._open[connection].append(event)
        token = _current.set(event)
        try:
            yield True
        finally:
            _current.reset(token)

    def unfinished(self, connection: str) -> tuple[int, ...]:
        """Return the sequence numbers of the events of a connection that are not dealt with yet."""
        early = self._clock() - UNHANDLED_SECONDS
        still = [
            event for event in self._open[connection] if not event.done and (event.handlers or event.begun > early)
        ]
        self._open[connection] = still
        return tuple(sorted(event.sequence for event in still))
