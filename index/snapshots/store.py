"""Snapshots on disk: immutable folders, checksummed, made live by one atomic switch of a pointer.

INDEX_DIR/LIVE                      the id of the live snapshot and its manifest's sha256
INDEX_DIR/snapshots/ID/manifest.json, documents.jsonl, passages.jsonl, suggestions.json, vectors.faiss, keyword/,
                        token*, state*
INDEX_DIR/snapshots/.preview-ID     one that is whole, and waits to be made live
INDEX_DIR/snapshots/.building-*, .removed-*   one that is not whole yet, or no more
"""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
import uuid
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from index.domain.documents import Document
from index.domain.errors import Damaged, IndexMismatch, NoIndex, NoSuchSnapshot
from index.domain.messages import LIST, REBUILD, message_of, system_message, with_fix
from index.domain.snapshots import Snapshot
from index.snapshots._pointer import LivePointer
from index.snapshots.files import ID, DocumentCache
from index.snapshots.manifest import FORMAT, Manifest, ManifestDamaged
from index.storage.atomic import fsync_path

__all__ = ["SnapshotStore", "new_id"]

log = logging.getLogger(__name__)

MOST_SPARED = 20
"""Snapshots that are kept because answers cite them, beyond those that are kept because they are new."""

MANIFEST = "manifest.json"
PREVIEW = ".preview-"


