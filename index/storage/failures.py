"""Files written so that what the disk refuses is told: a full one, a read-only one, one that is gone."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from index.domain.errors import IndexUnwritable
from index.domain.messages import Message, system_message

__all__ = ["explain_write_errors"]

FULL = Message("the disk is full: make room there")
NO_RIGHT = Message("this program may not write there: give it the right, or set INDEX_DIR to a folder of its own")
NO_FOLDER = Message("it is no folder: set INDEX_DIR to one")
REASONS = {
    errno.ENOSPC: FULL,
    errno.EDQUOT: FULL,
    errno.EROFS: NO_RIGHT,
    errno.EACCES: NO_RIGHT,
    errno.EPERM: NO_RIGHT,
    errno.ENOTDIR: NO_FOLDER,
    errno.EEXIST: NO_FOLDER,
}

ELSEWHERE = (errno.ENOMEM, errno.EAGAIN, errno.EMFILE, errno.ENFILE)
"""What the system lacks that is no room on a disk: memory, processes, open files."""


@contextmanager
def explain_write_errors(index: Path) -> Iterator[None]:
    """Raises IndexUnwritable, a sentence that says what to do, where the block raises OSError.

    One that names a file elsewhere, or is no matter of a disk, is left as it is.
    """
    try:
        yield
    except OSError as error:
        if error.errno in ELSEWHERE or (error.filename and not Path(str(error.filename)).is_relative_to(index)):
            raise
        why = REASONS.get(error.errno or 0) or Message(
            "{why}: see to the disk", why=system_message(error) or str(error)
        )
        raise IndexUnwritable(
            Message(
                "The index can't be written to its folder, {why}, then reindex. The index is as it was before.", why=why
            ),
            log_detail=f"It is {index}.",
        ) from error
