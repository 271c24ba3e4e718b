"""LIVE: which snapshot is live. Switched by one rename, and looked at without being read."""

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
        """The id and the checksum. Raises NoIndex where nothing is live, Damaged where any byte is not as written."""
        try:
            said = self.file.read_bytes().decode("utf-8")
            name, checksum = said.split()
            if said != _line(name, checksum):
                raise ValueError(said)
        except FileNotFoundError as error:
            raise NoIndex(with_fix(REINDEX, "There is no index yet")) from error
        except (OSError, ValueError) as error:
            fault = with_fix(REBUILD, "The pointer to the live snapshot, LIVE, is damaged")
            raise Damaged(fault, log_detail=f"It is {self.file}.") from error
        return name, checksum

    def signature(self) -> Signature | None:
        """Another one after every switch; None where nothing is live. One look at the file's entry, which a network
        file system may remember for some seconds."""
        try:
            found = self.file.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_ino, found.st_size

    def point(self, name: str, checksum: str) -> None:
        """Switch: when this returns the snapshot is live, when it raises it is not."""
        line = _line(name, checksum).encode()
        # The folder is flushed by the store: from the rename on the snapshot is live, and no error may say otherwise.
        write_atomically(self.file, line, temporary=self.file.with_suffix(".new"), fsync_folder=False)

    def sweep(self) -> None:
        """Remove what a process that died while it switched left behind."""
        fresh = self.file.with_suffix(".new")
        if fresh.is_file():
            fresh.unlink()


def _line(name: str, checksum: str) -> str:
    return f"{name} {checksum}\n"