class SnapshotStore:
    """The snapshots in one folder."""

    def __init__(self, folder: Path) -> None:
        self.root = folder
        self.pointer = LivePointer(folder / "LIVE")
        self._places = folder / "snapshots"
        self._archive = DocumentCache(self._places, FORMAT)

    def folder(self, snapshot: str) -> Path:
        return self._places / snapshot

    def preview(self, snapshot: str) -> Path:
        """Where a snapshot waits to be made live."""
        return self._places / f"{PREVIEW}{snapshot}"

    def ids(self) -> list[str]:
        """The snapshots that are there, whole or not, oldest first."""
        try:
            return sorted(path.name for path in self._places.iterdir() if ID.fullmatch(path.name) and path.is_dir())
        except FileNotFoundError:
            return []

    def live(self) -> Manifest:
        """The live snapshot's manifest, checked against the pointer.

        Raises NoIndex when there is no snapshot, Damaged when there is one but no pointer, or when that or the manifest
        is damaged, IndexMismatch when it is of another format.
        """
        try:
            name, checksum = self.pointer.read()
        except NoIndex as error:
            if not self.ids():
                raise
            raise Damaged(with_fix(REBUILD, "The pointer to the live snapshot, LIVE, is missing")) from error
        return self._manifest(self.folder(name), name, checksum)

    def manifest(self, snapshot: str, folder: Path | None = None) -> Manifest:
        """The manifest of any snapshot, checked against itself. Raises NoSuchSnapshot, Damaged, IndexMismatch."""
        place = folder or self.folder(snapshot)
        if not ID.fullmatch(snapshot) or not place.is_dir():
            raise NoSuchSnapshot(with_fix(LIST, "There is no snapshot {id}", id=snapshot))
        return self._manifest(place, snapshot)

    def verify(self, manifest: Manifest, folder: Path | None = None) -> Path:
        """The snapshot's folder, every file in it checked against its checksum, the manifest against its own.

        Raises Damaged.
        """
        id_ = manifest.snapshot.id
        place = folder or self.folder(id_)
        if self._manifest(place, id_) != manifest:
            raise Damaged(with_fix(REBUILD, "The manifest of snapshot {id} is not the one that is live", id=id_))
        for name, checksum in manifest.files.items():
            try:
                found = _sha256(place / name)
            except OSError as error:
                raise Damaged(
                    with_fix(
                        REBUILD,
                        "{file} of snapshot {id} cannot be read ({why})",
                        file=name,
                        id=id_,
                        why=system_message(error),
                    )
                ) from error
            if found != checksum:
                raise Damaged(with_fix(REBUILD, "{file} of snapshot {id} is damaged", file=name, id=id_))
        return place

    def documents(self, snapshot: str) -> dict[str, Document] | None:
        """The documents, by source, of a snapshot that may be older than the live one; their sections have no blocks.

        None where it is gone, damaged, of another format, or no snapshot's id.
        """
        return self._archive.documents(snapshot)

    @contextmanager
    def building(self) -> Iterator[Path]:
        """A folder to build in, removed when the block ends without `publish` or `set_aside`."""
        place = self._places / f".building-{uuid.uuid4().hex[:8]}"
        place.mkdir(parents=True)
        try:
            yield place
        finally:
            shutil.rmtree(place, ignore_errors=True)

    def seal(self, place: Path, snapshot: Snapshot, **facts: Any) -> Manifest:
        """The manifest of a built folder, written into it; all of it is on the disk by then."""
        names = sorted(path.relative_to(place).as_posix() for path in place.rglob("*") if path.is_file())
        manifest = Manifest(snapshot=snapshot, files={name: _sha256(place / name) for name in names}, **facts)
        (place / MANIFEST).write_bytes(manifest.to_json().encode())
        for path in [*place.rglob("*"), place]:
            fsync_path(path)
        return manifest

    def publish(self, place: Path, manifest: Manifest) -> None:
        """Make a sealed folder live: until the last step the old one serves."""
        folder = place.rename(self.folder(manifest.snapshot.id))
        try:
            fsync_path(self._places)
            self.pointer.point(manifest.snapshot.id, _checksum(manifest))
        except OSError:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        self._switched()

    def set_aside(self, place: Path, manifest: Manifest) -> None:
        """Let a sealed folder wait to be made live; the next builder clears it away."""
        place.rename(self.preview(manifest.snapshot.id))

    def switch(self, manifest: Manifest) -> None:
        """Make a snapshot live that is there already."""
        self.pointer.point(manifest.snapshot.id, _checksum(manifest))
        self._switched()

    def _switched(self) -> None:
        """From the switch on the new one is live: whatever fails now undoes nothing."""
        try:
            fsync_path(self.root)
        except OSError as error:
            log.warning("The switch to another snapshot may not outlast a power cut (%s)", error.strerror)

    def sweep(self) -> None:
        """Remove what builders that died, and previews that were not made live, left behind."""
        self.pointer.sweep()
        if self._places.is_dir():
            for path in self._places.iterdir():
                if path.name.startswith(".") and path.is_dir():
                    shutil.rmtree(path, ignore_errors=True)

    def discard(self, snapshot: str) -> None:
        """Remove a snapshot that waits to be made live."""
        shutil.rmtree(self.preview(snapshot), ignore_errors=True)

    def prune(self, keep: int, spare: Collection[str] = ()) -> None:
        """Remove what builders that died left behind, and all but the newest `keep` snapshots and the live one.

        Of the others those in `spare` stay too, the newest MOST_SPARED of them.
        """
        live, _ = self.pointer.read()
        others = [name for name in self.ids() if name != live]
        old = others[: max(0, len(others) - (keep - 1))]
        spared = [name for name in old if name in spare][-MOST_SPARED:]
        for name in old:
            if name not in spared:
                self._remove(name)
        self.sweep()

    def _remove(self, name: str) -> None:
        """By a new name first: what is half removed when a process dies is no snapshot any more."""
        try:
            self.folder(name).rename(self._places / f".removed-{name}")
        except OSError:  # such as one of Windows, where a file of it is in use: the next builder tries again
            return

    def _manifest(self, place: Path, name: str, checksum: str = "") -> Manifest:
        try:
            data = (place / MANIFEST).read_bytes()
        except OSError as error:
            raise Damaged(with_fix(REBUILD, "The snapshot {id} has no readable manifest", id=name)) from error
        damaged = with_fix(REBUILD, "The manifest of snapshot {id} is damaged", id=name)
        if checksum and hashlib.sha256(data).hexdigest() != checksum:
            raise Damaged(damaged)
        try:
            manifest = Manifest.from_json(data.decode("utf-8"))
        except (ManifestDamaged, UnicodeDecodeError) as error:
            raise Damaged(damaged) from error
        except (KeyError, TypeError, ValueError) as error:
            raise IndexMismatch(
                with_fix(
                    REBUILD,
                    "The snapshot {id} was made by another version of this program ({why})",
                    id=name,
                    why=message_of(error),
                )
            ) from error
        if manifest.snapshot.id != name:
            raise Damaged(
                with_fix(REBUILD, "The folder of snapshot {id} holds {other}", id=name, other=manifest.snapshot.id)
            )
        return manifest


def new_id(hashes: Mapping[str, str]) -> str:
    """Sorts by time: 20260401T120000Z-1a2b3c4d."""
    digest = hashlib.sha256(json.dumps(hashes, sort_keys=True).encode()).hexdigest()
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}-{digest[:8]}"


def _checksum(manifest: Manifest) -> str:
    return hashlib.sha256(manifest.to_json().encode()).hexdigest()


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
