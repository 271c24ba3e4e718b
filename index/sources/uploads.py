"""Uploaded sources: files that are checked, then written to the folder of sources or removed from it."""

from __future__ import annotations

import hashlib
import os
import re
import stat
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from index.domain.errors import SourceRejected, SourceUnwritable, UnreadableSource
from index.domain.messages import Message, message_of, system_message, template
from index.domain.snapshots import SourceFileInfo
from index.domain.sources import SourceFile, UploadOutcome, UploadResult
from index.parsing.documents import parse
from index.parsing.formats import EMPTY, SECONDS, check_content, format_of, too_large
from index.parsing.unread import why_not_read
from index.sources.folder import source_names
from index.storage.atomic import fsync_path, remove_leftovers, write_atomically

__all__ = ["UploadedSources"]

LONGEST_NAME = 100
"""Characters of a name; Discord allows no more in a choice."""

MOST_NAME_BYTES = 200
"""Bytes of a name; file systems allow 255."""

RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])", re.IGNORECASE)
"""Names of devices on Windows, whatever follows the first dot."""

FORBIDDEN_CHARACTERS = re.compile(r'[<>:"|?*\\/]')

LEFTOVER_SECONDS = 3600.0
"""A temporary file this old belongs to a process that died."""

WRITE_FAILED = template("{name} can't be written ({why}): nothing changed. Who runs me can mend that.")
READ_FAILED = template("{name} can't be read ({why}). Who runs me can mend that.")
REMOVE_FAILED = template("{name} can't be removed ({why}): nothing changed. Who runs me can mend that.")

