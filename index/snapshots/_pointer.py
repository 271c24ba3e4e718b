"""LIVE: which snapshot is live. Switched by one rename, and looked at without being read."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from index.domain.errors import Damaged, NoIndex
from index.domain.messages import REBUILD, REINDEX, with_fix

__all__ = ["Pointer", "sync"]

Signature = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Pointer:
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
            raise Damaged(fault, where=f"It is {self.file}.") from error
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
        fresh = self.file.with_suffix(".new")
        fresh.write_bytes(_line(name, checksum).encode())
        sync(fresh)
        fresh.replace(self.file)

    def sweep(self) -> None:
        """Remove what a process that died while it switched left behind."""
        fresh = self.file.with_suffix(".new")
        if fresh.is_file():
            fresh.unlink()


def sync(path: Path) -> None:
    """Bring a file or folder to the disk; Windows cannot open a folder, and flushes only what is writable."""
    if os.name == "nt" and path.is_dir():
        return
    handle = os.open(path, os.O_RDWR if os.name == "nt" else os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _line(name: str, checksum: str) -> str:
    return f"{name} {checksum}\n"
