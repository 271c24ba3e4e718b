"""The files of snapshots, opened together and checked, so that a snapshot that is removed meanwhile is still whole."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from io import BufferedReader
from pathlib import Path

from index.domain.errors import Damaged, LibraryError, NoIndex
from index.domain.messages import REBUILD, with_fix
from index.snapshots.store import SnapshotStore

__all__ = ["OpenSnapshot", "open_live", "open_snapshot"]

OpenSnapshot = list[tuple[str, BufferedReader, str]]
"""Each file's path in the snapshot's folder, the open file at its beginning, and its sha256."""

ATTEMPTS = 5
"""How often the live snapshot is looked up anew if another was made live and it was removed in between."""


@contextmanager
def open_live(index: Path) -> Iterator[tuple[str, bytes, OpenSnapshot] | None]:
    """Yield the live snapshot's id, the bytes of the pointer to it, and its files; None if there is no index.

    Raises
    ------
    Damaged
        The pointer, the manifest or a file of it is not as it was written.
    """
    store = SnapshotStore(index)
    for attempt in range(ATTEMPTS):
        try:
            name, checksum = store.pointer.read()
        except NoIndex:
            if store.ids():
                raise Damaged(with_fix(REBUILD, "The pointer to the live snapshot, LIVE, is missing")) from None
            yield None
            return
        with ExitStack() as stack:
            try:
                files = _open_files(store.folder(name), stack)
            except FileNotFoundError:
                if attempt < ATTEMPTS - 1:
                    continue
                raise Damaged(with_fix(REBUILD, "A file of snapshot {id} is missing", id=name)) from None
            yield name, f"{name} {checksum}\n".encode(), _checked(files, name, checksum)
            return


@contextmanager
def open_snapshot(index: Path, name: str) -> Iterator[OpenSnapshot]:
    """Yield the files of a kept snapshot. Raises FileNotFoundError if it was removed meanwhile, and Damaged."""
    with ExitStack() as stack:
        files = _open_files(SnapshotStore(index).folder(name), stack)
        yield _checked(files, name)


def _open_files(folder: Path, stack: ExitStack) -> list[tuple[str, BufferedReader]]:
    if not folder.is_dir():
        raise FileNotFoundError(folder)
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".lock")
    return [(path.relative_to(folder).as_posix(), stack.enter_context(path.open("rb"))) for path in paths]


def _checked(files: list[tuple[str, BufferedReader]], name: str, checksum: str = "") -> OpenSnapshot:
    """Raise Damaged unless each file is there and as the manifest says, of whatever format that is."""
    hashes = {}
    for path, stream in files:
        hashes[path] = hashlib.file_digest(stream, "sha256").hexdigest()
        stream.seek(0)
    damaged: LibraryError = Damaged(with_fix(REBUILD, "The manifest of snapshot {id} is damaged", id=name))
    try:
        manifest = next(stream for path, stream in files if path == "manifest.json")
        wanted = json.loads(manifest.read())["files"]
        manifest.seek(0)
    except (StopIteration, ValueError, KeyError, TypeError, RecursionError) as error:
        raise damaged from error
    if checksum and hashes["manifest.json"] != checksum:
        raise damaged
    for path in sorted(wanted):
        if hashes.get(path) != wanted[path]:
            raise Damaged(with_fix(REBUILD, "{file} of snapshot {id} is damaged", file=path, id=name))
    return [(path, stream, hashes[path]) for path, stream in files]