INVISIBLE_CATEGORIES = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Unicode categories of characters that show nothing or reorder what is shown."""


class UploadedSources:
    """The files in the folder of sources, added and removed by name. Thread-safe; one change at a time."""

    def __init__(self, seeds: Path, *, max_bytes: int, seconds: float = SECONDS) -> None:
        self._seeds = seeds
        self._max_bytes = max_bytes
        self._seconds = seconds
        self._lock = threading.Lock()

    @property
    def max_bytes(self) -> int:
        """The largest file, in bytes."""
        return self._max_bytes

    def names(self) -> tuple[str, ...]:
        """Return the names of files that look like sources, readable or not, in order."""
        return tuple(source_names(self._seeds))

    def list_files(self) -> tuple[SourceFileInfo, ...]:
        """Return the files that look like sources, with size and modification time."""
        files = []
        for name in self.names():
            try:
                info = (self._seeds / name).lstat()
            except OSError:  # it went meanwhile
                continue
            files.append(SourceFileInfo(name, info.st_size, datetime.fromtimestamp(info.st_mtime, UTC)))
        return tuple(files)

    def check(self, name: str, size: int) -> None:
        """Check if a file of this name and size may be added, whatever its content. Raises SourceRejected."""
        if problem := _name_problem(name):
            raise SourceRejected(name, problem)
        if size > self._max_bytes:
            raise SourceRejected(name, too_large(self._max_bytes))
        if not size:
            raise SourceRejected(name, EMPTY)
        folded = _fold_name(name)
        twin = next((other for other in self.names() if other != name and _fold_name(other) == folded), None)
        if twin:
            raise SourceRejected(
                name,
                Message(
                    "is called like {twin}, but for upper and lower case: rename it, or remove that one", twin=twin
                ),
            )

    def read(self, name: str) -> bytes | None:
        """Return the bytes of a file among the sources; None if there is none of this name.

        Raises SourceRejected for a name that is not allowed, a link and a file that is too large, and SourceUnwritable
        if the system refuses.
        """
        if problem := _name_problem(name):
            raise SourceRejected(name, problem)
        path = self._seeds / name
        with _explain_errors(READ_FAILED, name):
            try:
                info = path.lstat()
            except FileNotFoundError:
                return None
            if not stat.S_ISREG(info.st_mode):
                raise SourceRejected(name, Message("is a link or a folder: make it a plain file"))
            if info.st_size > self._max_bytes:
                raise SourceRejected(name, too_large(self._max_bytes))
            return path.read_bytes()

    def add(self, name: str, data: bytes, *, replace: bool = False, expected: bytes | None = None) -> UploadResult:
        """Check a source and write it; if a file of that name exists and `replace` was not given, nothing is written.

        With `expected`, the file is replaced only if it holds these bytes still; empty for a file that is not there.

        Raises
        ------
        SourceRejected
            The name, the size or the content is not allowed, or the same content exists already.
        SourceUnwritable
            The file could not be written.
        """
        self.check(name, len(data))
        file = SourceFile(name, data)
        try:
            check_content(data, format_of(file), self._max_bytes)
            notes = parse(file, self._seconds).notes
        except UnreadableSource as error:
            raise SourceRejected(name, message_of(error)) from error
        except RecursionError as error:
            raise SourceRejected(name, Message("is nested too deeply: make it flatter")) from error
        with self._lock, _explain_errors(WRITE_FAILED, name):
            self._seeds.mkdir(parents=True, exist_ok=True)
            if duplicate := self._duplicate_of(data):
                if duplicate == name:
                    raise SourceRejected(name, Message("is there already"))
                raise SourceRejected(name, Message("is the same as {other}, to the byte", other=duplicate))
            path = self._seeds / name
            exists = os.path.lexists(path)
            if exists and path.is_dir():
                raise SourceRejected(name, Message("is the name of a folder: rename it"))
            if expected is not None and (self.read(name) or b"") != expected:
                raise SourceRejected(name, Message("was changed by somebody else meanwhile: look at it again"))
            if exists and not replace:
                return UploadResult(UploadOutcome.EXISTS, notes)
            remove_leftovers(self._seeds, LEFTOVER_SECONDS)
            write_atomically(path, data)
            return UploadResult(UploadOutcome.REPLACED if exists else UploadOutcome.ADDED, notes)

    def remove(self, name: str) -> None:
        """Remove a source's file; if it is a link, only the link. Raises SourceRejected, SourceUnwritable."""
        with self._lock, _explain_errors(REMOVE_FAILED, name):
            if name not in self.names() or not self._is_plain_path(name):
                raise SourceRejected(name, Message("is no file among the sources: /source list shows them"))
            path = self._seeds / name
            path.unlink()
            fsync_path(path.parent)

    def _is_plain_path(self, name: str) -> bool:
        """Return whether a name leads through folders only, none of them a link."""
        parts = PurePosixPath(name).parts
        if PurePosixPath(name).is_absolute() or ".." in parts:
            return False
        folders = [self._seeds.joinpath(*parts[:end]) for end in range(1, len(parts))]
        return all(stat.S_ISDIR(folder.lstat().st_mode) for folder in folders)

    def _duplicate_of(self, data: bytes) -> str:
        """Return the name of the source that has these bytes already; empty if none has."""
        digest = hashlib.sha256(data).digest()
        for name in self.names():
            path = self._seeds / name
            try:
                same_size = not path.is_symlink() and path.is_file() and path.stat().st_size == len(data)
                if same_size and hashlib.sha256(path.read_bytes()).digest() == digest:
                    return name
            except OSError:  # it can't be read, or went meanwhile
                continue
        return ""


def _name_problem(name: str) -> str:
    """Return what is wrong with a name, in words that follow it; empty if nothing is."""
    if not name.strip():
        return Message("has no name")
    if FORBIDDEN_CHARACTERS.search(name) or name in (".", ".."):
        return Message('has a path or one of <>:"|?*\\/ in its name: rename it')
    if any(unicodedata.category(character) in INVISIBLE_CATEGORIES for character in name):
        return Message("has characters in its name that show nothing: rename it")
    if name.startswith("."):
        return Message("is a hidden file: rename it")
    if name != name.strip() or name.endswith("."):
        return Message("has a name that begins or ends with a space or ends with a dot: rename it")
    if RESERVED.fullmatch(name.partition(".")[0].strip()):
        return Message("has a name that Windows keeps for a device: rename it")
    if len(name) > LONGEST_NAME or len(name.encode()) > MOST_NAME_BYTES:
        return Message("has a name longer than {most} characters: rename it", most=LONGEST_NAME)
    return why_not_read(name) or ""


def _fold_name(name: str) -> str:
    """Return a name as file systems see it that ignore case or the form of accents."""
    return unicodedata.normalize("NFC", name).casefold()


@contextmanager
def _explain_errors(sentence: str, name: str) -> Iterator[None]:
    """Raise SourceUnwritable for a system error, with a sentence that names no path."""
    try:
        yield
    except OSError as error:
        why = system_message(error) or type(error).__name__
        raise SourceUnwritable(Message(sentence, name=name, why=why)) from error
