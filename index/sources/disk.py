"""The files of sources as they are now, compared with what was indexed."""

from __future__ import annotations

import threading
from pathlib import Path

from cachetools import LRUCache

from index.domain.answers import SourceChange
from index.domain.documents import Document
from index.domain.errors import UnreadableSource
from index.parsing.documents import document_id
from index.sources.folder import read_source

__all__ = ["FilesOnDisk"]

MOST_CACHED = 1_000
"""Files whose content is known by their size and times."""

FileState = tuple[int, ...]


class FilesOnDisk:
    """Says whether a document's file changed since. Thread-safe.

    A file is read once, and again only if its size or times changed.
    """

    def __init__(self, folder: Path, *, max_bytes: int) -> None:
        self._folder = folder
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self._ids: LRUCache[str, tuple[FileState, str]] = LRUCache(MOST_CACHED)

    def change(self, document: Document) -> SourceChange:
        """Return EDITED or DELETED if the file is not the one that the document was read from; else NONE."""
        if document.format:  # a page from the web: there is no file of that name
            return SourceChange.NONE
        try:
            current_id = self._current_id(document.source)
        except (FileNotFoundError, NotADirectoryError):
            return SourceChange.DELETED
        except UnreadableSource:  # larger than allowed, binary: what was indexed was none of it
            return SourceChange.EDITED
        except (OSError, ValueError):  # not to be read now, which says nothing of its content
            return SourceChange.NONE
        return SourceChange.NONE if current_id == document.id else SourceChange.EDITED

    def original(self, document: Document) -> bytes | None:
        """Return the bytes of a document's file; None if there is none, or not the one that was indexed."""
        if document.format:
            return None
        try:
            file = read_source(self._folder, document.source, self._max_bytes)
        except (OSError, ValueError, UnreadableSource):
            return None
        return file.data if document_id(file) == document.id else None

    def _current_id(self, source: str) -> str:
        """Return the id that the file's document would have. Raises OSError, UnreadableSource."""
        stat = (self._folder / source).stat()
        state = (stat.st_mtime_ns, stat.st_ctime_ns, stat.st_size, stat.st_ino)
        with self._lock:
            cached = self._ids.get(source)
        if cached and cached[0] == state:
            return cached[1]
        id_ = document_id(read_source(self._folder, source, self._max_bytes))
        with self._lock:
            self._ids[source] = (state, id_)
        return id_
