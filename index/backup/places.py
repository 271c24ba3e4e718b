"""Where the parts of an installation are: what a backup reads and a restore writes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from index.storage.server_folders import ServerFolders

__all__ = ["FETCHED", "Places"]

FETCHED = "fetched"
"""The folder of web pages in the folder of the index."""


@dataclass(frozen=True, slots=True)
class Places:
    """The files and folders of one installation.

    `state` are files that whoever runs the index keeps, `secrets` those that a backup leaves out unless it is asked
    for them; both are known by their names. `locks` are files that a running bot has locked. `servers` is the folder of
    servers' own collections. With `database` the journal is in PostgreSQL, whose own tools back it up.
    """

    journal: Path
    index: Path
    sources: Path
    state: tuple[Path, ...] = ()
    secrets: tuple[Path, ...] = ()
    locks: tuple[Path, ...] = ()
    servers: Path | None = None
    database: bool = False

    @property
    def server_folders(self) -> ServerFolders | None:
        return ServerFolders(self.servers) if self.servers else None

    @property
    def indexes(self) -> tuple[Path, ...]:
        """The folder of the index, and those of servers' indexes."""
        folders = self.server_folders
        return (self.index, *map(folders.index, folders.servers())) if folders else (self.index,)

    @property
    def journal_key(self) -> Path:
        return self.journal.with_name(f"{self.journal.name}.key")
