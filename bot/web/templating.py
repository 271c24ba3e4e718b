"""HTML of the web pages from templates, in the reader's language."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from bot.text.i18n import current_language, format_number, gettext, language_codes, ngettext, pgettext

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["STATIC", "language_of", "make_environment", "render", "static_url"]

STATIC = Path(__file__).parent / "static"
TEMPLATES = Path(__file__).parent / "templates"
HASH_LENGTH = 12


def render(name: str, /, **values: object) -> str:
    """Return the HTML of a template in the current language; every value is escaped."""
    return _environment().get_template(name).render(**values)


@cache
def static_url(name: str) -> str:
    """Return the path of a file of `static`, with a hash of its content, so that it may be cached for good."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:HASH_LENGTH]
    stem, _, suffix = name.rpartition(".")
    return f"/static/{stem}.{digest}.{suffix}"


def language_of(accept_language: str) -> str:
    """Return the first language that a browser prefers and the bot speaks; empty for English."""
    wanted: list[tuple[float, int, str]] = []
    for place, part in enumerate(accept_language.split(",")[:10]):
        tag, _, quality = part.strip().partition(";q=")
        try:
            wanted.append((-float(quality or 1), place, tag.strip()[:35]))
        except ValueError:
            continue
    known = language_codes()
    return next((tag for _, _, tag in sorted(wanted) if tag.partition("-")[0].lower() in known), "")


def make_environment() -> Environment:
    """Return Jinja's environment for the templates, whose texts are in the current language."""
    # Imported here: a bot without a web server renders nothing.
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals.update(
        gettext=gettext,
        ngettext=ngettext,
        pgettext=pgettext,
        language=lambda: current_language().code,
        number=format_number,
        static_url=static_url,
    )
    environment.filters["when"] = _when
    return environment


@cache
def _environment() -> Environment:
    return make_environment()


def _when(moment: datetime) -> str:
    """Return a moment in UTC: "2026-11-27 13:50 UTC"."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
