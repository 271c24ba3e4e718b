"""Reading an archive that anyone may have made: bounded, and checked before anything is written."""

from __future__ import annotations

import hashlib
import stat
import zipfile
import zlib
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from index.backup.contents import CONTENTS, DAMAGED, Contents, Member, is_snapshot_file, name_problem
from index.domain.errors import BackupUnreadable

__all__ = ["ArchiveReader", "reading_archive"]

CHUNK = 1 << 20
MAX_CONTENTS_BYTES = 64 << 20
MAX_MEMBERS = 200_000
MAX_BYTES = 100 << 30
"""What all members may come to."""

MAX_RATIO = 1_100
"""How much larger than the archive its members may be together; deflate reaches 1,032."""

ENCRYPTED = 0x1
UNPACKING_ERRORS = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError)


class ArchiveReader:
    """An archive whose names, kinds and sizes are checked; of its members no byte is read yet."""

    def __init__(self, archive: zipfile.ZipFile, contents: Contents) -> None:
        self._archive = archive
        self.contents = contents

    def check(self) -> None:
        """Read every member. Raises BackupUnreadable unless each is as it was written."""
        for name in self.contents.members:
            self.copy(name, None)

    def copy(self, name: str, target: IO[bytes] | None) -> None:
        """Write a member to `target`. Raises BackupUnreadable if it is not as it was written."""
        member = self.contents.members[name]
        digest, size = hashlib.sha256(), 0
        try:
            with self._archive.open(name) as stream:
                while data := stream.read(CHUNK):
                    size += len(data)
                    if size > member.bytes:
                        break
                    digest.update(data)
                    if target:
                        target.write(data)
        except UNPACKING_ERRORS as error:
            raise BackupUnreadable(DAMAGED.format(why=f"{name} cannot be unpacked")) from error
        if (size, digest.hexdigest()) != (member.bytes, member.sha256):
            raise BackupUnreadable(DAMAGED.format(why=f"{name} is not as it was written"))


@contextmanager
def reading_archive(file: Path) -> Iterator[ArchiveReader]:
    """Yield a reader of a checked archive. Raises BackupUnreadable."""
    if not file.is_file():
        raise BackupUnreadable(f"There is no file {file}: name a backup.")
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError) as error:
        raise BackupUnreadable(f"{file} is no backup, or a damaged one.") from error
    except OSError as error:
        raise BackupUnreadable(f"{file} cannot be read: {error.strerror or error}.") from error
    with archive:
        yield ArchiveReader(archive, _checked_contents(archive, file))


def _checked_contents(archive: zipfile.ZipFile, file: Path) -> Contents:
    entries = archive.infolist()
    if len(entries) > MAX_MEMBERS:
        raise BackupUnreadable(f"{file} has more than {MAX_MEMBERS} members: this is no backup that was made here.")
    by_name = {entry.filename: entry for entry in entries}
    listed = by_name.pop(CONTENTS, None)
    if listed is None:
        raise BackupUnreadable(f"{file} is no backup: it has no {CONTENTS}.")
    if len(by_name) != len(entries) - 1:
        raise BackupUnreadable(DAMAGED.format(why="two members have the same name"))
    for entry in (listed, *by_name.values()):
        _check_entry(entry)
    if listed.file_size > MAX_CONTENTS_BYTES:
        raise BackupUnreadable(DAMAGED.format(why=f"{CONTENTS} is too large"))
    try:
        with archive.open(listed) as stream:
            data = stream.read(MAX_CONTENTS_BYTES + 1)
    except UNPACKING_ERRORS as error:
        raise BackupUnreadable(DAMAGED.format(why=f"{CONTENTS} cannot be unpacked")) from error
    contents = Contents.from_json(data)
    _check_members(contents.members, by_name)
    _check_copies(contents.members, contents.copies)
    _check_folders(contents.names)
    total = sum(member.bytes for member in contents.members.values())
    if total > min(MAX_BYTES, MAX_RATIO * max(file.stat().st_size, 1)):
        raise BackupUnreadable(f"{file} would unpack to {total / 1e9:.1f} GB: this is no backup that was made here.")
    return contents


def _check_entry(entry: zipfile.ZipInfo) -> None:
    """Raise BackupUnreadable for anything but a plain file with an allowed name."""
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in (0, stat.S_IFREG) or entry.is_dir():
        raise BackupUnreadable(DAMAGED.format(why=f"{entry.filename!r} is no plain file"))
    if entry.flag_bits & ENCRYPTED or entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise BackupUnreadable(DAMAGED.format(why=f"{entry.filename!r} is packed in another way"))
    # zipfile cuts a name at its first NUL, and turns the separators of other systems.
    original = getattr(entry, "orig_filename", entry.filename)
    if entry.filename != CONTENTS and (problem := name_problem(original)):
        raise BackupUnreadable(DAMAGED.format(why=f"{original!r} {problem}"))


def _check_members(members: Mapping[str, Member], entries: Mapping[str, zipfile.ZipInfo]) -> None:
    if members.keys() != entries.keys():
        different = sorted(members.keys() ^ entries.keys())[0]
        raise BackupUnreadable(DAMAGED.format(why=f"{different!r} is missing, or was added"))
    for name, member in members.items():
        if entries[name].file_size != member.bytes or member.bytes < 0:
            raise BackupUnreadable(DAMAGED.format(why=f"{name!r} is not as large as it was"))


def _check_copies(members: Mapping[str, Member], copies: Mapping[str, str]) -> None:
    """Raise BackupUnreadable unless copies are files of snapshots, of members that are such files."""
    if len(copies) > MAX_MEMBERS:
        raise BackupUnreadable(DAMAGED.format(why="it has too many files"))
    for name, other in copies.items():
        if problem := name_problem(name):
            raise BackupUnreadable(DAMAGED.format(why=f"{name!r} {problem}"))
        if name in members or other not in members or not (is_snapshot_file(name) and is_snapshot_file(other)):
            raise BackupUnreadable(DAMAGED.format(why=f"{name!r} is a copy of what cannot be copied"))


def _check_folders(names: Collection[str]) -> None:
    for name in names:
        above = name.split("/")[:-1]
        if any("/".join(above[:end]) in names for end in range(1, len(above) + 1)):
            raise BackupUnreadable(DAMAGED.format(why=f"{name!r} is both a file and a folder"))
