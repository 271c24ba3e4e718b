"""The audit: a line for everything that is done to the index, however it ends."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.domain.activity import error_outcome
from index.domain.errors import JournalUnavailable
from index.domain.messages import Message

if TYPE_CHECKING:
    from index.journal.journal import Journal

__all__ = ["AuditLine", "audited"]

log = logging.getLogger(__name__)


@dataclass
class AuditLine:
    """A line that is being written: `outcome` is how the act ended; without one there is no line."""

    outcome: str


@contextmanager
def audited(journal: Journal, action: str, *, origin: str, user: int | None = None) -> Iterator[AuditLine]:
    """Record what the block does, also if it fails or is interrupted.

    The block sets the line's outcome once the act is done. `user` is None if no person acts. If the journal cannot be
    written the missing line is logged, and nothing else fails with it.
    """
    line = AuditLine(Message("interrupted"))
    try:
        yield line
    except Exception as error:  # recorded, and raised on
        line.outcome = error_outcome(error)
        raise
    finally:
        if line.outcome:
            try:
                journal.add_audit_entry(user=user, origin=origin, action=action, outcome=line.outcome)
            except JournalUnavailable as error:
                lacking = (action, line.outcome, user, origin)
                log.warning("The audit lacks a line (%s, %s, by %s from %s): %s", *lacking, error)
