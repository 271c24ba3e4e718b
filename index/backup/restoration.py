"""Restoration of a backup: everything is checked and unpacked beside its place before anything is replaced."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from filelock import FileLock, Timeout

from index.backup._archive_reader import ArchiveReader, reading_archive
from index.backup._parts import Part, parts_of
from index.backup.contents import DAMAGED, JOURNAL, LIVE, Contents, server_of, server_prefix
from index.backup.places import Places
from index.domain.errors import (
    BackupUnreadable,
    BackupUnwritable,
    InUse,
    JournalUnavailable,
    LibraryError,
    RestoreRefused,
)
from index.domain.messages import message_of
from index.indexing.build_lock import LOCK_NAME, BuildLock
from index.indexing.progress import ReindexProgress, ReindexRequest
from index.journal.copying import check_copy, is_in_use
from index.snapshots.store import SnapshotStore
from index.storage.atomic import fsync_path
from index.storage.links import link_or_copy

__all__ = ["RestoreReport", "check_backup", "restore_backup"]

STAMP = "%Y%m%dT%H%M%SZ"

SPARE_BYTES = 64 << 20
"""What has to stay free on a disk."""


@dataclass(frozen=True, slots=True)
class RestoreReport:
    """What was restored: the paths under which the old files are kept, and what was left out.

    `mismatch` says why the index does not fit this program; empty if it does.
    """

    contents: Contents
    kept: tuple[Path, ...]
    left_out: tuple[str, ...]
    mismatch: str


def check_backup(file: Path) -> Contents:
    """Return what a backup holds, once every byte of it is checked. Raises BackupUnreadable."""
    with reading_archive(file) as archive:
        _check_live(archive.contents)
        archive.check()
        return archive.contents


def restore_backup(places: Places, file: Path, *, replace: bool = False) -> RestoreReport:
    """Put everything that a backup holds in its place; what it does not hold stays as it is.

    Parameters
    ----------
    replace
        Whether files that are there may be replaced; they are kept beside, under names with `.before-restore-`.

    Raises
    ------
    BackupUnreadable
        The file is no backup, is damaged, or is made to harm.
    RestoreRefused
        There are files in its place, and `replace` was not given.
    InUse, ReindexRunning
        A bot or a reindex is at work there.
    BackupUnwritable
        The disk is full, a folder cannot be written, ... What was there before is there again.
    """
    with reading_archive(file) as archive:
        _check_live(archive.contents)
        parts, lost = parts_of(archive.contents, places)
        if (occupied := [part for part in parts if part.is_occupied()]) and not replace:
            named = ", ".join(str(part.target) for part in occupied)
            raise RestoreRefused(f"There is something already: {named}. With --replace it is kept beside the restored.")
        _check_idle(places)
        archive.check()
        made = _missing_folders(parts)
        token, stamp = secrets.token_hex(4), _free_stamp(parts)
        try:
            with _explained():
                _check_space(archive.contents, parts)
                _unpack_all(archive, parts, token)
            _check_journal(parts, token)
            _check_idle(places)
            with _explained():
                kept = _switch(parts, token, stamp)
        finally:
            for part in parts:
                _remove(part.staged(token))
            for folder in made:  # those that are still empty
                with contextlib.suppress(OSError):
                    folder.rmdir()
    return RestoreReport(archive.contents, kept, tuple(lost), _mismatch(places, archive.contents))


def _check_live(contents: Contents) -> None:
    """Raise BackupUnreadable unless each live snapshot is in the archive, and the journal's key if the journal is."""
    names = contents.names
    rooms = {"": contents.live, **{server_prefix(server): live for server, live in contents.servers.items()}}
    for prefix, live in rooms.items():
        if (f"{prefix}{LIVE}" in names) != (live is not None):
            raise BackupUnreadable(DAMAGED.format(why="it does not say which snapshot is live"))
        if live and f"{prefix}index/snapshots/{live}/manifest.json" not in names:
            raise BackupUnreadable(DAMAGED.format(why="the live snapshot is missing"))
    if {server_of(name) for name in names} - {""} != contents.servers.keys():
        raise BackupUnreadable(DAMAGED.format(why="it does not say which servers it holds"))
    if (JOURNAL in contents.members) != (f"{JOURNAL}.key" in contents.members):
        raise BackupUnreadable(DAMAGED.format(why="the journal or its key is missing"))


def _check_idle(places: Places) -> None:
    """Raise InUse or ReindexRunning if a program is at work in these places."""
    if any(_is_locked(path) for path in places.locks):
        raise InUse("A bot is running here: stop it, then restore.")
    if is_in_use(places.journal):
        raise InUse("A bot or console is running here and has the journal open: stop it, then restore.")
    for index in places.indexes:
        if index.is_dir():
            with BuildLock(index / LOCK_NAME).hold(ReindexProgress([ReindexRequest()])):
                pass


def _is_locked(file: Path) -> bool:
    if not file.exists():
        return False
    try:
        with FileLock(file, timeout=0, fallback_to_soft=False):
            return False
    except Timeout:
        return True


