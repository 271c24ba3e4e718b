"""A `Coordinator` in memory, whose locks can be lost as those of a database are, and which counts for all."""

from __future__ import annotations

import contextlib
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from index.domain.errors import Busy
from index.domain.limits import RateLimit

__all__ = ["FakeCoordinator", "FakeRateCounter"]


class FakeLock:
    """A lock that is held until it is lost."""

    lost = False

    def held(self) -> bool:
        return not self.lost


@dataclass
class Count:
    """Events of a key, of which `event` was the last, in the time that ends at `until`."""

    event: str
    number: int
    until: float


class FakeRateCounter:
    """Counts in memory; `down` is what every call raises while it is set, `seconds` how long each blocks its thread."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.counts: dict[str, Count] = {}
        self.down: Exception | None = None
        self.seconds = 0.0
        self.calls = 0
        self._clock = clock
        self._lock = threading.Lock()

    def take(self, event: str, limits: Sequence[RateLimit]) -> dict[str, float]:
        self._begin()
        with self._lock:
            now = self._clock()
            counts = {key: count for key, count in self.counts.items() if count.until > now}
            reached = {}
            for limit in limits:
                count = counts.get(limit.key)
                number = count.number + (count.event != event) if count else 1
                until = count.until if count else now + limit.seconds
                if number > limit.most:
                    reached[limit.key] = until - now
                counts[limit.key] = Count(event, number, until)
            if not reached:
                self.counts = counts
            return reached

    def give_back(self, event: str, key: str) -> None:
        self._begin()
        if (count := self.counts.get(key)) and count.event == event:
            del self.counts[key]

    def _begin(self) -> None:
        self.calls += 1
        time.sleep(self.seconds)
        if self.down:
            raise self.down


class FakeCoordinator:
    """Coordinates what has the same object; `down` is what every call raises while it is set."""

    def __init__(self) -> None:
        self.rates = FakeRateCounter()
        self.locks: dict[str, FakeLock] = {}
        self.values: dict[str, str] = {}
        self.down: Exception | None = None
        self._listeners: defaultdict[str, list[Callable[[str], None]]] = defaultdict(list)

    @contextlib.contextmanager
    def lock(self, name: str, *, wait: float = 0) -> Iterator[FakeLock]:
        self._fail()
        if name in self.locks:
            raise Busy("It is taken.")
        lock = self.locks[name] = FakeLock()
        try:
            yield lock
        finally:
            if self.locks.get(name) is lock:
                del self.locks[name]

    def lose(self, name: str) -> None:
        """Take a lock away from whoever has it."""
        self.locks.pop(name).lost = True

    def put(self, key: str, text: str) -> None:
        self._fail()
        self.values[key] = text

    def get(self, key: str) -> str:
        self._fail()
        return self.values.get(key, "")

    def notify(self, topic: str, text: str = "") -> None:
        self._fail()
        for callback in [*self._listeners[topic]]:
            callback(text)

    def listen(self, topic: str, callback: Callable[[str], None]) -> Callable[[], None]:
        self._listeners[topic].append(callback)
        return lambda: self._listeners[topic].remove(callback)

    def close(self) -> None:
        self._listeners.clear()

    def _fail(self) -> None:
        if self.down:
            raise self.down
