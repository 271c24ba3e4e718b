"""The first build of the index: done at the start if there is none, and what questions are told meanwhile."""

from __future__ import annotations

import logging
import threading

from bot.services.metrics import Metrics
from bot.text.i18n import gettext, gettext_noop
from index import Library, LibraryError, Message
from index.domain.activity import START, report_outcome
from index.domain.errors import ReindexCancelled
from index.domain.stages import Stage

__all__ = ["FirstBuild"]

log = logging.getLogger(__name__)

SHARES: dict[str, tuple[int, int]] = {
    Stage.LOADING_MODEL: (0, 5),
    Stage.READING_SOURCES: (5, 40),
    Stage.EMBEDDING_PASSAGES: (40, 90),
    Stage.WRITING_SNAPSHOT: (90, 93),
    Stage.CHECKING_SUGGESTIONS: (93, 96),
    Stage.LOADING_INDEX: (96, 99),
}
"""From which to which percentage of a build its longer stages go, about as long as they take."""

LOG_STEP = 10
"""Percent between two lines of the log."""

WAIT_SECONDS = 3_600.0
"""How long to wait for another process that builds."""

STILL_READING = gettext_noop("I am still reading the sources: {percent} %. Please ask again in a minute.")


class FirstBuild:
    """Builds the index if there is none; its percentage rises from 0 to 100. Called with its progress from a thread.

    `is_pending` says that there may be no index and that it is not built yet, `is_running` that it is being built.
    `failure` is why it could not be built; None before, meanwhile and if it was.
    """

    def __init__(self, library: Library, metrics: Metrics | None = None) -> None:
        self._library = library
        self._metrics = metrics or Metrics()
        self._logged = 0
        self.percent = 0
        self.is_pending = True
        self.is_running = False
        self.failure: LibraryError | None = None
        self.cancelled = threading.Event()

    def run(self) -> None:
        """Build the index and make it live, in the caller's thread. Raises LibraryError."""
        log.info("There is no index yet: building it from the sources")
        self.is_running = True
        try:
            with self._metrics.reindex(), self._library.audited(Message("reindex"), origin=START) as line:
                report = self._library.reindex(self, cancelled=self.cancelled, wait=WAIT_SECONDS)
                line.outcome = report_outcome(report)
        except ReindexCancelled:
            raise
        except LibraryError as error:
            self.failure = error
            log.error(
                "The index could not be built: %s The bot stays up; mend that, then use /reindex or run "
                "`python -m index reindex`.",
                error.log_message,
            )
            raise
        except Exception:  # kept for who asks, and raised on
            self.failure = LibraryError(Message("The bot's log says why."))
            raise
        finally:
            self.is_pending = self.is_running = False
        log.info("The index is built: %s", report_outcome(report))

    def refusal(self) -> str:
        """Return what to say to a question while there is no index because it is being built; else nothing."""
        running = self._library.running()
        if running and not self.is_pending:  # a moderator tries again
            self(running.stage, running.done, running.total)
        if not (self.is_pending or running):
            return ""
        return gettext(STILL_READING, percent=self.percent)

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Take the progress of a build."""
        start, end = SHARES.get(stage, (self.percent, self.percent))
        reached = start + (end - start) * done // total if total > 0 else start
        self.percent = max(self.percent, min(reached, end))
        if self.percent >= self._logged + LOG_STEP:
            self._logged = self.percent - self.percent % LOG_STEP
            log.info("Building the index: %s, %d %%", stage, self.percent)
