"""Write errors of the index's folder, explained: a full disk, a read-only one, a missing one."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from index.domain.errors import IndexUnwritable
from index.domain.messages import Message, system_message

__all__ = ["explain_write_errors"]

DISK_FULL = Message("the disk is full: make room there")
NO_PERMISSION = Message("this program may not write there: give it the right, or set INDEX_DIR to a folder of its own")
NOT_A_FOLDER = Message("it is no folder: set INDEX_DIR to one")
REASONS = {
    errno.ENOSPC: DISK_FULL,
    errno.EDQUOT: DISK_FULL,
    errno.EROFS: NO_PERMISSION,
    errno.EACCES: NO_PERMISSION,
    errno.EPERM: NO_PERMISSION,
    errno.ENOTDIR: NOT_A_FOLDER,
    errno.EEXIST: NOT_A_FOLDER,
}

NOT_THE_DISK = (errno.ENOMEM, errno.EAGAIN, errno.EMFILE, errno.ENFILE)
"""Errors that are not about a disk: memory, processes, open files."""


@contextmanager
def explain_write_errors(index: Path) -> Iterator[None]:
    """Raise IndexUnwritable, with a sentence that says what to do, if the block raises OSError.

    An error about a file elsewhere, or not about a disk, is left as it is.
    """
    try:
        yield
    except OSError as error:
        if error.errno in NOT_THE_DISK or (error.filename and not Path(str(error.filename)).is_relative_to(index)):
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
