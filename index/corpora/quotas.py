"""Quotas of a server: how many files, megabytes and passages of its own it may have."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path

from index.domain.errors import QuotaExceeded
from index.domain.messages import Message
from index.domain.sources import UploadResult
from index.parsing.formats import SECONDS
from index.sources.uploads import UploadedSources

__all__ = ["MEGABYTE", "Quotas", "ServerUploads"]

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Quotas:
    """The most that one server may have of its own."""

    files: int
    bytes: int
    passages: int


class ServerUploads(UploadedSources):
    """A server's own files, within its quotas, which are checked before anything is written. One upload at a time."""

    def __init__(self, folder: Path, *, quotas: Quotas, max_bytes: int, seconds: float = SECONDS) -> None:
        super().__init__(folder, max_bytes=max_bytes, seconds=seconds)
        self._quotas = quotas
        self._adding = threading.Lock()

    def check(self, name: str, size: int) -> None:
        """Check if a file of this name and size may be added. Raises SourceRejected, QuotaExceeded."""
        super().check(name, size)
        sizes = {file.name: file.bytes for file in self.list_files()}
        others = [each for source, each in sizes.items() if source != name]
        if len(others) >= self._quotas.files:
            raise QuotaExceeded(
                Message(
                    "{name} was not added: this server has {used} of {most} files. Remove one first.",
                    name=name,
                    used=len(others),
                    most=self._quotas.files,
                )
            )
        left = max(0, self._quotas.bytes - sum(others))
        if size > left:
            raise QuotaExceeded(
                Message(
                    "{name} was not added: it has {size} MB, and {left} of this server's {most} MB are left. Remove "
                    "files first, or make it smaller.",
                    name=name,
                    size=_megabytes(size),
                    left=_megabytes(left),
                    most=_megabytes(self._quotas.bytes),
                )
            )

    def add(self, name: str, data: bytes, *, replace: bool = False, expected: bytes | None = None) -> UploadResult:
        """Add a file as `UploadedSources` does. Raises QuotaExceeded, too."""
        with self._adding:
            return super().add(name, data, replace=replace, expected=expected)


def _megabytes(size: int) -> str:
    """Return a size in MB; one that is not zero is not shown as zero."""
    return f"{max(size / MEGABYTE, 0.01) if size else 0:.2f}".rstrip("0").rstrip(".")
