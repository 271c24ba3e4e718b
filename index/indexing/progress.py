"""Requests for a reindex, and its progress and cancellation."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from index.domain.activity import NOBODY, Scope
from index.domain.errors import ReindexCancelled
from index.domain.messages import Message
from index.domain.ports import Progress
from index.domain.snapshots import ReindexStatus
from index.domain.stages import TOKEN_STAGES

__all__ = ["ReindexProgress", "ReindexRequest"]

RATE_SECONDS = 30.0
"""The rate is that of so many seconds: parts that are taken over soon no longer count."""

LOG_SECONDS = 60.0
"""Between two lines of the log on a stage that is counted in tokens."""

log = logging.getLogger(__name__)


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
        self._started = self._logged = clock()
        self._step = ("", 0, 0)
        self._reached: deque[tuple[float, int]] = deque([(self._started, 0)])
        self._committed = False

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Report progress. Raises ReindexCancelled if the run is cancelled and not committed."""
        self.check()
        self._remember(stage, done)
        self._step = (stage, done, total)
        self._log()
        for request in self._requests:
            if request.progress and not request.is_cancelled:
                request.progress(stage, done, total)

    def _remember(self, stage: str, done: int) -> None:
        """Note what was reached when, at most once a second."""
        now = self._clock()
        if stage != self._step[0]:
            self._reached = deque([(now, done)])
            self._logged = now
        elif now >= self._reached[-1][0] + 1:
            self._reached.append((now, done))
            while self._reached[1][0] < now - RATE_SECONDS:
                self._reached.popleft()

    def _log(self) -> None:
        if self._step[0] in TOKEN_STAGES and self._clock() >= self._logged + LOG_SECONDS:
            self._logged = self._clock()
            now = self.now
            left = "an unknown time" if now.seconds_left is None else f"about {now.seconds_left / 60:.0f} min"
            log.info(
                "%s: %d of %s tokens, %d a second, %s left",
                *(now.stage.capitalize(), now.done, now.total or "?", now.per_second or 0, left),
            )

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
        began, before = self._reached[0]
        rate = (done - before) / (now - began) if now > began and done > before else None
        seconds_left = round((total - done) / rate, 1) if rate and total > 0 else None
        seconds = round(now - self._started, 1)
        return ReindexStatus(stage, done, total, seconds, seconds_left, rate and round(rate, 1))
