"""The one place that turns errors into replies, and into log lines that hold nothing a person wrote."""

from __future__ import annotations

import logging
import secrets
import traceback
from pathlib import PurePath

from discord import HTTPException, app_commands

from bot.text.i18n import gettext, gettext_noop
from bot.text.index_messages import translate
from index import LibraryError

__all__ = ["cause_of", "explain", "trace"]

log = logging.getLogger(__name__)

CHANGED = gettext_noop("This command has changed. Please try again in a minute; restarting Discord helps too.")

IN_SHORT = {
    "NoIndex": gettext_noop("There is no index yet: a moderator can build it with /reindex."),
    "IndexMismatch": gettext_noop("The index does not fit this program: a moderator can build it anew with /reindex."),
    "JournalUnavailable": gettext_noop(
        "What was asked before can't be read or written just now. The bot's log says why."
    ),
}
"""What the index says at more length, and to whoever types commands in a shell, in short for members; by the error's
name."""

FOR_THE_LOG = frozenset({"JournalUnavailable"})
"""What says where a file is: that is for who runs the bot, and nobody who asks."""


def explain(error: BaseException, doing: str) -> str:
    """The sentence to show for `error`; one that is not fit to show is logged, under an id that the sentence names."""
    cause = cause_of(error)
    if isinstance(cause, LibraryError):
        name = type(cause).__name__
        if name in FOR_THE_LOG or cause.log_detail:
            log.warning("Failed while %s: %s", doing, cause.log_message)
        return gettext(IN_SHORT[name]) if name in IN_SHORT else translate(cause.message)
    if isinstance(cause, app_commands.CommandNotFound | app_commands.CommandSignatureMismatch):
        log.warning("A command came that this program does not have: Discord may still hold older ones")
        return gettext(CHANGED)
    incident = secrets.token_hex(4)
    log.error("Incident %s while %s: %s", incident, doing, trace(cause))
    return gettext(
        "Something went wrong on my side. Please try again; if it happens again, tell the bot's owner: "
        "incident {incident}.",
        incident=incident,
    )


def cause_of(error: BaseException) -> BaseException:
    """The error that a command's own error was made from."""
    return error.original if isinstance(error, app_commands.CommandInvokeError) else error


def trace(error: BaseException) -> str:
    """An error's class and where it came from, and the same of its cause.

    Its message is left out: it may quote a question, a private message or an address with a token in it.
    """
    frames = traceback.extract_tb(error.__traceback__)
    places = " > ".join(f"{PurePath(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames[-8:])
    code = f" {error.status}/{error.code}" if isinstance(error, HTTPException) else ""
    before = error.__cause__ or error.__context__
    after = f", after {trace(before)}" if before is not None and before is not error else ""
    return f"{type(error).__name__}{code} at {places or 'no place'}{after}"
