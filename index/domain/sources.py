"""Sources as bytes: files that were read, and what could not be read."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from index.domain.snapshots import SkippedSource

__all__ = ["NO_SOURCES", "SourceFile", "SourceSet", "StaleSource", "UploadOutcome"]


class UploadOutcome(StrEnum):
    """What came of adding or removing a source; EXISTS if nothing was written, since the name is taken."""

    ADDED = "added"
    REPLACED = "replaced"
    EXISTS = "there"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class SourceFile:
    """The bytes of one source, read once: what is hashed is what is parsed.

    Attributes
    ----------
    source : str
        The name of the source, as answers cite it.
    data : bytes
        The whole content.
    format : str
        One of the values of `index.parsing.formats.FORMATS`; empty if the name says it.
    url : str or None
        The public address, for a page from the web.
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
    """A source of which an older copy is read.

    Attributes
    ----------
    source : str
        The name of the source.
    since : datetime
        When the copy was fetched.
    problem : str
        Why there is no newer one.
    """

    source: str
    since: datetime
    problem: str


@dataclass(frozen=True, slots=True)
class SourceSet:
    """All sources that could be read, and all that could not.

    Attributes
    ----------
    files : tuple of SourceFile
        The sources, in order.
    skipped : tuple of SkippedSource
        Files that could not be read, each with the reason.
    stale : tuple of StaleSource
        Sources of which an older copy is read.
    waiting : tuple of str
        Names of web sources that were not fetched yet.
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
