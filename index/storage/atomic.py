"""Atomic writes: a file has its old content or its new one, never a part of either, whenever the process or power dies.

Own code, since no kept library does all of this: atomicwrites is archived, and boltons' AtomicSaver flushes neither the
file nor its folder to the disk.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import time
from pathlib import Path

__all__ = ["TEMPORARY_NAME", "fsync_path", "remove_leftovers", "write_atomically"]

TEMPORARY_NAME = re.compile(r"\.[0-9a-f]{16}\.new")
"""The hidden names that `write_atomically` chooses; no source and no snapshot is called so."""


def write_atomically(
    path: Path, data: bytes, *, temporary: Path | None = None, mode: int = 0o666, fsync_folder: bool = True
) -> None:
    """Write a file, or replace it, as a whole.

    The data goes to a temporary file beside it, which is flushed to the disk and renamed; then the folder is flushed,
    so that the new name outlasts a power cut. The temporary file is removed if anything fails. A link is replaced, not
    followed.

    Parameters
    ----------
    temporary : Path, optional
        The temporary file, in the same folder; one that a process that died left behind is replaced. The default is a
        random hidden name, for writers that may meet; see `remove_leftovers`.
    mode : int
        Permissions of the file, less the umask.
    fsync_folder : bool
        Whether to flush the folder. Without it no error can come after the rename: if this raises, `path` is as it was.
    """
    staged = temporary or path.with_name(f".{secrets.token_hex(8)}.new")
    if temporary:
        staged.unlink(missing_ok=True)
    try:
        with open(staged, "xb", opener=lambda name, flags: os.open(name, flags, mode)) as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        staged.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):  # the first error tells more
            staged.unlink(missing_ok=True)
        raise
    if fsync_folder:
        fsync_path(path.parent)


def fsync_path(path: Path) -> None:
    """Flush a file or folder to the disk. Windows cannot open a folder, and flushes only files that are writable."""
    if os.name == "nt" and path.is_dir():
        return
    handle = os.open(path, os.O_RDWR if os.name == "nt" else os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def remove_leftovers(folder: Path, seconds: float) -> None:
    """Remove temporary files of `write_atomically` that are older than `seconds`."""
    for path in folder.glob(".*.new"):
        if TEMPORARY_NAME.fullmatch(path.name) and path.lstat().st_mtime < time.time() - seconds:
            path.unlink(missing_ok=True)
