"""Pages of the moderators: templates filled in the reader's language, and the headers that all of them carry."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from aiohttp import hdrs, web

from bot.text.i18n import format_number, gettext, gettext_noop
from bot.text.index_messages import translate
from bot.views.audit import PLACES
from bot.views.gaps import WHY
from bot.views.snapshot_names import snapshot_letters
from bot.views.status import STAGES
from bot.web.templating import make_environment

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["notice_page", "page", "see_other"]

SNAPSHOT_ID = re.compile(r"\b(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)\d{8}Z-([0-9a-f]{4})[0-9a-f]{4}\b")

HEADERS = {hdrs.CACHE_CONTROL: "no-store"}

RESULTS: dict[str, str] = {
    "reindex": gettext_noop("The index is rebuilt"),
    "preview": gettext_noop("This is a preview: nothing of it is live yet"),
    "publish": gettext_noop("The preview is live"),
    "rollback": gettext_noop("Rolled back: questions are answered from this snapshot now"),
    "failed": gettext_noop("Nothing was changed"),
}
"""Headings above the result of a run."""


def page(template: str, *, status: int = 200, **values: object) -> web.Response:
    """Return a page from a template of the moderators' folder."""
    text = _environment().get_template(f"moderators/{template}").render(values)
    return web.Response(text=text, status=status, content_type="text/html", headers=HEADERS)


def notice_page(text: str, *, status: int = 200, **values: object) -> web.Response:
    """Return a page that says one thing."""
    return page("notice.html", status=status, text=text, **values)


def see_other(path: str) -> web.Response:
    """Return a redirect to a page of ours, after a form; `path` is never taken from a request."""
    return web.Response(status=303, headers={hdrs.LOCATION: path, **HEADERS})


@cache
def _environment() -> Environment:
    environment = make_environment()
    environment.filters.update(
        letters=snapshot_letters,
        number=format_number,
        place=_place,
        result=_result,
        snapshots=_name_snapshots,
        stage=_stage,
        translated=translate,
        why=_why,
    )
    return environment


def _name_snapshots(text: str) -> str:
    """Return a text with the time and the first letters of each snapshot in place of its id."""
    return SNAPSHOT_ID.sub(lambda match: f"{match[1]}-{match[2]}-{match[3]} {match[4]}:{match[5]} ({match[6]})", text)


def _place(origin: str) -> str:
    """Return where something was done: a place outside any server, or a server's id."""
    return gettext(PLACES[origin]) if origin in PLACES else origin


def _result(kind: str) -> str:
    return gettext(RESULTS[kind])


def _stage(stage: str) -> str:
    return gettext(STAGES[stage]) if stage in STAGES else stage


def _why(reason: str) -> str:
    return gettext(WHY[reason]) if reason in WHY else reason
