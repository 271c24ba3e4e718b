"""Work on many items in threads, the results in the order of the items."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

__all__ = ["map_in_order"]

AHEAD = 32
"""Items for each thread that are read before the result of the first is taken."""

T = TypeVar("T")
R = TypeVar("R")


def map_in_order(function: Callable[[T], R], items: Iterable[T], threads: int) -> Iterator[R]:
    """Yield the result for each item; as it ends, work that has not begun is dropped."""
    waiting: deque[Future[R]] = deque()
    executor = ThreadPoolExecutor(threads, "embed")
    try:
        for item in items:
            waiting.append(executor.submit(function, item))
            if len(waiting) >= AHEAD * threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        executor.shutdown(cancel_futures=True)
