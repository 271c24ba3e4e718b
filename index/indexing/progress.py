"""Requests for a reindex, and its progress and cancellation."""

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
    """A request for a reindex: whose questions its report lists, and how many seconds it waits for another process."""

    progress: Progress | None = None
    cancelled: threading.Event | None = None
    scope: Scope = NOBODY
    wait: float = 0.0

    @property
    def is_cancelled(self) -> bool:
        return self.cancelled is not None and self.cancelled.is_set()


class ReindexProgress:
    """The progress of one run, called like any `Progress`; a run is cancelled when all of its requests are."""

    def __init__(self, requests: Sequence[ReindexRequest], *, clock: Callable[[], float] = time.monotonic) -> None:
        self._requests = requests
        self._clock = clock
        self._started = self._step_started = clock()
        self._step = ("", 0, 0)
        self._done_at_start = 0
        self._committed = False

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Report progress. Raises ReindexCancelled if the run is cancelled and not committed."""
        self.check()
        if stage != self._step[0]:
            self._step_started, self._done_at_start = self._clock(), done
        self._step = (stage, done, total)
        for request in self._requests:
            if request.progress and not request.is_cancelled:
                request.progress(stage, done, total)

    def check(self) -> None:
        """Raise ReindexCancelled if the run is cancelled and not committed."""
        if not self._committed and self.is_cancelled:
            raise ReindexCancelled(Message("The reindex was cancelled: the index is as it was before."))

    @property
    def is_cancelled(self) -> bool:
        return all(request.is_cancelled for request in self._requests)

    @property
    def wait(self) -> float:
        """The longest wait of its requests for another process, in seconds."""
        return max(request.wait for request in self._requests)

    def commit(self) -> None:
        """End the time in which the run can be cancelled. Raises ReindexCancelled if it was."""
        self.check()
        self._committed = True

    @property
    def now(self) -> ReindexStatus:
        """How far the run is, and how long the step still takes at its rate so far."""
        stage, done, total = self._step
        now = self._clock()
        advanced, spent = done - self._done_at_start, now - self._step_started
        seconds_left = round(spent * (total - done) / advanced, 1) if advanced > 0 and total > 0 and spent > 0 else None
        return ReindexStatus(stage, done, total, round(now - self._started, 1), seconds_left)
