"""Files of a snapshot besides its segments, and a cache of the texts of snapshots that are not live."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from cachetools import LRUCache

from index.domain.answers import SuggestedQuestion
from index.domain.snapshots import VectorSearch
from index.retrieval.vector_search import read_search
from index.snapshots.texts import SEGMENTS, SnapshotTexts

__all__ = ["ID", "KEYWORD", "TextsCache", "read_suggestions", "vector_searches", "write_suggestions"]

SUGGESTIONS = "suggestions.json"

KEYWORD = "keyword"
"""The folder of the keyword index in a snapshot's folder."""

ID = re.compile(r"[0-9]{8}T[0-9]{12}Z-[0-9a-f]{8}")
"""The form of a snapshot's id; nothing else ever becomes part of a path."""

MOST_OPEN = 4
"""Snapshots whose texts stay open."""


class TextsCache:
    """The texts of the snapshots in one folder, live or not. Thread-safe."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._cache: LRUCache[str, SnapshotTexts] = LRUCache(MOST_OPEN)

    def __len__(self) -> int:
        """Return how many snapshots' texts are open."""
        with self._lock:
            return len(self._cache)

    def is_open(self, snapshot: str) -> bool:
        with self._lock:
            return snapshot in self._cache and (self._folder / snapshot).is_dir()

    def texts(self, snapshot: str) -> SnapshotTexts | None:
        """Return texts; None if the snapshot is gone or no id. Raises LibraryError if they are damaged."""
        if not ID.fullmatch(snapshot):
            return None
        folder = self._folder / snapshot
        with self._lock:
            if not folder.is_dir():  # what was removed is not shown any longer
                self._cache.pop(snapshot, None)
                return None
            texts = self._cache.get(snapshot)
            if texts is None:
                texts = self._cache[snapshot] = SnapshotTexts(folder)
            return texts


def write_suggestions(folder: Path, suggestions: Sequence[SuggestedQuestion]) -> None:
    """Write suggestions.json, a list of questions and where they are answered."""
    text = json.dumps([asdict(each) for each in suggestions], ensure_ascii=False, indent=1)
    (folder / SUGGESTIONS).write_text(f"{text}\n", "utf-8", newline="\n")


def read_suggestions(folder: Path) -> tuple[SuggestedQuestion, ...]:
    """Return what `write_suggestions` wrote. Raises OSError, ValueError, TypeError."""
    return tuple(SuggestedQuestion(**row) for row in json.loads((folder / SUGGESTIONS).read_text("utf-8")))


def vector_searches(folder: Path) -> tuple[VectorSearch, ...]:
    """Return how the vectors of each segment of a snapshot's folder are searched, of those that say so."""
    found = []
    for segment in sorted((folder / SEGMENTS).glob("*")):
        with suppress(OSError, ValueError):
            found.append(read_search(segment))
    return tuple(search for search in found if search)
