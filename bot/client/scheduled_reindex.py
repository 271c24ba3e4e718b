"""Scheduled reindexes: at an interval, and when the files of the sources changed."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.services.build_queue import BuildQueue
from bot.services.errors import explain, trace
from bot.services.metrics import Metrics
from bot.services.worker import LibraryWorker
from index import Library, LibraryError, Message
from index.domain.activity import SCHEDULE, WATCHER, report_outcome
from index.domain.snapshots import ReindexReport

if TYPE_CHECKING:
    from bot.client.leadership import Leadership

__all__ = ["NEVER", "ReindexSchedule", "ScheduledReindex"]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ReindexSchedule:
    """When to reindex: at an interval, 0 for never, and on changes of source files."""

    interval_seconds: float = 0.0
    on_change: bool = False


NEVER = ReindexSchedule()


class ScheduledReindex:
    """Runs one scheduled reindex at a time, joining one that a moderator started; failures are logged."""

    def __init__(
        self,
        schedule: ReindexSchedule,
        *,
        library: Library,
        worker: LibraryWorker,
        builds: BuildQueue | None = None,
        metrics: Metrics | None = None,
        leadership: Leadership | None = None,
    ) -> None:
        self._schedule = schedule
        self._library = library
        self._worker = worker
        self._builds = builds or BuildQueue(is_needed=False)
        self._metrics = metrics or Metrics()
        self._leadership = leadership
        self._lock = asyncio.Lock()

    def start(self) -> list[asyncio.Task[None]]:
        """Start what the schedule asks for, and return the tasks, to be cancelled at the end."""
        tasks = []
        if self._schedule.interval_seconds > 0:
            tasks.append(asyncio.create_task(self._run_by_interval()))
        if self._schedule.on_change:
            tasks.append(asyncio.create_task(self._run_by_changes()))
        return tasks

    async def _run_by_interval(self) -> None:
        wait = await self._seconds_left()
        while True:
            await asyncio.sleep(wait)
            await self._reindex(SCHEDULE)
            await self._note_run()
            wait = self._schedule.interval_seconds

    async def _seconds_left(self) -> float:
        """Return in how many seconds the next reindex is due, counted from the last one of an earlier leader."""
        interval, last = self._schedule.interval_seconds, None
        try:
            last = await self._leadership.last_run() if self._leadership else None
        except LibraryError as error:
            log.warning("When the last scheduled reindex was is not known: %s", error.log_message)
        if last is None:
            await self._note_run()
            return interval
        return min(interval, max(0.0, interval - (datetime.now(UTC) - last).total_seconds()))

    async def _note_run(self) -> None:
        try:
            if self._leadership:
                await self._leadership.note_run(datetime.now(UTC))
        except (LibraryError, OSError) as error:
            log.warning("A later leader may reindex early: %s", trace(error))

    async def _run_by_changes(self) -> None:
        """Reindex when files changed; changes while no bot ran are found as soon as the sources are watched."""
        changed = asyncio.Event()
        loop = asyncio.get_running_loop()

        def notify() -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(changed.set)

        stop = self._library.watch(notify)
        try:
            while True:
                await changed.wait()
                changed.clear()  # before the status is read, so that a later change is not missed
                await self._reindex(WATCHER, only_if_stale=True)
        finally:
            stop()

    async def _reindex(self, trigger: str, *, only_if_stale: bool = False) -> None:
        """Reindex; log and audit the result."""
        async with self._lock:
            try:
                async with self._builds.turn():
                    report = await self._worker.run(self._reindex_audited, trigger, only_if_stale)
                if report:
                    log.info("Reindexed by the %s: %s", trigger, report_outcome(report))
            except LibraryError as error:
                self._metrics.count_error(error)
                log.warning("The reindex by the %s failed: %s", trigger, error.log_message)
            except Exception as error:  # whatever it was, the bot serves on
                self._metrics.count_error(error)
                explain(error, f"reindexing by the {trigger}")

    def _reindex_audited(self, trigger: str, only_if_stale: bool) -> ReindexReport | None:
        """Reindex, in a thread; return None without an audit entry if the index fits the sources."""
        with self._library.audited(Message("reindex"), origin=trigger) as line:
            if only_if_stale and not self._library.status().stale:
                line.outcome = ""
                return None
            with self._metrics.reindex():
                report = self._library.reindex()
            line.outcome = report_outcome(report)
        return report
