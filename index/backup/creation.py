"""Creation of a backup, while the bot runs, reindexes and records."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from index.backup._archive_writer import ArchiveWriter, writing_archive
from index.backup._snapshot_files import OpenSnapshot, open_live, open_snapshot
from index.backup._source_files import files_below
from index.backup.contents import CONTENTS, JOURNAL, JOURNAL_KEY, LIVE, Contents, server_prefix
from index.backup.places import FETCHED, Places
from index.domain.errors import BackupUnwritable, Damaged, JournalUnavailable, NoIndex, RestoreRefused
from index.domain.messages import REINDEX, message_of, with_fix
from index.journal.copying import copy_journal
from index.snapshots.store import SnapshotStore
from index.storage.server_folders import LEFT, ServerFolders

__all__ = ["BackupReport", "create_backup"]

MOST_ATTEMPTS = 5
"""How often the fetched pages are read anew if a page was fetched meanwhile."""

IN_DATABASE = "the journal: it is in PostgreSQL, so back it up with pg_dump"
LEFT_OUT = "{path}: a secret; --with-secrets puts it in"


@dataclass(frozen=True, slots=True)
class BackupReport:
    """The archive that was written: its size and what it holds."""

    file: Path
    bytes: int
    contents: Contents


def create_backup(
    places: Places,
    file: Path,
    *,
    program: str,
    with_secrets: bool = False,
) -> BackupReport:
    """Write a backup to `file`; a backup of that name is replaced once the new one is whole.

    The journal comes first: what was recorded before the call is in it. Then come the live snapshot and those that are
    kept for a roll-back, each whole and checked, the sources, the fetched pages and the state; then the collections of
    servers by the same rules, but that a damaged index of a server is left out, since it can be built again.

    Raises
    ------
    NoIndex
        There is neither an index nor a journal nor a source.
    JournalUnavailable, Damaged
        The journal or the live snapshot is damaged or cannot be read.
    RestoreRefused
        There is another file of that name, or it lies within what is backed up.
    BackupUnwritable
        The disk is full, a file cannot be read, ...
    """
    _check_place(places, file)
    left_out: list[str] = []
    with _explained(file), writing_archive(file) as (writer, scratch):
        questions = 0 if places.database else _add_journal(writer, places, scratch)
        if places.database:
            left_out.append(IN_DATABASE)
        live, kept = _add_snapshots(writer, places.index, left_out)
        _add_fetched(writer, places.index / FETCHED, left_out)
        for member, path in files_below(places.sources, left_out):
            _add_file(writer, member, path, left_out)
        _add_files(writer, places.state, "state", left_out)
        servers = _add_servers(writer, places.server_folders, left_out)
        if with_secrets:
            _add_files(writer, places.secrets, "secrets", left_out)
        else:
            left_out += [LEFT_OUT.format(path=path) for path in places.secrets if path.exists()]
        if not writer.members:
            raise NoIndex(with_fix(REINDEX, "There is no index yet"))
        contents = Contents(
            program=program,
            created=datetime.now(UTC).isoformat(timespec="seconds"),
            live=live,
            snapshots=kept,
            questions=questions,
            left_out=tuple(left_out),
            members=writer.members,
            servers=servers,
            copies=writer.copies,
        )
        writer.finish(contents)
    return BackupReport(file, file.stat().st_size, contents)


def _check_place(places: Places, file: Path) -> None:
    """Raise RestoreRefused if the archive would replace something else, or would be a part of itself."""
    resolved = file.resolve()
    for folder in filter(None, (places.sources, places.index, places.servers)):
        if resolved.is_relative_to(folder.resolve()):
            raise RestoreRefused(f"{file} is within {folder}, which is backed up: choose another place.")
    if file.is_dir():
        raise RestoreRefused(f"{file} is a folder: name a file in it.")
    if file.exists() and not _is_backup(file):
        raise RestoreRefused(f"{file} exists and is no backup: choose another name.")
    if not file.parent.is_dir():
        raise RestoreRefused(f"There is no folder {file.parent}: make it first.")


def _is_backup(file: Path) -> bool:
    try:
        with zipfile.ZipFile(file) as archive:
            return CONTENTS in archive.namelist()
    except (OSError, zipfile.BadZipFile):
        return False


def _add_journal(writer: ArchiveWriter, places: Places, scratch: Path) -> int:
    if not places.journal.exists():
        return 0
    questions = copy_journal(places.journal, scratch)
    with scratch.open("rb") as stream:
        writer.add(JOURNAL, stream)
    scratch.unlink()
    try:
        with places.journal_key.open("rb") as stream:
            writer.add(JOURNAL_KEY, stream)
    except FileNotFoundError as error:
        raise JournalUnavailable(
            f"The journal's key {places.journal_key} is missing: put back the one it was made with."
        ) from error
    return questions


def _add_servers(writer: ArchiveWriter, folders: ServerFolders | None, left_out: list[str]) -> dict[str, str | None]:
    """Add the collections of servers; return each with its live snapshot."""
    servers: dict[str, str | None] = {}
    if folders is None:
        return servers
    for server in folders.servers():
        prefix, before = server_prefix(str(server)), len(writer.members)
        live = None
        try:
            live, _ = _add_snapshots(writer, folders.index(server), left_out, prefix=prefix)
        except Damaged as error:
            left_out.append(f"the index of server {server}: {message_of(error)}")
        if (sources := folders.sources(server)).is_dir():
            for member, path in files_below(sources, left_out, prefix=prefix):
                _add_file(writer, member, path, left_out)
        if (mark := folders.folder(server) / LEFT).is_file():
            _add_file(writer, f"{prefix}{LEFT}", mark, left_out)
        if len(writer.members) > before:
            servers[str(server)] = live
    return servers


def _add_snapshots(
    writer: ArchiveWriter, index: Path, left_out: list[str], *, prefix: str = ""
) -> tuple[str | None, tuple[str, ...]]:
    """Add the live snapshot and the kept ones; return their ids, the live one's first."""
    with open_live(index) as live:
        if live is None:
            return None, ()
        name, pointer, files = live
        writer.add(f"{prefix}{LIVE}", io.BytesIO(pointer))
        _add_snapshot(writer, name, files, prefix)
    kept = [name]
    for other in reversed(SnapshotStore(index).ids()):
        if other == name:
            continue
        try:
            with open_snapshot(index, other) as files:
                _add_snapshot(writer, other, files, prefix)
        except FileNotFoundError:  # removed meanwhile, as old snapshots are
            continue
        except Damaged as error:
            left_out.append(f"snapshot {other}: {message_of(error)}")
        else:
            kept.append(other)
    return name, tuple(kept)


