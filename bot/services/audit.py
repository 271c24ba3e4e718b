"""What moderators do to the index, with a line in the audit whatever comes of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from bot.services.interactions import Interaction
from index import Library, LibraryError, Message
from index.domain.activity import DIRECT
from index.domain.errors import ReindexCancelled

if TYPE_CHECKING:
    from index.domain.snapshots import ReindexReport

__all__ = ["audited", "failure", "outcome"]

T = TypeVar("T")


def audited(library: Library, interaction: Interaction, what: str, act: Callable[[], T], said: Callable[[T], str]) -> T:
    """What `act` gives, done and written down; to be called from a thread, so that a line is there even where nobody
    waits for the end any more. `said` makes the outcome of what it gives."""
    guild = interaction.guild_id
    came: str = Message("interrupted")
    try:
        done = act()
        came = said(done)
        return done
    except Exception as error:  # whatever it was, the audit has it
        came = failure(error)
        raise
    finally:
        library.audit(what, came, where=DIRECT if guild is None else str(guild), who=interaction.user.id)


def outcome(report: ReindexReport) -> Message:
    """A report in a line."""
    changes = report.diff
    counted = (
        Message("sources added: {count}", count=len(report.added)),
        Message("sources changed: {count}", count=len(report.changed)),
        Message("sources removed: {count}", count=len(report.removed)),
        Message("sources renamed: {count}", count=len(report.renamed)),
        Message("sources skipped: {count}", count=len(report.skipped)),
        Message("passages added: {count}", count=changes.passages_added if changes else 0),
        Message("passages removed: {count}", count=changes.passages_removed if changes else 0),
    )
    told = tuple(one for one in counted if one.values["count"]) or (Message("nothing changed"),)
    return Message("snapshot {id} is live; {changes}", id=report.snapshot.id, changes=told)


def failure(error: Exception) -> Message:
    """What went wrong, for the audit; of an error that is not fit to show only its kind, for it may quote somebody."""
    if isinstance(error, ReindexCancelled):
        return Message("cancelled")
    why = error.message if isinstance(error, LibraryError) else type(error).__name__
    return Message("failed: {why}", why=why)
