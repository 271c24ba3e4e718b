"""All sources as one: the files of a folder and the web pages that it lists."""

from __future__ import annotations

from pathlib import Path

from index.domain.ports import Progress, SourceFiles
from index.domain.sources import NO_SOURCES, SourceSet
from index.sources.disk import FilesOnDisk
from index.sources.folder import read_sources
from index.sources.web import WebSources

__all__ = ["SourceReader"]


class SourceReader:
    """Reads the sources of one folder; without `web`, files alone are sources."""

    def __init__(self, folder: Path, *, max_bytes: int, web: WebSources | None = None) -> None:
        self.folder = folder
        self.files: SourceFiles = FilesOnDisk(folder, max_bytes=max_bytes)
        self._max_bytes = max_bytes
        self._web = web

    def refresh(self, progress: Progress) -> None:
        """Fetch the listed web pages again; a page that fails keeps its older copy."""
        if self._web:
            self._web.refresh(self.folder, progress)

    def read(self) -> SourceSet:
        """Return the sources as they are: files, and the copies of web pages. Raises SourcesUnreadable."""
        return read_sources(self.folder, self._max_bytes, self._web.read(self.folder) if self._web else NO_SOURCES)
