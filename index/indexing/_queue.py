"""The queue of reindex requests in one process: one run at a time; requests that come meanwhile share the next."""

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
"""Seconds between two checks whether a waiting request was cancelled."""

Work = Callable[[Sequence[ReindexRequest]], Sequence[ReindexReport]]
"""Returns a report for each request, in their order."""


class _Run:
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
    """Runs requests together. Thread-safe; the work is done in the thread of one of the requests of a run."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._changed = threading.Condition()
        self._next = _Run()
        self._running = False

    def submit(self, request: ReindexRequest) -> ReindexReport:
        """Return the report of the first run that began after the request.

        Raises what that run raised, or ReindexCancelled if the request was cancelled before it began.
        """
        if self._running and request.progress:
            request.progress(Stage.WAITING_FOR_REINDEX, 0, 0)
        with self._changed:
            run = self._next
            run.requests.append(request)
            while not run.ended and (self._running or run is not self._next):
                self._changed.wait(LOOK_EVERY)
                if run is self._next and request.is_cancelled:
                    run.requests.remove(request)
                    raise ReindexCancelled(
                        Message("The reindex was cancelled before it began: the index is as it was.")
                    )
            if run.ended:
                return run.report(request)
            self._running, self._next = True, _Run()
        try:
            run.reports = self._work(run.requests)
        except BaseException as error:
            run.error = error
        finally:
            with self._changed:
                run.ended, self._running = True, False
                self._changed.notify_all()
        return run.report(request)
