"""A `Coordinator` in memory, whose locks can be lost as those of a database are."""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import Callable, Iterator

from index.domain.errors import Busy

__all__ = ["FakeCoordinator"]


class FakeLock:
    """A lock that is held until it is lost."""

    lost = False

    def held(self) -> bool:
        return not self.lost


class FakeCoordinator:
    """Coordinates what has the same object; `down` is what every call raises while it is set."""

    def __init__(self) -> None:
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
