"""Sources as bytes: files that were read, and what could not be read."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from index.domain.snapshots import SkippedSource

__all__ = ["NO_SOURCES", "Export", "SourceFile", "SourceSet", "StaleSource", "UploadOutcome", "UploadResult", "Usage"]


class UploadOutcome(StrEnum):
    """What came of adding or removing a source; EXISTS if nothing was written, since the name is taken."""

    ADDED = "added"
    REPLACED = "replaced"
    EXISTS = "there"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class UploadResult:
    """What came of adding a source, and the remarks on its content that a reindex would make."""

    outcome: UploadOutcome
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceFile:
    """The bytes of one source, read once: what is hashed is what is parsed.

    `format` is empty if the name says it; `url` is the public address of a page from the web.
    """

    source: str
    data: bytes
    format: str = ""
    url: str | None = None

    @property
    def sha256(self) -> str:
        """The checksum of the bytes; for a page from the web, of its address and format too."""
        whole = b"\0".join([self.data, self.url.encode(), self.format.encode()]) if self.url else self.data
        return hashlib.sha256(whole).hexdigest()


@dataclass(frozen=True, slots=True)
class StaleSource:
    """A source of which a copy from `since` is read; `problem` is why there is no newer one."""

    source: str
    since: datetime
    problem: str


@dataclass(frozen=True, slots=True)
class SourceSet:
    """All sources that could be read, and all that could not.

    `stale` are sources of which an older copy is read, `waiting` web sources that were not fetched yet.
    """

    files: tuple[SourceFile, ...]
    skipped: tuple[SkippedSource, ...]
    stale: tuple[StaleSource, ...] = ()
    waiting: tuple[str, ...] = ()

    @property
    def hashes(self) -> dict[str, str]:
        """The checksum of each source."""
        return {file.source: file.sha256 for file in self.files}


NO_SOURCES = SourceSet((), ())


@dataclass(frozen=True, slots=True)
class Usage:
    """What a server has of its own, beside the most that it may have; passages are those of its live snapshot."""

    files: int
    bytes: int
    passages: int
    most_files: int
    most_bytes: int
    most_passages: int


@dataclass(frozen=True, slots=True)
class Export:
    """Archives in their order, and the files that are in none, being too large for one or unreadable."""

    parts: tuple[Path, ...]
    left_out: tuple[str, ...]
