"""Writing an archive: each member with its checksum, beside the final name until it is whole."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from index.backup.contents import CONTENTS, Contents, Member
from index.storage.atomic import fsync_path, remove_leftovers

__all__ = ["ArchiveWriter", "writing_archive"]

CHUNK = 1 << 20
LEFTOVER_SECONDS = 86_400.0
"""A temporary file this old belongs to a backup that was killed."""


class ArchiveWriter:
    """Adds members to a ZIP archive."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self.members: dict[str, Member] = {}
        self.copies: dict[str, str] = {}
        self._by_content: dict[str, str] = {}

    def add(self, name: str, stream: IO[bytes]) -> None:
        """Add a member with the rest of a stream."""
        digest, size = hashlib.sha256(), 0
        with self._archive.open(_entry(name), "w", force_zip64=True) as member:
            while data := stream.read(CHUNK):
                member.write(data)
                digest.update(data)
                size += len(data)
        self.members[name] = Member(digest.hexdigest(), size)

    def add_once(self, name: str, stream: IO[bytes], sha256: str) -> None:
        """Add a file of this checksum that is never written to, unless one with the same content was added so."""
        first = self._by_content.setdefault(sha256, name)
        if first == name:
            self.add(name, stream)
        else:
            self.copies[name] = first

    def finish(self, contents: Contents) -> None:
        """Add the contents, the last member."""
        self._archive.writestr(_entry(CONTENTS), contents.to_json().encode())


@contextmanager
def writing_archive(file: Path) -> Iterator[tuple[ArchiveWriter, Path]]:
    """Yield a writer and a path beside `file` for a temporary copy; at the end the archive takes the name `file`.

    If the block raises, `file` is as it was. Only the owner may read it: it holds people's questions.
    """
    remove_leftovers(file.parent, LEFTOVER_SECONDS)
    staged, scratch = (file.with_name(f".{secrets.token_hex(8)}.new") for _ in range(2))
    try:
        with (
            open(staged, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as stream,
            zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive,
        ):
            yield ArchiveWriter(archive), scratch
        fsync_path(staged)
        staged.replace(file)
    finally:
        for path in (staged, scratch, *(scratch.with_name(f"{scratch.name}{end}") for end in ("-wal", "-shm"))):
            with contextlib.suppress(OSError):  # the first error tells more
                path.unlink(missing_ok=True)
    fsync_path(file.parent)


def _entry(name: str) -> zipfile.ZipInfo:
    """Return an entry whose time is the same in every archive, so that equal contents make equal bytes."""
    entry = zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0))
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o100600 << 16
    return entry
