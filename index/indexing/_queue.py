"""Requests for a reindex in one process: one run at a time, and those that come meanwhile share the next."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from index.domain.errors import ReindexCancelled
from index.domain.messages import Message
from index.domain.snapshots import ReindexReport
from index.domain.stages import Stage
from index.indexing.progress import ReindexRequest

__all__ = ["ReindexQueue"]

LOOK_EVERY = 0.1
"""Seconds between two looks whether somebody who waits has given up."""

Work = Callable[[Sequence[ReindexRequest]], Sequence[ReindexReport]]
"""A report for each request, in their order."""


class _Run:
    """Who takes part, and what came of it for each, in their order."""

    def __init__(self) -> None:
        self.requests: list[ReindexRequest] = []
        self.reports: Sequence[ReindexReport] = ()
        self.error: BaseException | None = None
        self.ended = False

    def report(self, request: ReindexRequest) -> ReindexReport:
        if self.error is not None:
            raise self.error
        return self.reports[self.requests.index(request)]


class ReindexQueue:
    """Thread-safe. The work is done in the thread of one of those who share a run."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._changed = threading.Condition()
        self._next = _Run()
        self._running = False

    def take(self, request: ReindexRequest) -> ReindexReport:
        """What came of the first run that began after this was asked for. Raises what that raised, or ReindexCancelled
        where the request was given up before it began."""
        if self._running and request.progress:
            request.progress(Stage.WAITING_FOR_REINDEX, 0, 0)
        with self._changed:
            mine = self._next
            mine.requests.append(request)
            while not mine.ended and (self._running or mine is not self._next):
                self._changed.wait(LOOK_EVERY)
                if mine is self._next and request.given_up:
                    mine.requests.remove(request)
                    raise ReindexCancelled(
                        Message("The reindex was cancelled before it began: the index is as it was.")
                    )
            if mine.ended:
                return mine.report(request)
            self._running, self._next = True, _Run()
        try:
            mine.reports = self._work(mine.requests)
        except BaseException as error:
            mine.error = error
        finally:
            with self._changed:
                mine.ended, self._running = True, False
                self._changed.notify_all()
        return mine.report(request)
