"""Errors as replies, and as log lines that hold nothing a user wrote."""

from __future__ import annotations

import logging
import traceback
from pathlib import PurePath

from discord import HTTPException, app_commands, ui

from bot.request_ids import begin_request, current_request
from bot.text.i18n import gettext, gettext_noop
from bot.text.index_messages import translate
from bot.views.times import utc_text
from index import LibraryError
from index.domain.errors import IndexMismatch, JournalUnavailable, NoIndex, ReindexRunning

__all__ = ["Refused", "cause_of", "explain", "trace"]

log = logging.getLogger(__name__)

COMMAND_CHANGED = gettext_noop("This command has changed. Please try again in a minute; restarting Discord helps too.")

SHORT_TEXTS: dict[type[LibraryError], str] = {
    NoIndex: gettext_noop(
        "I have no index to answer from: it could not be built. /status says why; a moderator or the bot's owner can "
        "try again with /reindex."
    ),
    IndexMismatch: gettext_noop("The index does not fit this program: a moderator can build it anew with /reindex."),
    JournalUnavailable: gettext_noop(
        "What was asked before can't be read or written just now. The bot's log says why."
    ),
}
"""Short texts for members, by the error's exact class; the index's own are longer, and meant for a shell."""


RUNNING_SINCE = gettext_noop("A reindex is already running, since {time}: wait until it is done.")


class Refused(Exception):
    """A request that is not carried out; `view` tells the user why."""

    def __init__(self, view: ui.LayoutView) -> None:
        super().__init__("refused")
        self.view = view


def explain(error: BaseException, doing: str) -> str:
    """Return the sentence to show for an error.

    An unexpected error is logged under the id of its request, which the sentence names. `doing` is for the log.
    """
    cause = cause_of(error)
    if isinstance(cause, LibraryError):
        if isinstance(cause, JournalUnavailable) or cause.log_detail:  # the path in it is for the log only
            log.warning("Failed while %s: %s", doing, cause.log_message)
        if isinstance(cause, ReindexRunning) and cause.since:
            return gettext(RUNNING_SINCE, time=utc_text(cause.since))
        short = SHORT_TEXTS.get(type(cause))
        return gettext(short) if short else translate(cause.message)
    if isinstance(cause, app_commands.CommandNotFound | app_commands.CommandSignatureMismatch):
        log.warning("A command came that this program does not have: Discord may still hold older ones")
        return gettext(COMMAND_CHANGED)
    incident = current_request() or begin_request()
    log.error("Incident %s while %s: %s", incident, doing, trace(cause))
    return gettext(
        "Something went wrong on my side. Please try again; if it happens again, tell the bot's owner: "
        "incident {incident}.",
        incident=incident,
    )


def cause_of(error: BaseException) -> BaseException:
    """Return the error that a command raised, without discord.py's wrapper."""
    return error.original if isinstance(error, app_commands.CommandInvokeError) else error


def trace(error: BaseException) -> str:
    """Return an error's class and stack, and those of its cause, in a line for the log.

    The message is left out: it may quote a question, a private message or a URL with a token in it.
    """
    frames = traceback.extract_tb(error.__traceback__)
    places = " > ".join(f"{PurePath(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames[-8:])
    code = f" {error.status}/{error.code}" if isinstance(error, HTTPException) else ""
    cause = error.__cause__ or error.__context__
    after = f", after {trace(cause)}" if cause is not None and cause is not error else ""
    return f"{type(error).__name__}{code} at {places or 'no place'}{after}"
