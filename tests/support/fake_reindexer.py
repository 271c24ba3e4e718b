"""A reindexer for the fake library."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from index import LibraryError
from index.domain.errors import ReindexCancelled
from index.domain.snapshots import Preview, ReindexReport, ReindexStatus
from index.indexing.progress import ReindexRequest

if TYPE_CHECKING:
    from tests.support.fakes import FakeLibrary

__all__ = ["GATE_SECONDS", "PREVIEW", "FakeReindexer"]

PREVIEW = "20250406T120000000000Z-facade00"
GATE_SECONDS = 60.0
"""How long a thread waits at a gate at most: a test that failed never opens it, and its event loop waits."""


class FakeReindexer:
    """In the place of `index.indexing.reindexer.Reindexer`, so that the front door before it is the real one."""

    def __init__(self, library: FakeLibrary) -> None:
        self._library = library
        self._one = threading.Lock()

    @property
    def now(self) -> ReindexStatus | None:
        return self._library.run

    def reindex(self, request: ReindexRequest) -> ReindexReport:
        self._library.reindexes += 1
        return self._report(request)

    def preview(self, request: ReindexRequest) -> Preview:
        self._library.previews += 1
        return Preview(PREVIEW, self._report(request))

    def publish(self, preview: str, request: ReindexRequest) -> ReindexReport:
        self._library.published.append(preview)
        if self._library.publish_error is not None:
            raise self._library.publish_error
        return self._report(request)

    def discard(self, preview: str) -> None:
        self._library.discarded.append(preview)

    def rollback(self, snapshot: str, request: ReindexRequest) -> ReindexReport:
        self._library.rolled_back.append(snapshot)
        for step in self._library.steps:
            if request.progress is not None:
                request.progress(*step)
        self._library.work(self._library.reindex_gate)
        if self._library.rollback_error is not None:
            raise self._library.rollback_error
        report = self._library.given(self._library.report)
        return replace(report, snapshot=replace(report.snapshot, id=snapshot))

    def _report(self, request: ReindexRequest) -> ReindexReport:
        """The steps, then the library's report; waits while its gate for reindexes is cleared."""
        self._library.reported_to.append((request.scope.guild, request.scope.everywhere))
        if not self._one.acquire(blocking=False):
            raise LibraryError("A reindex is already running: wait for it to end.")
        try:
            for step in self._library.steps:
                if request.progress is not None:
                    request.progress(*step)
            until = time.monotonic() + GATE_SECONDS
            while not self._library.reindex_gate.wait(0.01) and time.monotonic() < until:
                if request.is_cancelled:
                    raise ReindexCancelled("The reindex was cancelled: the index is as it was before.")
            self._library.work(self._library.reindex_gate)
            return self._library.given(self._library.report)
        finally:
            self._one.release()
