"""The snapshot store: immutable, checksummed folders, made live by one atomic switch of a pointer.

INDEX_DIR/LIVE                      the id of the live snapshot and its manifest's sha256
INDEX_DIR/snapshots/ID/manifest.json, segments.json, suggestions.json, keyword/
INDEX_DIR/snapshots/ID/segments/NNNN/         texts and vectors, shared with other snapshots by hard links
INDEX_DIR/snapshots/.preview-ID     a whole one that waits to be made live
INDEX_DIR/unfinished/                         vectors of builds that died, from which the next goes on
INDEX_DIR/snapshots/.building-*, .removed-*   one that is not whole yet, or no longer
"""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
import uuid
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from index.domain.errors import Damaged, IndexMismatch, LibraryError, NoIndex, NoSuchSnapshot
from index.domain.messages import LIST, REBUILD, message_of, system_message, with_fix
from index.domain.snapshots import Snapshot
from index.snapshots._pointer import LivePointer
from index.snapshots.files import ID, TextsCache
from index.snapshots.manifest import Manifest, ManifestDamaged
from index.snapshots.texts import SnapshotTexts
from index.storage.atomic import fsync_path

__all__ = ["SnapshotStore", "new_id"]

log = logging.getLogger(__name__)

MOST_CITED = 20
"""Snapshots that are kept because answers cite them, besides the newest."""

LARGE_SNAPSHOT, LARGE_FILE = 64_000_000, 4_000_000
"""Bytes of a snapshot that is not read whole when it is opened, and of its files that are not."""

MANIFEST = "manifest.json"
LOCK = ".lock"
PREVIEW = ".preview-"


