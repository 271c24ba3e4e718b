"""Where the parts of an installation are: what a backup reads and a restore writes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

__all__ = ["FETCHED", "Places"]

FETCHED = "fetched"
"""The folder of web pages in the folder of the index."""


@dataclass(frozen=True, slots=True)
class Places:
    """The files and folders of one installation.

    `state` are files that whoever runs the index keeps, `secrets` those that a backup leaves out unless it is asked
    for them; both are known by their names. `locks` are files that a running bot has locked. With `database` the
    journal is in PostgreSQL, whose own tools back it up.
    """

    journal: Path
    index: Path
    sources: Path
    state: tuple[Path, ...] = ()
    secrets: tuple[Path, ...] = ()
    locks: tuple[Path, ...] = ()
    database: bool = False

    @property
    def journal_key(self) -> Path:
        return self.journal.with_name(f"{self.journal.name}.key")
