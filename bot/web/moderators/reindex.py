"""Reindex and preview, with live progress, and what they changed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from aiohttp import hdrs, web

from bot.services.audit import audited_by
from bot.text.i18n import gettext, gettext_noop
from bot.text.index_messages import translate
from bot.web.moderators.oauth import DiscordUnavailable
from bot.web.moderators.protected_routes import HOME, ProtectedRoutes, Visit
from bot.web.moderators.responses import see_other
from bot.web.moderators.runs import BUSY, IndexRun, IndexRuns, RunKind, Undo
from index import LibraryError, Message
from index.domain.errors import SourceRejected
from index.domain.snapshots import ReindexReport

if TYPE_CHECKING:
    from bot.services.context import Services

__all__ = ["ReindexPages", "start_preview"]

REINDEX = f"{HOME}/reindex"
LOOK_EVERY_SECONDS = 0.5
STILL_THERE_SECONDS = 15.0
LONGEST_STREAM_SECONDS = 15 * 60.0
"""A browser opens the stream anew after it."""
MOST_STREAMS = 20

NOT_RUNNING = gettext_noop("This reindex is no longer running.")
GONE = gettext_noop("This preview is no longer there.")
DISCARDED = gettext_noop("The preview is discarded: the index is as it was.")
TAKEN_BACK = gettext_noop("The preview is discarded, and {file} is as it was before.")
NOT_TAKEN_BACK = gettext_noop("The preview is discarded, but {file} was changed since, and stays as it is.")
PREVIEW_BUSY = gettext_noop("The file is written. Other work on the index goes on: start a preview once it has ended.")


def start_preview(services: Services, runs: IndexRuns, visit: Visit, undo: Undo | None = None) -> bool:
    """Start to build a preview; False, with a notice, if other work goes on."""
    run = IndexRun(RunKind.PREVIEW, visit.session.place, undo)
    library = visit.library(services.libraries)
    work = partial(library.preview, run.run, scope=visit.session.scope, cancelled=run.run.cancelled)
    started = runs.start(visit, run, Message("preview"), work)
    if not started:
        visit.session.notice = gettext(PREVIEW_BUSY) if undo else gettext(BUSY)
    return started


class ReindexPages:
    """Starts and cancels work on the index, shows how far it is, and makes a preview live or discards it."""

    def __init__(self, *, protected: ProtectedRoutes, services: Services, runs: IndexRuns) -> None:
        self._protected = protected
        self._services = services
        self._runs = runs
        self._streams = 0

    def routes(self) -> list[web.RouteDef]:
        return [
            self._protected.get("/reindex", self._show, renew=False),
            self._protected.get("/reindex/events", self._stream, renew=False),
            self._protected.post("/reindex", self._reindex),
            self._protected.post("/reindex/preview", self._preview),
            self._protected.post("/reindex/cancel", self._cancel),
            self._protected.post("/reindex/publish", self._publish),
            self._protected.post("/reindex/discard", self._discard),
        ]

    async def _show(self, visit: Visit) -> web.StreamResponse:
        """Show the run that goes on or ended last, else what a reindex would do."""
        run, library = self._runs.last(visit), visit.library(self._services.libraries)
        status = await self._services.worker.run(library.status) if run is None or run.over else None
        report = run.report_for(visit.session.place) if run is not None else None
        return visit.show("reindex.html", run=run, report=report, index=status, elsewhere=self._elsewhere(visit))

    def _elsewhere(self, visit: Visit) -> str:
        """Return the stage of a reindex that was started on Discord or by the schedule; empty if none runs."""
        running = visit.library(self._services.libraries).running()
        return running.stage if running is not None and not self._runs.is_running(visit) else ""

    async def _reindex(self, visit: Visit) -> web.StreamResponse:
        library, session = visit.library(self._services.libraries), visit.session
        run = IndexRun(RunKind.REINDEX, session.place)
        work = partial(library.reindex, run.run, scope=session.scope, cancelled=run.run.cancelled)
        return self._start(visit, run, Message("reindex"), work)

    async def _preview(self, visit: Visit) -> web.StreamResponse:
        start_preview(self._services, self._runs, visit)
        return see_other(REINDEX)

    async def _publish(self, visit: Visit) -> web.StreamResponse:
        """Make the preview of the page live."""
        library, last = visit.library(self._services.libraries), self._runs.last(visit)
        preview = visit.form.get("preview", "")
        if last is None or not preview or last.preview != preview:
            visit.session.notice = gettext(GONE)
            return see_other(REINDEX)
        run = IndexRun(RunKind.PUBLISH, visit.session.place)
        work = partial(library.publish, preview, run.run, scope=visit.session.scope)
        return self._start(visit, run, Message("preview {id} made live", id=preview), work)

    def _start(self, visit: Visit, run: IndexRun, action: str, work: Callable[[], ReindexReport]) -> web.Response:
        if not self._runs.start(visit, run, action, work):
            visit.session.notice = gettext(BUSY)
        return see_other(REINDEX)

    async def _cancel(self, visit: Visit) -> web.StreamResponse:
        run = self._runs.last(visit)
        if run is None or run.id != visit.form.get("run") or not run.cancellable:
            visit.session.notice = gettext(NOT_RUNNING)
        else:
            run.run.cancelled.set()
        return see_other(REINDEX)

    async def _discard(self, visit: Visit) -> web.StreamResponse:
        """Discard the preview of the page; if asked to, take back the change of a source that it shows."""
        last = self._runs.last(visit)
        preview = visit.form.get("preview", "")
        if last is None or not preview or last.preview != preview:
            visit.session.notice = gettext(GONE)
            return see_other(REINDEX)
        library, user = visit.library(self._services.libraries), visit.session.user
        action, result = Message("preview {id}", id=preview), Message("discarded")
        discard = partial(library.discard, preview)
        await self._services.worker.run(audited_by, library, user, visit.origin, action, discard, lambda _: result)
        self._runs.forget(visit)
        visit.session.notice = gettext(DISCARDED)
        if last.undo is not None and "undo" in visit.form:
            visit.session.notice = await self._take_back(visit, last.undo)
        return see_other(REINDEX)

    async def _take_back(self, visit: Visit, undo: Undo) -> str:
        """Give a source its bytes from before, unless it was changed since; return what came of it."""
        library = visit.library(self._services.libraries)
        sources = library.sources

        def restore() -> str:
            if (sources.read(undo.name) or b"") != undo.after:
                raise SourceRejected(undo.name, Message("was changed by somebody else meanwhile: look at it again"))
            if undo.before:
                sources.add(undo.name, undo.before, replace=True, expected=undo.after)
                return Message("replaced")
            sources.remove(undo.name)
            return Message("removed")

        action = Message("source add {name}", name=undo.name)
        if not undo.before:
            action = Message("source remove {name}", name=undo.name)
        try:
            await self._services.worker.run(
                audited_by, library, visit.session.user, visit.origin, action, restore, str_of
            )
        except SourceRejected:
            return gettext(NOT_TAKEN_BACK, file=undo.name)
        except LibraryError as error:
            return translate(error.message)
        return gettext(TAKEN_BACK, file=undo.name)

    async def _stream(self, visit: Visit) -> web.StreamResponse:
        """Send the progress as server-sent events until the run has ended or the session has."""
        if self._streams >= MOST_STREAMS:
            raise web.HTTPServiceUnavailable
        headers = {hdrs.CONTENT_TYPE: "text/event-stream", hdrs.CACHE_CONTROL: "no-store"}
        response = web.StreamResponse(headers=headers)
        self._streams += 1
        try:
            await response.prepare(visit.request)
            await self._send_events(visit, response)
        except ConnectionError:  # the browser went
            pass
        finally:
            self._streams -= 1
        return response

    async def _send_events(self, visit: Visit, response: web.StreamResponse) -> None:
        clock = asyncio.get_running_loop().time
        began = spoke = clock()
        before = ""
        while clock() - began < LONGEST_STREAM_SECONDS:
            try:
                allowed = await self._protected.check(visit.request, renew=False) is not None
            except DiscordUnavailable:
                allowed = False
            run = self._runs.last(visit)
            if not allowed or run is None or run.over:
                await response.write(b"event: end\ndata: {}\n\n")
                return
            _, done, total = run.run.progress
            now = json.dumps({"text": run.progress_text(), "done": done, "total": total})
            if now != before or clock() - spoke > STILL_THERE_SECONDS:
                before, spoke = now, clock()
                await response.write(f"data: {now}\n\n".encode())
            await asyncio.sleep(LOOK_EVERY_SECONDS)


def str_of(text: str) -> str:
    """Return a text as it is, for the audit."""
    return text
