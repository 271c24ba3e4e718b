"""What moderators do to the index, with a line in the audit whatever comes of it. The audit is in English."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import discord

from index import LibraryError

if TYPE_CHECKING:
    from index import Library
    from index.inventory import Report

__all__ = ["DIRECT", "audited", "outcome"]

T = TypeVar("T")

DIRECT = "direct message"
"""Where something was done that was done in no server."""


def audited(
    library: Library, interaction: discord.Interaction[Any], what: str, act: Callable[[], T], said: Callable[[T], str]
) -> T:
    """What `act` gives, done and written down; to be called from a thread, so that a line is there even where nobody
    waits for the end any more. `said` makes the outcome of what it gives."""
    guild = interaction.guild_id
    came = "interrupted"
    try:
        done = act()
        came = said(done)
        return done
    except Exception as error:  # whatever it was, the audit has it
        came = _failure(error)
        raise
    finally:
        library.audit(what, came, where=DIRECT if guild is None else str(guild), who=interaction.user.id)


def outcome(report: Report) -> str:
    """A report in a line."""
    changes = report.diff
    counts = {
        "sources added": len(report.added),
        "changed": len(report.changed),
        "removed": len(report.removed),
        "renamed": len(report.renamed),
        "passages added": changes.passages_added if changes else 0,
        "passages removed": changes.passages_removed if changes else 0,
    }
    said = [f"{count} {name}" for name, count in counts.items() if count]
    return f"snapshot {report.snapshot.id} is live: {', '.join(said) or 'nothing changed'}"


def _failure(error: Exception) -> str:
    """What went wrong; of an error that is not fit to show only its kind, for it may quote somebody."""
    name = type(error).__name__
    if name == "ReindexCancelled":
        return "cancelled"
    return f"failed: {error if isinstance(error, LibraryError) else name}"
