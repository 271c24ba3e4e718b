"""What an index keeps in a search database that several installations may share: tables, or collections."""

from __future__ import annotations

import json
import re
import secrets
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ClassVar

from index.domain.messages import Message
from index.storage.atomic import write_atomically

__all__ = ["UNREACHABLE", "SearchDatabase"]

UNREACHABLE = Message("The search server cannot be reached just now: ask again in a moment.")

KEPT = timedelta(days=1)
"""How long something is kept that no snapshot names: it may be one that is being built."""

OWNER = re.compile(r"footnote_[0-9a-f]{8}")
NAME = re.compile(r"(footnote_[0-9a-f]{8})_[a-z]+_(\d{14})_[0-9a-f]{8}")
"""Owner, and when it was named in UTC."""


class SearchDatabase(ABC):
    """Tables whose names begin with a word of this installation's own, so that nobody else removes them.

    A file holds that word; it is made with the first name. In a folder of a snapshot, a file names its table.
    """

    FILE: ClassVar[str]
    """The file that names the table of a folder, and what that is called there."""
    KEY: ClassVar[str]

    def __init__(self, owner_file: Path) -> None:
        self._owner_file = owner_file

    @abstractmethod
    def drop(self, name: str) -> None:
        """Remove a table, if the server can be reached."""

    @abstractmethod
    def _names(self) -> Iterable[str]:
        """Return the names of all tables, those of others too."""

    def new_name(self, kind: str) -> str:
        return f"{self._owner}_{kind}_{datetime.now(UTC):%Y%m%d%H%M%S}_{secrets.token_hex(4)}"

    @contextmanager
    def new_table(self, folder: Path, kind: str) -> Iterator[str]:
        """Yield a name, and at the end let a folder's file name it; if the block fails, its table is removed."""
        name = self.new_name(kind)
        try:
            yield name
            self.write_name(folder, name)
        except BaseException:
            self.drop(name)
            raise

    def sweep(self, snapshots: Path, building: str = "") -> None:
        """Remove this owner's tables that are older than a day and that no folder of the snapshots names."""
        used = {self.name_of(path.parent) for path in snapshots.rglob(self.FILE)} | {building}
        for name in self._names():
            if name not in used and self._is_old(name):
                self.drop(name)

    @classmethod
    def write_name(cls, folder: Path, name: str) -> None:
        write_atomically(folder / cls.FILE, json.dumps({cls.KEY: name}).encode() + b"\n")

    @classmethod
    def name_of(cls, folder: Path) -> str:
        """Return the name of a folder's table. Raises OSError if there is none, ValueError if it is damaged."""
        try:
            name = str(json.loads((folder / cls.FILE).read_bytes())[cls.KEY])
        except (ValueError, LookupError, TypeError) as error:
            raise ValueError(f"{cls.FILE} is not as it was written") from error
        if not NAME.fullmatch(name):  # it becomes part of a statement
            raise ValueError(f"{cls.FILE} names no {cls.KEY} of ours")
        return name

    def _is_old(self, name: str) -> bool:
        """Return whether a name is this owner's and older than a day."""
        found = NAME.fullmatch(name)
        if not found or found[1] != self._owner:
            return False
        return datetime.strptime(f"{found[2]}+0000", "%Y%m%d%H%M%S%z") < datetime.now(UTC) - KEPT

    @property
    def _owner(self) -> str:
        with suppress(FileNotFoundError):
            if found := OWNER.fullmatch(self._owner_file.read_text("utf-8").strip()):
                return found[0]
        owner = f"footnote_{secrets.token_hex(4)}"
        write_atomically(self._owner_file, owner.encode())
        return owner
