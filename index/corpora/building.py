"""Builds of a server's own index: begun from the shared snapshot, and within the quota of passages."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from index.corpora.quotas import Quotas
from index.domain.errors import LibraryError, QuotaExceeded
from index.domain.messages import Message
from index.domain.sources import NO_SOURCES
from index.snapshots.manifest import Manifest
from index.snapshots.staleness import source_states
from index.snapshots.store import SnapshotStore
from index.storage.links import link_or_copy

__all__ = ["ServerBuilds", "own_passages"]

log = logging.getLogger(__name__)


class ServerBuilds:
    """The rules of one server's builds.

    `names` returns the names of its own files. Its first build begins from a copy of the live shared snapshot, so that
    only what is its own is read and embedded; if that build fails, the copy goes again, and `drop` lets go of it.
    Without `shared`, if that one has other engines than the server's, all is read and embedded.
    """

    def __init__(
        self,
        *,
        own: SnapshotStore,
        shared: SnapshotStore | None,
        names: Callable[[], tuple[str, ...]],
        quotas: Quotas,
        drop: Callable[[], None],
    ) -> None:
        self._own = own
        self._shared = shared
        self._names = names
        self._quotas = quotas
        self._drop = drop

    @contextmanager
    def building(self) -> Iterator[None]:
        """Begin from the shared snapshot if there is none. Raises LibraryError for a server without own sources."""
        first = self._own.pointer.signature() is None
        if first and not self._names():
            raise LibraryError(
                Message(
                    "This server has no sources of its own yet, and answers from the shared ones: add a file with "
                    "/source add, then reindex."
                )
            )
        copied = first and self._shared is not None and self._copy(self._shared)
        try:
            yield
        except BaseException:
            if copied:
                self._undo()
            raise

    def check(self, passages: Mapping[str, int]) -> None:
        """Raise QuotaExceeded if the server's own sources have too many passages."""
        used = sum(passages.get(name, 0) for name in self._names())
        if used > self._quotas.passages:
            raise QuotaExceeded(
                Message(
                    "The index was not changed: this server's own sources have {used} passages, and it may have "
                    "{most}. Remove files, or shorten them, then reindex.",
                    used=used,
                    most=self._quotas.passages,
                )
            )

    def _copy(self, shared: SnapshotStore) -> bool:
        """Make a copy of the live shared snapshot the server's first one; return whether that worked."""
        try:
            manifest = shared.live()
            with self._own.building() as folder:
                _link_all(shared.folder(manifest.snapshot.id), folder)
                self._own.publish(folder, manifest)
        except (LibraryError, OSError) as error:  # then all is read and embedded anew
            reason = error.log_message if isinstance(error, LibraryError) else error.strerror
            log.info("A server's first build does not begin from the shared snapshot: %s", reason)
            return False
        return True

    def _undo(self) -> None:
        with suppress(OSError):
            self._own.pointer.file.unlink()
        shutil.rmtree(self._own.root / "snapshots", ignore_errors=True)
        self._drop()


def own_passages(manifest: Manifest | None, names: tuple[str, ...]) -> int:
    """Return how many passages of a snapshot are of sources with these names."""
    own = set(names)
    return sum(source.passages for source in source_states(manifest, NO_SOURCES) if source.source in own)


def _link_all(source: Path, target: Path) -> None:
    """Put all files of a folder into another: as hard links if the file system can, else as copies."""
    for path in sorted(source.rglob("*")):
        place = target / path.relative_to(source)
        if path.is_dir():
            place.mkdir(exist_ok=True)
            continue
        link_or_copy(path, place)
