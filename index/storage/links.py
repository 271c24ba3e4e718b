"""Files of one snapshot taken over into the next: hard links, or copies where the file system has none."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

__all__ = ["link_or_copy"]

NO_LINKS = (
    *(errno.EXDEV, errno.EPERM, errno.EACCES, errno.EMLINK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS),
    errno.EINVAL,  # what Windows says of a file system without links, and of too many links
)


def link_or_copy(source: Path, target: Path) -> None:
    """Make `target`, which does not exist, the same file as `source`, or a copy; neither may be written to afterwards.

    Raises
    ------
    OSError
        The source cannot be read or the target not be written.
    """
    try:
        os.link(source, target)
    except OSError as error:
        if error.errno not in NO_LINKS:
            raise
        shutil.copyfile(source, target)
