"""Protocols of what the processes of one installation have in common: locks, notices, small values, counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from index.domain.limits import RateLimit

__all__ = ["Coordinator", "HeldLock", "RateCounter"]


class HeldLock(Protocol):
    """A lock that a process holds."""

    def held(self) -> bool:
        """Return at once whether it is still held; one in a database is lost with the connection to it."""


class RateCounter(Protocol):
    """Counts events of all processes of one installation against limits; called from any thread.

    Every method raises CoordinationUnavailable.
    """

    def take(self, event: str, limits: Sequence[RateLimit]) -> Mapping[str, float]:
        """Count an event against all limits, or against none if one of them is reached.

        Return the seconds until each limit that is reached admits another event, by its key; empty if it was counted.
        The event that was counted last is admitted again, and not counted again.
        """

    def give_back(self, event: str, key: str) -> None:
        """Forget what was counted for a key, if this event was the last."""


class Coordinator(Protocol):
    """Locks, notices and small values among the processes of one installation; called from any thread."""

    @property
    def rates(self) -> RateCounter | None:
        """What counts for all processes; None if each of them counts for itself."""

    def lock(self, name: str, *, wait: float = 0) -> AbstractContextManager[HeldLock]:
        """Hold a lock inside the `with` block, which may end in another thread; a process that dies leaves it.

        Raises Busy if another holds it for `wait` seconds.
        """

    def put(self, key: str, text: str) -> None:
        """Keep a value of at most a few thousand characters for all processes, instead of the one before."""

    def get(self, key: str) -> str:
        """Return a value; empty if there is none."""

    def notify(self, topic: str, text: str = "") -> None:
        """Tell all processes that listen to a topic, this one too."""

    def listen(self, topic: str, callback: Callable[[str], None]) -> Callable[[], None]:
        """Call `callback` with the text of each later notice, in a thread; return what ends that."""

    def close(self) -> None:
        """Listen no more."""