class SnapshotStore:
    """The snapshots in one folder; `switched` is told the folder of one that has just become live."""

    def __init__(self, folder: Path, *, switched: Callable[[Path], None] | None = None) -> None:
        self.root = folder
        self._switched = switched
        self.pointer = LivePointer(folder / "LIVE")
        self._snapshots = folder / "snapshots"
        self._texts = TextsCache(self._snapshots)

    @property
    def unfinished(self) -> Path:
        """The folder of what builds that died may go on from."""
        return self.root / "unfinished"

    @property
    def holds_texts(self) -> bool:
        """Whether files of a snapshot's texts are open, for pages of sources."""
        return len(self._texts) > 0

    def folder(self, snapshot: str) -> Path:
        return self._snapshots / snapshot

    def preview_folder(self, snapshot: str) -> Path:
        return self._snapshots / f"{PREVIEW}{snapshot}"

    def ids(self) -> list[str]:
        """Return the ids of the snapshots, whole or not, oldest first."""
        try:
            return sorted(path.name for path in self._snapshots.iterdir() if ID.fullmatch(path.name) and path.is_dir())
        except (FileNotFoundError, NotADirectoryError):
            return []

    def live(self) -> Manifest:
        """Return the live snapshot's manifest, checked against the pointer.

        Raises
        ------
        NoIndex
            There is no snapshot.
        Damaged
            The pointer is missing or damaged, or the manifest is damaged.
        IndexMismatch
            It is of another format.
        """
        try:
            name, checksum = self.pointer.read()
        except NoIndex as error:
            if not self.ids():
                raise
            raise Damaged(with_fix(REBUILD, "The pointer to the live snapshot, LIVE, is missing")) from error
        return self._read_manifest(self.folder(name), name, checksum)

    def live_or_none(self) -> Manifest | None:
        """Return the live snapshot's manifest; None if there is none that fits this program."""
        try:
            return self.live()
        except (NoIndex, IndexMismatch):
            return None

    def manifest(self, snapshot: str, folder: Path | None = None) -> Manifest:
        """Return any snapshot's manifest, checked against itself. Raises NoSuchSnapshot, Damaged, IndexMismatch."""
        folder = folder or self.folder(snapshot)
        if not ID.fullmatch(snapshot) or not folder.is_dir():
            raise NoSuchSnapshot(with_fix(LIST, "There is no snapshot {id}", id=snapshot))
        return self._read_manifest(folder, snapshot)

    def verify(self, manifest: Manifest, folder: Path | None = None, *, most_bytes: int | None = None) -> Path:
        """Return the snapshot's folder once every file in it matches its checksum. Raises Damaged.

        Files of more than `most_bytes` need only be there.
        """
        id_ = manifest.snapshot.id
        folder = folder or self.folder(id_)
        if self._read_manifest(folder, id_) != manifest:
            raise Damaged(with_fix(REBUILD, "The manifest of snapshot {id} is not the one that is live", id=id_))
        for name, checksum in manifest.files.items():
            try:
                large = most_bytes is not None and (folder / name).stat().st_size > most_bytes
                actual = checksum if large else _sha256(folder / name)
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
            if actual != checksum:
                raise Damaged(with_fix(REBUILD, "{file} of snapshot {id} is damaged", file=name, id=id_))
        return folder

    def size(self, manifest: Manifest) -> int:
        """Return how many bytes a snapshot's files have together; those that are missing have none."""
        folder = self.folder(manifest.snapshot.id)
        return sum((folder / name).stat().st_size for name in manifest.files if (folder / name).is_file())

    def texts(self, snapshot: str) -> SnapshotTexts | None:
        """Return a snapshot's texts, which are checked; None if it is gone, damaged or of another format.

        Those of a large snapshot are checked when they are read, and may then raise Damaged. The sections of documents
        have no blocks.
        """
        if self._texts.is_open(snapshot):
            return self._texts.texts(snapshot)
        try:
            manifest = self.manifest(snapshot)
            self.verify(manifest, most_bytes=self.most_checked(manifest))
            return self._texts.texts(snapshot)
        except LibraryError:
            return None

    def most_checked(self, manifest: Manifest) -> int | None:
        """Return above how many bytes a file of a snapshot is not checked whole when it is opened; None for no limit.

        Its records are checked one by one then.
        """
        return LARGE_FILE if self.size(manifest) > LARGE_SNAPSHOT else None

    @contextmanager
    def building(self) -> Iterator[Path]:
        """Yield a folder to build in, removed at the end unless it was given to `publish` or `set_aside`."""
        folder = self._snapshots / f".building-{uuid.uuid4().hex[:8]}"
        folder.mkdir(parents=True)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def seal(self, folder: Path, snapshot: Snapshot, known: Mapping[str, str], **facts: Any) -> Manifest:
        """Write the manifest of a built folder, and flush all of it to the disk.

        `known` are the checksums of files that are another snapshot's, too.
        """
        names = sorted(
            path.relative_to(folder).as_posix()
            for path in folder.rglob("*")
            if path.is_file() and path.suffix != LOCK  # an engine makes its locks anew
        )
        files = {name: known.get(name) or _sha256(folder / name) for name in names}
        manifest = Manifest(snapshot=snapshot, files=files, **facts)
        (folder / MANIFEST).write_bytes(manifest.to_json().encode())
        for path in [*folder.rglob("*"), folder]:
            if path.relative_to(folder).as_posix() not in known:
                fsync_path(path)
        return manifest

    def publish(self, built: Path, manifest: Manifest) -> None:
        """Make a sealed folder live; until the last step the old one serves."""
        folder = built.rename(self.folder(manifest.snapshot.id))
        try:
            fsync_path(self._snapshots)
            self.pointer.switch(manifest.snapshot.id, _checksum(manifest))
        except OSError:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        self._flush_switch()
        self._tell(folder)

    def set_aside(self, built: Path, manifest: Manifest) -> None:
        """Keep a sealed folder as a preview; the next builder removes it."""
        built.rename(self.preview_folder(manifest.snapshot.id))
        self._clear_unfinished()

    def switch(self, manifest: Manifest) -> None:
        """Make a kept snapshot live."""
        self.pointer.switch(manifest.snapshot.id, _checksum(manifest))
        self._flush_switch()
        self._tell(self.folder(manifest.snapshot.id))

    def _tell(self, folder: Path) -> None:
        """Say which snapshot is live; a failure undoes nothing."""
        try:
            if self._switched:
                self._switched(folder)
        except (LibraryError, OSError, ValueError) as error:
            log.warning("Other programs do not know of the switch to another snapshot (%s)", error)

    def _flush_switch(self) -> None:
        """Flush the switch; a failure undoes nothing, the new snapshot is live."""
        try:
            fsync_path(self.root)
        except OSError as error:
            log.warning("The switch to another snapshot may not outlast a power cut (%s)", error.strerror)

    def sweep(self) -> None:
        """Remove previews, and what dead builders left behind."""
        self.pointer.sweep()
        if self._snapshots.is_dir():
            for path in self._snapshots.iterdir():
                if path.name.startswith(".") and path.is_dir():
                    shutil.rmtree(path, ignore_errors=True)

    def discard(self, snapshot: str) -> None:
        """Remove a preview."""
        shutil.rmtree(self.preview_folder(snapshot), ignore_errors=True)

    def prune(self, keep: int, cited: Collection[str] = ()) -> None:
        """Keep the live snapshot, the newest up to `keep`, and the newest MOST_CITED of those in `cited`."""
        self._clear_unfinished()
        live, _ = self.pointer.read()
        others = [name for name in self.ids() if name != live]
        old = others[: max(0, len(others) - (keep - 1))]
        kept = [name for name in old if name in cited][-MOST_CITED:]
        for name in old:
            if name not in kept:
                self._remove(name)
        self.sweep()

    def _clear_unfinished(self) -> None:
        """Remove vectors to go on from: they are in a snapshot now."""
        shutil.rmtree(self.unfinished, ignore_errors=True)

    def _remove(self, name: str) -> None:
        """Remove by a new name first: what is half removed when a process dies is no snapshot any more."""
        try:
            self.folder(name).rename(self._snapshots / f".removed-{name}")
        except OSError:  # on Windows a file of it may be in use: the next builder tries again
            return

    def _read_manifest(self, folder: Path, name: str, checksum: str = "") -> Manifest:
        try:
            data = (folder / MANIFEST).read_bytes()
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
    """Return an id that sorts by time, such as 20260401T120000000000Z-1a2b3c4d."""
    digest = hashlib.sha256(json.dumps(hashes, sort_keys=True).encode()).hexdigest()
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}-{digest[:8]}"


def _checksum(manifest: Manifest) -> str:
    return hashlib.sha256(manifest.to_json().encode()).hexdigest()


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
