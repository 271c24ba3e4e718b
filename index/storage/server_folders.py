"""The folders of servers, and which of these servers the bot has left.

SERVERS_DIR/ID/sources      the files that a server's moderators added
SERVERS_DIR/ID/index        its snapshots, built from the shared sources and its own
SERVERS_DIR/ID/left         when the bot left the server; its collection is deleted some time after
"""

from __future__ import annotations

import re
import shutil
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from index.domain.errors import LibraryError
from index.domain.messages import Message
from index.storage.atomic import write_atomically

__all__ = ["LEFT", "SERVER_ID", "ServerFolders"]

SERVER_ID = re.compile(r"[1-9][0-9]{0,19}")
"""A Discord id, the only thing of a server that a path, a member of an archive or the key of an object may hold."""

LEFT = "left"
"""The file in a server's folder that says since when the bot is no longer in it."""

DELETED = ".deleted-"
"""What a folder is called while it is deleted, so that what is half deleted is no collection any more."""


class ServerFolders:
    """The folders below one root. Thread-safe; makes no folder but the root, and that only for a mark."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def folder(self, server: int) -> Path:
        """Return a server's folder, which need not exist. Raises ValueError for what is no id."""
        if not SERVER_ID.fullmatch(str(server)):
            raise ValueError("a server's id is a positive number of at most 20 digits")
        return self._root / str(server)

    def sources(self, server: int) -> Path:
        return self.folder(server) / "sources"

    def index(self, server: int) -> Path:
        return self.folder(server) / "index"

    def servers(self) -> tuple[int, ...]:
        """Return the servers that have a folder, those that the bot left included."""
        try:
            names = [path.name for path in self._root.iterdir() if path.is_dir()]
        except (FileNotFoundError, NotADirectoryError):
            return ()
        return tuple(sorted(int(name) for name in names if SERVER_ID.fullmatch(name)))

    def mark_left(self, server: int, now: datetime) -> None:
        """Note that the bot left a server, unless it is noted already."""
        mark = self.folder(server) / LEFT
        if not mark.exists():
            mark.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(mark, now.astimezone(UTC).isoformat().encode())

    def unmark_left(self, server: int) -> bool:
        """Note that the bot is in a server again; return whether it had left."""
        try:
            (self.folder(server) / LEFT).unlink()
        except FileNotFoundError:
            return False
        with suppress(OSError):  # it holds something
            self.folder(server).rmdir()
        return True

    def has_left(self, server: int) -> bool:
        return (self.folder(server) / LEFT).exists()

    def left_at(self, server: int) -> datetime | None:
        """Return when the bot left a server; None if it did not. A mark that cannot be read counts as made now."""
        mark = self.folder(server) / LEFT
        try:
            time = datetime.fromisoformat(mark.read_text("utf-8").strip())
        except FileNotFoundError:
            return None
        except (OSError, ValueError):
            return datetime.now(UTC)
        return time if time.tzinfo else time.replace(tzinfo=UTC)

    def delete(self, server: int) -> bool:
        """Delete a server's folder, first by another name; return whether there was one.

        Raises
        ------
        LibraryError
            The system refuses.
        """
        folder = self.folder(server)
        gone = self._root / f"{DELETED}{server}"
        try:
            self.sweep()
            folder.rename(gone)
        except FileNotFoundError:
            return False
        except OSError as error:
            raise LibraryError(
                Message("The server's sources can't be deleted: try again, or ask who runs me."),
                log_detail=f"{folder} can't be renamed ({error.strerror}).",
            ) from error
        shutil.rmtree(gone, ignore_errors=True)
        return True

    def sweep(self) -> None:
        """Remove what a process that died left half deleted."""
        if self._root.is_dir():
            for path in self._root.glob(f"{DELETED}*"):
                shutil.rmtree(path, ignore_errors=True)
