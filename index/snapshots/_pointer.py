"""The pointer file LIVE, which says which snapshot is live; switched by one rename."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from index.domain.errors import Damaged, NoIndex
from index.domain.messages import REBUILD, REINDEX, with_fix
from index.storage.atomic import write_atomically

__all__ = ["LivePointer"]

Signature = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class LivePointer:
    """The file that holds the id of the live snapshot and its manifest's sha256."""

    file: Path

    def read(self) -> tuple[str, str]:
        """Return the id and the checksum. Raises NoIndex if nothing is live, Damaged if a byte is not as written."""
        try:
            text = self.file.read_bytes().decode("utf-8")
            name, checksum = text.split()
            if text != _line(name, checksum):
                raise ValueError(text)
        except (FileNotFoundError, NotADirectoryError) as error:
            raise NoIndex(with_fix(REINDEX, "There is no index yet")) from error
        except (OSError, ValueError) as error:
            fault = with_fix(REBUILD, "The pointer to the live snapshot, LIVE, is damaged")
            raise Damaged(fault, log_detail=f"It is {self.file}.") from error
        return name, checksum

    def signature(self) -> Signature | None:
        """Return a value that changes with every switch; None if nothing is live.

        Costs one stat() of the file, which a network file system may cache for some seconds.
        """
        try:
            entry = self.file.stat()
        except OSError:
            return None
        return entry.st_mtime_ns, entry.st_ino, entry.st_size

    def switch(self, name: str, checksum: str) -> None:
        """Make a snapshot live: when this returns it is live, when it raises it is not."""
        line = _line(name, checksum).encode()
        # The folder is flushed by the store: from the rename on the snapshot is live, and no error may say otherwise.
        write_atomically(self.file, line, temporary=self.file.with_suffix(".new"), fsync_folder=False)

    def sweep(self) -> None:
        """Remove what a process that died during a switch left behind."""
        temporary = self.file.with_suffix(".new")
        if temporary.is_file():
            temporary.unlink()


def _line(name: str, checksum: str) -> str:
    return f"{name} {checksum}\n"
