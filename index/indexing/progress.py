"""How far a reindex is: told to whoever asked for it, stopped when all of them have given up."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from index.domain.activity import NOBODY, Scope
from index.domain.errors import ReindexCancelled
from index.domain.messages import Message
from index.domain.ports import Progress
from index.domain.snapshots import ReindexStatus

__all__ = ["ReindexProgress", "ReindexRequest"]


@dataclass(frozen=True, slots=True, eq=False)
class ReindexRequest:
    """Somebody who asked for a reindex: what tells them of its progress, what says that they have given up, whose gaps
    their report lists, and how long they wait for another process."""

    progress: Progress | None = None
    cancelled: threading.Event | None = None
    scope: Scope = NOBODY
    wait: float = 0.0

    @property
    def given_up(self) -> bool:
        """Whether they don't want it any more."""
        return self.cancelled is not None and self.cancelled.is_set()


class ReindexProgress:
    """The progress of one run; called as `Progress` is."""

    def __init__(self, requests: Sequence[ReindexRequest], *, clock: Callable[[], float] = time.monotonic) -> None:
        self._requests = requests
        self._clock = clock
        self._begun = self._step_begun = clock()
        self._step = ("", 0, 0)
        self._first = 0
        self._settled = False

    def __call__(self, what: str, done: int, total: int) -> None:
        """Raises ReindexCancelled once all who asked have given up, until it is settled."""
        self.check()
        if what != self._step[0]:
            self._step_begun, self._first = self._clock(), done
        self._step = (what, done, total)
        for request in self._requests:
            if request.progress and not request.given_up:
                request.progress(what, done, total)

    def check(self) -> None:
        """Raises ReindexCancelled like a call, and tells nobody anything."""
        if not self._settled and self.given_up:
            raise ReindexCancelled(Message("The reindex was cancelled: the index is as it was before."))

    @property
    def given_up(self) -> bool:
        """Whether nobody wants it any more."""
        return all(request.given_up for request in self._requests)

    @property
    def wait(self) -> float:
        """How long whoever is most patient waits for another process, in seconds."""
        return max(request.wait for request in self._requests)

    def settle(self) -> None:
        """From here on it can't be stopped. Raises ReindexCancelled if it was by now."""
        self.check()
        self._settled = True

    @property
    def now(self) -> ReindexStatus:
        """How far it is, and how long this step takes yet at its rate so far."""
        what, done, total = self._step
        now = self._clock()
        made, spent = done - self._first, now - self._step_begun
        left = round(spent * (total - done) / made, 1) if made > 0 and total > 0 and spent > 0 else None
        return ReindexStatus(what, done, total, round(now - self._begun, 1), left)