def _add_snapshot(writer: ArchiveWriter, name: str, files: OpenSnapshot, prefix: str) -> None:
    for path, stream, sha256 in files:
        writer.add_once(f"{prefix}index/snapshots/{name}/{path}", stream, sha256)


def _add_fetched(writer: ArchiveWriter, folder: Path, left_out: list[str]) -> None:
    """Add the fetched pages: the entries as they were before and after their contents were added."""
    entries: dict[str, bytes] = {}
    for _ in range(MOST_ATTEMPTS):
        entries = _entries(folder)
        for path in sorted(folder.glob("*.bin")):
            if (member := f"index/{FETCHED}/{path.name}") not in writer.members:
                _add_file(writer, member, path, left_out)
        if _entries(folder) == entries:
            break
    for name, data in entries.items():
        writer.add(f"index/{FETCHED}/{name}", io.BytesIO(data))


def _entries(folder: Path) -> dict[str, bytes]:
    found = {}
    for path in sorted(folder.glob("*.json")):
        with suppress(FileNotFoundError):  # removed meanwhile
            found[path.name] = path.read_bytes()
    return found


def _add_files(writer: ArchiveWriter, files: tuple[Path, ...], room: str, left_out: list[str]) -> None:
    for path in files:
        if path.is_file():
            _add_file(writer, f"{room}/{path.name}", path, left_out)


def _add_file(writer: ArchiveWriter, member: str, path: Path, left_out: list[str]) -> None:
    try:
        stream = path.open("rb")
    except FileNotFoundError:  # removed meanwhile
        return
    except OSError as error:
        left_out.append(f"{path}: {error.strerror}")
        return
    with stream:
        writer.add(member, stream)


@contextmanager
def _explained(file: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise BackupUnwritable(
            f"The backup can't be written ({error.strerror or error}): see to {error.filename or file.parent}, "
            "then try again. Nothing was changed."
        ) from error
