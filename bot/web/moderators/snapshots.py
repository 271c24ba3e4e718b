"""The snapshots that are kept, what differs between one and the live one, and going back."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from aiohttp import web

from bot.services.errors import explain
from bot.services.progress import Run
from bot.text.i18n import gettext, gettext_noop
from bot.web.moderators.protected_routes import HOME, ProtectedRoutes, Visit
from bot.web.moderators.responses import see_other
from bot.web.moderators.runs import BUSY, IndexRun, IndexRuns, RunKind
from index import LibraryError, Message
from index.domain.stages import Stage

if TYPE_CHECKING:
    from bot.services.context import Services
    from index.domain.snapshots import SnapshotInfo

__all__ = ["SnapshotPages"]

SNAPSHOTS = f"{HOME}/snapshots"
NO_SUCH_SNAPSHOT = gettext_noop("There is no such snapshot any more: the list shows those that are kept.")
NOTHING_LIVE = gettext_noop("There is no live snapshot to compare with.")
ALREADY_LIVE = gettext_noop("This snapshot is live already.")


class SnapshotPages:
    """Lists and compares snapshots, and rolls back after a confirmation."""

    def __init__(self, *, protected: ProtectedRoutes, services: Services, runs: IndexRuns) -> None:
        self._protected = protected
        self._services = services
        self._runs = runs

    def routes(self) -> list[web.RouteDef]:
        return [
            self._protected.get("/snapshots", self._show),
            self._protected.get("/snapshots/{id}", self._compare),
            self._protected.post("/snapshots/{id}/rollback", self._roll_back),
        ]

    async def _snapshots(self, visit: Visit) -> Sequence[SnapshotInfo]:
        return await self._services.worker.run(visit.library(self._services.libraries).snapshots)

    async def _show(self, visit: Visit) -> web.StreamResponse:
        return visit.show("snapshots.html", snapshots=await self._snapshots(visit))

    async def _find(self, visit: Visit) -> tuple[SnapshotInfo | None, SnapshotInfo | None]:
        """Return the snapshot of the path, by its whole id, and the live one."""
        snapshots = await self._snapshots(visit)
        wanted = visit.request.match_info["id"]
        found = next((snapshot for snapshot in snapshots if snapshot.id == wanted), None)
        return found, next((snapshot for snapshot in snapshots if snapshot.live), None)

    async def _compare(self, visit: Visit) -> web.StreamResponse:
        """Show what a roll-back would change, and ask for confirmation."""
        snapshot, live = await self._find(visit)
        if snapshot is None:
            visit.session.notice = gettext(NO_SUCH_SNAPSHOT)
            return see_other(SNAPSHOTS)
        diff, problem = None, ""
        if live is None:
            problem = gettext(NOTHING_LIVE)
        else:
            try:
                library = visit.library(self._services.libraries)
                diff = await self._services.worker.run(library.diff, live.id, snapshot.id)
            except LibraryError as error:
                problem = explain(error, "comparing snapshots")
        return visit.show("snapshot.html", snapshot=snapshot, diff=diff, problem=problem)

    async def _roll_back(self, visit: Visit) -> web.StreamResponse:
        snapshot, _ = await self._find(visit)
        if snapshot is None or snapshot.live:
            visit.session.notice = gettext(NO_SUCH_SNAPSHOT) if snapshot is None else gettext(ALREADY_LIVE)
            return see_other(SNAPSHOTS)
        run = IndexRun(RunKind.ROLLBACK, visit.session.place, run=Run(Stage.CHECKING_SNAPSHOT))
        action = Message("rollback {id}", id=snapshot.id)
        work = partial(visit.library(self._services.libraries).rollback, snapshot.id, run.run)
        if not self._runs.start(visit, run, action, work):
            visit.session.notice = gettext(BUSY)
        return see_other(f"{HOME}/reindex")