def _missing_folders(parts: Sequence[Part]) -> list[Path]:
    """Return the folders that will be made for the parts, inner ones first."""
    folders = {folder for part in parts for folder in part.target.absolute().parents if not folder.exists()}
    return sorted(folders, key=lambda folder: len(folder.parts), reverse=True)


def _check_space(contents: Contents, parts: Sequence[Part]) -> None:
    """Raise BackupUnwritable if a disk has too little room."""
    needed: dict[int, int] = {}
    for part in parts:
        folder = next(path for path in part.target.absolute().parents if path.is_dir())
        disk = folder.stat().st_dev
        sizes = (contents.members[name].bytes for name in part.members if name in contents.members)
        needed[disk] = needed.get(disk, SPARE_BYTES) + sum(sizes)
        if needed[disk] > shutil.disk_usage(folder).free:
            raise BackupUnwritable(
                f"The disk of {folder} has less than {needed[disk] / 1e6:.0f} MB free, which the backup needs: "
                "make room. Nothing was changed."
            )


def _unpack_all(archive: ArchiveReader, parts: Sequence[Part], token: str) -> None:
    """Unpack the parts beside their places, flushed to the disk; files of the same content become links of one."""
    staged: dict[str, Path] = {}
    for part in parts:
        if part.members:
            part.target.parent.mkdir(parents=True, exist_ok=True)
            staged |= _staged_paths(part, token)
    modes = {name: part.mode for part in parts for name in part.members}
    copies = archive.contents.copies
    for name in sorted(staged, key=lambda name: (name in copies, name)):
        path = staged[name]
        path.parent.mkdir(parents=True, exist_ok=True)
        if name not in copies:
            _unpack(archive, name, path, modes[name])
        elif (first := staged.get(copies[name])) is not None:
            link_or_copy(first, path)
            fsync_path(path)
        else:
            raise BackupUnreadable(DAMAGED.format(why=f"{name!r} is a copy of what is not restored"))
    for part in parts:
        for folder in [path for path in part.staged(token).rglob("*") if path.is_dir()] if part.is_folder else []:
            fsync_path(folder)


def _staged_paths(part: Part, token: str) -> dict[str, Path]:
    """Return where each member of a part is unpacked. Raises BackupUnreadable."""
    root, paths = part.staged(token).absolute(), {}
    for name, inner in part.members.items():
        paths[name] = Path(os.path.normpath(root / inner)) if inner else root
        if not paths[name].is_relative_to(root):  # a drive's letter on Windows
            raise BackupUnreadable(DAMAGED.format(why=f"{name!r} leads out of its folder"))
    return paths


def _unpack(archive: ArchiveReader, name: str, path: Path, mode: int) -> None:
    with open(path, "xb", opener=lambda file, flags: os.open(file, flags, mode)) as stream:
        archive.copy(name, stream)
        stream.flush()
        os.fsync(stream.fileno())


def _check_journal(parts: Sequence[Part], token: str) -> None:
    files = {name: part.staged(token) for part in parts for name in part.members if name.startswith("journal/")}
    if JOURNAL in files:
        try:
            check_copy(files[JOURNAL], files[f"{JOURNAL}.key"])
        except JournalUnavailable as error:
            raise BackupUnreadable(f"The backup's journal can't be used. {error}") from error


def _free_stamp(parts: Sequence[Part]) -> str:
    """Return the time as a part of the names under which old files are kept, later if such a name is taken."""
    now = datetime.now(UTC)
    while any(os.path.lexists(part.aside(f"{now:{STAMP}}")) for part in parts):
        now += timedelta(seconds=1)
    return f"{now:{STAMP}}"


def _switch(parts: Sequence[Part], token: str, stamp: str) -> tuple[Path, ...]:
    """Move what is there aside and put the new in its place; if that fails, undo it. Return what is kept aside."""
    moves = [(part.target, part.aside(stamp)) for part in reversed(parts) if os.path.lexists(part.target)]
    kept = tuple(aside for target, aside in moves if Part(target, {}).is_occupied())
    moves += [(part.staged(token), part.target) for part in parts if part.members]
    done: list[tuple[Path, Path]] = []
    try:
        for before, after in moves:
            before.rename(after)
            done.append((before, after))
    except OSError:
        for before, after in reversed(done):
            with contextlib.suppress(OSError):  # the first error tells more
                after.rename(before)
        raise
    for part in parts:
        if part.aside(stamp) not in kept:  # an empty folder
            _remove(part.aside(stamp))
    for folder in {part.target.parent for part in parts if part.target.parent.is_dir()}:
        fsync_path(folder)
    return kept


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)


def _mismatch(places: Places, contents: Contents) -> str:
    """Return why the restored index does not fit this program; empty if it does, or if there is none."""
    if contents.live is None:
        return ""
    try:
        SnapshotStore(places.index).live()
    except LibraryError as error:
        return str(message_of(error))
    return ""


@contextlib.contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise BackupUnwritable(
            f"The backup can't be restored ({error.strerror or error}): see to {error.filename or 'the disk'}, "
            "then try again. What was there before is as it was."
        ) from error
