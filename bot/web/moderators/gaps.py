"""Gaps by theme, and answers that moderators write to them."""

from __future__ import annotations

import hashlib
from functools import partial
from typing import TYPE_CHECKING

from aiohttp import web

from bot.services.audit import audited_by
from bot.text.i18n import gettext, gettext_noop, ngettext
from bot.text.index_messages import translate
from bot.web.moderators.faq import (
    FAQ_FILE,
    MOST_ANSWER,
    MOST_QUESTION,
    AnswerRejected,
    add_section,
    section_of,
)
from bot.web.moderators.protected_routes import HOME, ProtectedRoutes, Visit
from bot.web.moderators.reindex import start_preview
from bot.web.moderators.responses import see_other
from bot.web.moderators.runs import IndexRuns, Undo
from index import LibraryError, Message
from index.domain.sources import UploadOutcome, UploadResult

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.services.context import Services
    from index.domain.activity import Theme

__all__ = ["GapPages"]

GAPS = f"{HOME}/gaps"
PER_PAGE = 20
NO_SUCH_THEME = gettext_noop("That theme is no longer open: somebody solved it, or its questions were deleted.")
BUSY = gettext_noop(
    "Other work on the index goes on: wait until it has ended, then send this again. Nothing was written."
)
CHANGED = gettext_noop("{file} was changed by somebody else meanwhile: look at the preview again.")
OUTCOMES: dict[str, str] = {
    UploadOutcome.ADDED: Message("added"),
    UploadOutcome.REPLACED: Message("replaced"),
    UploadOutcome.EXISTS: "",
}


class GapPages:
    """Lists and solves gaps, and adds answers to the file of frequently asked questions."""

    def __init__(self, *, protected: ProtectedRoutes, services: Services, runs: IndexRuns) -> None:
        self._protected = protected
        self._services = services
        self._runs = runs

    def routes(self) -> list[web.RouteDef]:
        return [
            self._protected.get("/gaps", self._show),
            self._protected.post("/gaps/solve", self._solve),
            self._protected.get("/answer", self._write),
            self._protected.post("/answer", self._preview),
            self._protected.post("/answer/save", self._save),
        ]

    async def _themes(self, visit: Visit) -> Sequence[Theme]:
        library = visit.library(self._services.libraries)
        return await self._services.worker.run(library.gaps.themes, visit.session.scope)

    async def _show(self, visit: Visit) -> web.StreamResponse:
        themes = await self._themes(visit)
        pages = max(1, -(-len(themes) // PER_PAGE))
        number = visit.number("page", 1, pages)
        shown = themes[(number - 1) * PER_PAGE : number * PER_PAGE]
        return visit.show("gaps.html", themes=shown, count=len(themes), number=number, more=number < pages)

    async def _solve(self, visit: Visit) -> web.StreamResponse:
        """Mark the theme that holds an answer as solved."""
        answer = visit.form.get("answer", "")
        theme = next((theme for theme in await self._themes(visit) if answer in theme.ids), None)
        if theme is None:
            visit.session.notice = gettext(NO_SUCH_THEME)
        else:
            solve = visit.library(self._services.libraries).journal.solve
            await self._services.worker.run(solve, theme.ids, user=visit.session.user)
            visit.session.notice = ngettext(
                "Solved: {number} question.", "Solved: {number} questions.", len(theme.gaps)
            )
        return see_other(GAPS)

    async def _write(self, visit: Visit) -> web.StreamResponse:
        """Show a form for an answer, with the question of the theme that holds an answer."""
        gap = visit.request.query.get("gap", "")
        theme = next((theme for theme in await self._themes(visit) if gap and gap in theme.ids), None)
        question = theme.gaps[0].question if theme else ""
        return self._form(visit, question, "", theme=theme)

    def _form(
        self, visit: Visit, question: str, answer: str, *, theme: Theme | None = None, problem: str = ""
    ) -> web.Response:
        return visit.show(
            "answer.html",
            status=400 if problem else 200,
            question=question,
            answer=answer,
            theme=theme,
            problem=problem,
            file=FAQ_FILE,
            most_question=MOST_QUESTION,
            most_answer=MOST_ANSWER,
        )

    async def _preview(self, visit: Visit) -> web.StreamResponse:
        """Show what would be added to the file; nothing is written."""
        question, answer = visit.form.get("question", ""), visit.form.get("answer", "")
        if "change" in visit.form:
            return self._form(visit, question, answer)
        try:
            section, before, _ = await self._change(visit, question, answer)
        except (AnswerRejected, LibraryError) as error:
            return self._form(visit, question, answer, problem=_problem_of(error))
        return visit.show(
            "answer_preview.html",
            question=question,
            answer=answer,
            section=section,
            file=FAQ_FILE,
            new=not before,
            digest=_digest(before),
        )

    async def _change(self, visit: Visit, question: str, answer: str) -> tuple[str, bytes, bytes]:
        """Return the section, and the file before and after it is added; the file's name and size are checked."""
        section = section_of(question, answer)
        sources, worker = visit.library(self._services.libraries).sources, self._services.worker
        before = await worker.run(sources.read, FAQ_FILE) or b""
        after = add_section(before, section)
        await worker.run(sources.check, FAQ_FILE, len(after))
        return section, before, after

    async def _save(self, visit: Visit) -> web.StreamResponse:
        """Write the file, through the checks of every upload, and build a preview of the index with it."""
        question, answer = visit.form.get("question", ""), visit.form.get("answer", "")
        if self._runs.is_running(visit):
            return self._form(visit, question, answer, problem=gettext(BUSY))
        try:
            _, before, after = await self._change(visit, question, answer)
            if visit.form.get("digest") != _digest(before):
                return self._form(visit, question, answer, problem=gettext(CHANGED, file=FAQ_FILE))
            await self._services.worker.run(self._add, visit, before, after)
        except (AnswerRejected, LibraryError) as error:
            return self._form(visit, question, answer, problem=_problem_of(error))
        start_preview(self._services, self._runs, visit, Undo(FAQ_FILE, before, after))
        return see_other(f"{HOME}/reindex")

    def _add(self, visit: Visit, before: bytes, after: bytes) -> UploadResult:
        """Add the file, in a thread, recorded in the audit."""
        library = visit.library(self._services.libraries)
        add = partial(library.sources.add, FAQ_FILE, after, replace=True, expected=before)
        action = Message("source add {name}", name=FAQ_FILE)
        return audited_by(
            library, visit.session.user, visit.origin, action, add, lambda result: OUTCOMES[result.outcome]
        )


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _problem_of(error: AnswerRejected | LibraryError) -> str:
    return translate(error.message) if isinstance(error, LibraryError) else str(error)
