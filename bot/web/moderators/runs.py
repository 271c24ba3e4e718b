"""Long work on the index that moderators start on the page: one at a time, with its progress and its result."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from bot.services.audit import audited_by
from bot.services.errors import explain
from bot.services.progress import Run
from bot.text.i18n import gettext, gettext_noop
from bot.views.status import stage_text
from index import Message
from index.domain.activity import report_outcome
from index.domain.snapshots import Preview, ReindexReport
from index.domain.stages import Stage

if TYPE_CHECKING:
    from bot.services.context import Services
    from bot.web.moderators.protected_routes import Visit

__all__ = ["BUSY", "IndexRun", "IndexRuns", "RunKind", "Undo"]

Result = Preview | ReindexReport

BUSY = gettext_noop("Other work on the index goes on: wait until it has ended.")


class RunKind:
    """What a run does."""

    REINDEX = "reindex"
    PREVIEW = "preview"
    PUBLISH = "publish"
    ROLLBACK = "rollback"


@dataclass(frozen=True, slots=True)
class Undo:
    """How to take back a change of a source that a preview shows: its bytes before, empty for none, and after."""

    name: str
    before: bytes
    after: bytes


@dataclass(slots=True)
class IndexRun:
    """A run, and its result once it has ended: a report, or a problem in words; `preview` is the id of a preview.

    `place` is where it was started, from where alone the report's questions are seen.
    """

    kind: str
    place: int
    undo: Undo | None = None
    id: str = field(default_factory=lambda: secrets.token_hex(8))
    run: Run = field(default_factory=lambda: Run(Stage.READING_SOURCES))
    report: ReindexReport | None = None
    preview: str = ""
    problem: str = ""
    over: bool = False

    @property
    def cancellable(self) -> bool:
        """Whether it can be cancelled now."""
        return self.kind in (RunKind.REINDEX, RunKind.PREVIEW) and not self.over and not self.run.cancelled.is_set()

    def progress_text(self) -> str:
        """Return the stage, and how much of it is done."""
        stage, done, total = self.run.progress
        if self.run.cancelled.is_set():
            return gettext("Cancelling")
        return stage_text(stage, done, total)

    def report_for(self, place: int) -> ReindexReport | None:
        """Return the report as a reader of a place may see it: elsewhere without questions that were asked."""
        if self.report is None or place in (0, self.place):
            return self.report
        return replace(self.report, answered=(), regressions=())


class IndexRuns:
    """Of each library the run that goes on, or that ended last."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._last: dict[int | None, IndexRun] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def last(self, visit: Visit) -> IndexRun | None:
        """Return the run of the place's library that goes on or ended last; None if there was none."""
        return self._last.get(self._owner(visit))

    def is_running(self, visit: Visit) -> bool:
        """Whether a run of the page goes on in the place's library."""
        last = self.last(visit)
        return last is not None and not last.over

    def forget(self, visit: Visit) -> None:
        """Show no run any more."""
        self._last.pop(self._owner(visit), None)

    def start(self, visit: Visit, run: IndexRun, action: str, work: Callable[[], Result]) -> bool:
        """Start work in a thread, recorded in the audit; return False, and start nothing, if another run goes on."""
        if self.is_running(visit):
            return False
        self._last[self._owner(visit)] = run
        record = partial(audited_by, visit.library(self._services.libraries), visit.session.user, visit.origin)
        task = asyncio.create_task(self._carry_out(run, partial(record, action, work, _outcome)))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return True

    def _owner(self, visit: Visit) -> int | None:
        return self._services.libraries.owner(visit.guild)

    async def _carry_out(self, run: IndexRun, work: Callable[[], Result]) -> None:
        try:
            async with self._services.builds.turn(run.run):
                with self._services.metrics.reindex():
                    result = await self._services.worker.run(work)
            if isinstance(result, Preview):
                run.preview, run.report = result.id, result.report
            else:
                run.report = result
        except Exception as error:  # whatever it was, the moderator is told
            self._services.metrics.count_error(error)
            run.problem = explain(error, f"{run.kind} from the moderators' page")
        finally:
            run.over = True


def _outcome(result: Result) -> str:
    """Return what came of a run, as the audit keeps it."""
    if isinstance(result, Preview):
        return Message("snapshot {id} is built, not live", id=result.id)
    return report_outcome(result)
