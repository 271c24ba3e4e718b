"""Files as objects named by their content: uploads and downloads, each checked against its sha256."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

from index.domain.errors import Damaged
from index.domain.messages import Message
from index.objects.store import ObjectStore

__all__ = ["GRACE", "OBJECTS", "download_file", "key_of", "upload_files"]

OBJECTS = "objects"

GRACE = timedelta(days=1)
"""How long an object stays that nothing names: a machine may be uploading what will name it."""

THREADS = 4

log = logging.getLogger(__name__)


def key_of(sha256: str) -> str:
    return f"{OBJECTS}/{sha256}"


def upload_files(store: ObjectStore, files: Mapping[str, Path], named: Iterable[str]) -> int:
    """Upload files by their sha256; return how many were not there yet. All are there and whole afterwards.

    Parameters
    ----------
    named
        Checksums of objects that something names which cannot be removed meanwhile. Others that are there are used only
        if they are young; older ones may be removed at any moment, and are written anew.

    Raises
    ------
    Damaged
        A file is not what its checksum says, or the storage does not return what it was given.
    ObjectsUnavailable
    """
    kept = frozenset(named)
    with ThreadPoolExecutor(THREADS, "upload") as threads:
        return sum(threads.map(lambda sha256: _upload(store, sha256, files[sha256], sha256 in kept), files))


def download_file(store: ObjectStore, sha256: str, file: Path) -> None:
    """Write an object to a file that does not exist; twice if the first time something else came.

    Raises
    ------
    Damaged
        It is not there, or not what its name says; then there is no file.
    ObjectsUnavailable
    """
    whole = False
    try:
        whole = any(store.download(key_of(sha256), file) == sha256 for _ in range(2))
        if not whole:
            raise Damaged(Message("{object} in the object storage is damaged.", object=key_of(sha256)))
    finally:
        if not whole:
            file.unlink(missing_ok=True)


def _upload(store: ObjectStore, sha256: str, file: Path, named: bool) -> int:
    key, size = key_of(sha256), file.stat().st_size
    found = store.find(key)
    if found and found.size == size and (named or datetime.now(UTC) - found.modified < GRACE / 2):
        return 0
    for _ in range(2):
        store.upload(key, file)
        if _retried(lambda: store.checksum(key)) == sha256:
            return 1
    store.remove([key])  # whoever finds it by its name would rely on it
    raise Damaged(
        Message("The object storage does not return {object} as it was written: see to it.", object=key),
        log_detail=f"The file is {file.name}.",
    )


def _retried(read: Callable[[], str]) -> str:
    """Return what an object is; nothing if it has vanished or is cut."""
    try:
        return read()
    except Damaged:
        return ""
