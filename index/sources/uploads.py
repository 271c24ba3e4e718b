"""Sources that come in and go out by name: checked first, then written or removed below the folder of the sources,
whole or not at all."""

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
from index.domain.sources import SourceFile, UploadOutcome
from index.parsing.documents import parse
from index.parsing.formats import EMPTY, FORMATS, SECONDS, check_content, format_of, too_large
from index.sources.folder import source_names
from index.storage.atomic import fsync_path, remove_leftovers, write_atomically

__all__ = ["UploadedSources"]

LONGEST_NAME = 100
"""Characters of a name: what Discord takes for a choice."""

MOST_NAME_BYTES = 200
"""File systems take 255."""

RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])", re.IGNORECASE)
"""Names of devices on Windows, whatever comes after the first dot."""

UNFIT_CHARACTERS = re.compile(r'[<>:"|?*\\/]')

UNFINISHED_SECONDS = 3600.0
"""A temporary file this old belongs to a process that died."""

UNWRITTEN = template("{name} can't be written ({why}): nothing changed. Who runs me can mend that.")
UNREMOVED = template("{name} can't be removed ({why}): nothing changed. Who runs me can mend that.")

INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Categories of Unicode that show nothing, or reorder what is shown."""


class UploadedSources:
    """The folder of the sources as a shelf. Thread-safe; one change at a time."""

    def __init__(self, seeds: Path, *, max_bytes: int, seconds: float = SECONDS) -> None:
        """`seconds` is how long reading a new file may take."""
        self._seeds = seeds
        self._max_bytes = max_bytes
        self._seconds = seconds
        self._changing = threading.Lock()

    @property
    def max_bytes(self) -> int:
        """How large a source may be."""
        return self._max_bytes

    def names(self) -> tuple[str, ...]:
        """The files that look like sources, whether or not they can be read, in order."""
        return tuple(source_names(self._seeds))

    def shelved(self) -> tuple[SourceFileInfo, ...]:
        """The files that look like sources, with size and age."""
        found = []
        for name in self.names():
            try:
                about = (self._seeds / name).lstat()
            except OSError:  # it went meanwhile
                continue
            found.append(SourceFileInfo(name, about.st_size, datetime.fromtimestamp(about.st_mtime, UTC)))
        return tuple(found)

    def check(self, name: str, size: int) -> None:
        """Whether a file of that name and so many bytes may come in, as far as these tell. Raises SourceUnfit."""
        if problem := _problem(name):
            raise SourceRejected(name, problem)
        if size > self._max_bytes:
            raise SourceRejected(name, too_large(self._max_bytes))
        if not size:
            raise SourceRejected(name, EMPTY)
        twin = next((one for one in self.names() if one != name and _same(one) == _same(name)), None)
        if twin:
            raise SourceRejected(
                name,
                Message(
                    "is called like {twin}, but for upper and lower case: rename it, or remove that one", twin=twin
                ),
            )

    def add(self, name: str, data: bytes, *, replace: bool = False) -> UploadOutcome:
        """Write a source, checked before; EXISTS if a file of that name is there and `replace` was not given.

        Raises SourceUnfit: the name, the size, what is in it, or the same is there already; and SourceUnkept.
        """
        self.check(name, len(data))
        file = SourceFile(name, data)
        try:
            check_content(data, format_of(file), self._max_bytes)
            parse(file, self._seconds)
        except UnreadableSource as error:
            raise SourceRejected(name, message_of(error)) from error
        except RecursionError as error:
            raise SourceRejected(name, Message("is nested too deeply: make it flatter")) from error
        with self._changing, _telling(UNWRITTEN, name):
            self._seeds.mkdir(parents=True, exist_ok=True)
            if same := self._same_bytes(data):
                if same == name:
                    raise SourceRejected(name, Message("is there already"))
                raise SourceRejected(name, Message("is the same as {other}, to the byte", other=same))
            path = self._seeds / name
            there = os.path.lexists(path)
            if there and path.is_dir():
                raise SourceRejected(name, Message("is the name of a folder: rename it"))
            if there and not replace:
                return UploadOutcome.EXISTS
            remove_leftovers(self._seeds, UNFINISHED_SECONDS)
            write_atomically(path, data)
            return UploadOutcome.REPLACED if there else UploadOutcome.ADDED

    def remove(self, name: str) -> None:
        """Remove a source's file; of a link, the link alone. Raises SourceUnfit where there is none, SourceUnkept."""
        with self._changing, _telling(UNREMOVED, name):
            if name not in self.names() or not self._plain_way(name):
                raise SourceRejected(name, Message("is no file among the sources: /source list shows them"))
            path = self._seeds / name
            path.unlink()
            fsync_path(path.parent)

    def _plain_way(self, name: str) -> bool:
        """Whether a name leads through folders alone, none of them a link."""
        parts = PurePosixPath(name).parts
        if PurePosixPath(name).is_absolute() or ".." in parts:
            return False
        ways = [self._seeds.joinpath(*parts[:end]) for end in range(1, len(parts))]
        return all(stat.S_ISDIR(way.lstat().st_mode) for way in ways)

    def _same_bytes(self, data: bytes) -> str:
        """The source that has these bytes already; empty where none has."""
        wanted = hashlib.sha256(data).digest()
        for name in self.names():
            path = self._seeds / name
            try:
                alike = not path.is_symlink() and path.is_file() and path.stat().st_size == len(data)
                if alike and hashlib.sha256(path.read_bytes()).digest() == wanted:
                    return name
            except OSError:  # it can't be read, or went meanwhile
                continue
        return ""


def _problem(name: str) -> str:
    """What is wrong with a name, in words that follow it; empty where nothing is."""
    if not name.strip():
        return Message("has no name")
    if UNFIT_CHARACTERS.search(name) or name in (".", ".."):
        return Message('has a path or one of <>:"|?*\\/ in its name: rename it')
    if any(unicodedata.category(one) in INVISIBLE for one in name):
        return Message("has characters in its name that show nothing: rename it")
    if name.startswith("."):
        return Message("is a hidden file: rename it")
    if name != name.strip() or name.endswith("."):
        return Message("has a name that begins or ends with a space or ends with a dot: rename it")
    if RESERVED.fullmatch(name.partition(".")[0].strip()):
        return Message("has a name that Windows keeps for a device: rename it")
    if len(name) > LONGEST_NAME or len(name.encode()) > MOST_NAME_BYTES:
        return Message("has a name longer than {most} characters: rename it", most=LONGEST_NAME)
    if PurePosixPath(name).suffix.lower() not in FORMATS:
        return Message("is of a kind that is not read: one of {kinds} is", kinds=", ".join(FORMATS))
    return ""


def _same(name: str) -> str:
    """A name as file systems that don't tell upper from lower case, or one way to write an accent from another, see
    it."""
    return unicodedata.normalize("NFC", name).casefold()


@contextmanager
def _telling(words: str, name: str) -> Iterator[None]:
    """What the system says against it, in a sentence that names no path."""
    try:
        yield
    except OSError as error:
        why = system_message(error) or type(error).__name__
        raise SourceUnwritable(Message(words, name=name, why=why)) from error
