"""What is new in a snapshot since a moment: compared with the newest snapshot that is kept from before it."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from cachetools import LRUCache

from index.domain.errors import LibraryError, NoSuchMoment, NoSuchSnapshot
from index.domain.messages import Message
from index.domain.snapshots import SourceChanges
from index.snapshots.catalog import content_of, find_snapshot, load_content
from index.snapshots.diff import source_changes
from index.snapshots.store import SnapshotStore
from index.text.moments import Moment

if TYPE_CHECKING:
    from index.retrieval.search_index import SearchIndex

__all__ = ["KeptChanges"]

log = logging.getLogger(__name__)

MOST_COMPARED = 8
"""Comparisons of two snapshots that stay in memory."""

MOST_NAMED = 5
"""Kept snapshots that an error names, the newest."""


class KeptChanges:
    """Changes of the sources, as far as the kept snapshots show them. Thread-safe."""

    def __init__(self, snapshots: SnapshotStore) -> None:
        self._snapshots = snapshots
        self._lock = threading.Lock()
        self._cache: LRUCache[tuple[str, str], SourceChanges] = LRUCache(MOST_COMPARED)

    def since(self, moment: Moment, search_index: SearchIndex) -> SourceChanges:
        """Return what a loaded snapshot holds that it did not at a moment.

        Of a time it is compared with the newest snapshot before, else with the oldest that is kept. Nothing is known to
        be new without one, or if the snapshot itself is older than that.

        Raises
        ------
        NoSuchMoment
            The snapshot is not kept, or none is from before the last reindex.
        IndexMismatch
            The snapshot that was named is damaged or of another format.
        """
        if moment.snapshot:
            try:
                before = find_snapshot(self._snapshots, moment.snapshot)
            except NoSuchSnapshot as error:
                raise NoSuchMoment(
                    Message(
                        "{snapshot} is no kept snapshot, or several. Kept are {kept}.",
                        snapshot=moment.snapshot,
                        kept=self.kept(),
                    )
                ) from error
            return self._compare(before, search_index)
        for before in self._earlier(moment, search_index.id):
            try:
                return self._compare(before, search_index)
            except LibraryError as error:
                log.warning("Snapshot %s is not compared with the live one: %s", before, error)
        if moment.time is None:
            raise NoSuchMoment(
                Message("No snapshot is kept from before the last reindex: name a date, such as 2025-04-05.")
            )
        return SourceChanges()

    def kept(self) -> str:
        """Return the ids of the newest kept snapshots, in words."""
        return ", ".join(list(reversed(self._snapshots.ids()))[:MOST_NAMED]) or "-"

    def _earlier(self, moment: Moment, live: str) -> list[str]:
        """Return the snapshots to compare with, the best first."""
        earlier = [name for name in self._snapshots.ids() if name < live]
        if moment.time is None:
            return earlier[::-1]
        # An id begins with its time in UTC, so that ids sort as times do.
        stamp = f"{moment.time:%Y%m%dT%H%M%S}"
        if live < stamp:
            return []
        older = [name for name in earlier if name < stamp]
        return [*older[::-1], *(name for name in earlier if name >= stamp)]

    def _compare(self, before: str, search_index: SearchIndex) -> SourceChanges:
        key = before, search_index.id
        with self._lock:
            if (known := self._cache.get(key)) is not None:
                return known
        earlier = load_content(self._snapshots, self._snapshots.manifest(before))
        live = content_of(self._snapshots.manifest(search_index.id), search_index.texts)
        changes = source_changes(earlier, live)
        with self._lock:
            self._cache[key] = changes
        return changes
