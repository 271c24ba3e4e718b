"""Sources as bytes: files that were read, and what could not be read."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from index.domain.snapshots import SkippedSource

__all__ = ["NO_SOURCES", "SourceFile", "SourceSet", "StaleSource"]


@dataclass(frozen=True, slots=True)
class SourceFile:
    """The bytes of one source, read once: what is hashed is what is parsed.

    `format` is one of FORMATS, empty where the name says it; `url` is the public address, if it came from there.
    """

    source: str
    data: bytes
    format: str = ""
    url: str | None = None

    @property
    def sha256(self) -> str:
        """Of the bytes; of a page from the web of its address and format too, for its document holds them."""
        whole = b"\0".join([self.data, self.url.encode(), self.format.encode()]) if self.url else self.data
        return hashlib.sha256(whole).hexdigest()


@dataclass(frozen=True, slots=True)
class StaleSource:
    """A source of which an older copy is read: the newest is from `since`, `problem` is why there is none newer."""

    source: str
    since: datetime
    problem: str


@dataclass(frozen=True, slots=True)
class SourceSet:
    """All sources that could be read, and every one that could not.

    `stale` are sources of which an older copy is read, `waiting` those from the web that were not asked for yet.
    """

    files: tuple[SourceFile, ...]
    skipped: tuple[SkippedSource, ...]
    stale: tuple[StaleSource, ...] = ()
    waiting: tuple[str, ...] = ()

    @property
    def hashes(self) -> dict[str, str]:
        return {file.source: file.sha256 for file in self.files}


NO_SOURCES = SourceSet((), ())
