"""The sources of a server with sources of its own: the shared ones and its own as one set."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from index.domain.answers import SourceChange
from index.domain.errors import LibraryError, SourcesUnreadable
from index.domain.messages import Message
from index.domain.sources import NO_SOURCES, SourceSet
from index.sources.disk import FilesOnDisk
from index.sources.folder import read_sources, source_names
from index.sources.reader import SourceReader

if TYPE_CHECKING:
    from index.domain.documents import Document
    from index.domain.ports import Progress, SourceFiles

__all__ = ["ServerSources"]


class ServerSources(SourceReader):
    """Reads the shared sources and a server's own; its own takes the place of a shared one of the same name."""

    def __init__(self, folder: Path, *, max_bytes: int, shared: SourceReader) -> None:
        super().__init__(folder, max_bytes=max_bytes)
        self._shared = shared
        self._folder, self._largest = folder, max_bytes
        self.files: SourceFiles = _Files(folder, own=FilesOnDisk(folder, max_bytes=max_bytes), shared=shared.files)

    def refresh(self, progress: Progress) -> None:
        """Fetch nothing: the pages on the web belong to the shared sources, and are fetched for those."""

    def read(self) -> SourceSet:
        """Return the sources as they are. Raises SourcesUnreadable if there is none at all."""
        shared, own = self._read_shared(), self._read_own()
        if not shared.files and not own.files:
            raise SourcesUnreadable(
                Message("Not one source can be read, of this server or shared: add one with /source add.")
            )
        names = {file.source for file in own.files}
        return SourceSet(
            files=(*(file for file in shared.files if file.source not in names), *own.files),
            skipped=(*shared.skipped, *own.skipped),
            stale=tuple(each for each in shared.stale if each.source not in names),
            waiting=tuple(name for name in shared.waiting if name not in names),
        )

    def _read_shared(self) -> SourceSet:
        try:
            return self._shared.read()
        except LibraryError:
            return NO_SOURCES

    def _read_own(self) -> SourceSet:
        try:
            return read_sources(self._folder, self._largest)
        except SourcesUnreadable as error:
            if not source_names(self._folder):
                return NO_SOURCES
            raise error


class _Files:
    """Files of the server's folder, or of the shared sources if it has none of that name."""

    def __init__(self, folder: Path, *, own: SourceFiles, shared: SourceFiles) -> None:
        self._folder = folder
        self._own = own
        self._shared = shared

    def change(self, document: Document) -> SourceChange:
        return self._of(document).change(document)

    def original(self, document: Document) -> bytes | None:
        return self._of(document).original(document)

    def _of(self, document: Document) -> SourceFiles:
        return self._own if document.source in source_names(self._folder) else self._shared
