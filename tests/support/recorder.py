"""A list that tests can wait on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

__all__ = ["Recorder"]

T = TypeVar("T")


class Recorder(Generic[T]):
    """A list of events in order; `wait_for` returns the first one, past or to come, that fits."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.items: list[T] = []
        self._waiting: list[tuple[Callable[[T], bool], asyncio.Future[T]]] = []

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Iterator[T]:
        return iter(self.items)

    def add(self, item: T) -> None:
        self.items.append(item)
        for fits, future in self._waiting:
            if not future.done() and fits(item):
                future.set_result(item)

    async def wait_for(self, fits: Callable[[T], bool], *, since: int = 0, within: float = 20.0) -> T:
        """The first item from position `since` on that fits; else an AssertionError that lists the last ones."""
        for item in self.items[since:]:
            if fits(item):
                return item
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append((fits, future))
        try:
            return await asyncio.wait_for(future, within)
        except TimeoutError:
            last = "\n  ".join(repr(item)[:600] for item in self.items[since:][-5:]) or "(nothing)"
            raise AssertionError(
                f"{self.name}: nothing that fits came in {within:.0f} s; the last:\n  {last}"
            ) from None
        finally:
            self._waiting = [pair for pair in self._waiting if pair[1] is not future]
