"""Snapshots in the object storage: uploaded whole before the pointer moves, downloaded whole before they are live."""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from index.domain.errors import Damaged, LibraryError, ObjectsUnavailable
from index.domain.messages import Message
from index.objects.contents import download_file, upload_files
from index.objects.garbage import manifest_key
from index.objects.pointer import NOWHERE, POINTER, Pointer, read_pointer
from index.objects.store import ObjectStore
from index.snapshots.files import ID
from index.snapshots.manifest import Manifest
from index.snapshots.store import MANIFEST, SnapshotStore
from index.storage.atomic import fsync_path
from index.storage.links import link_or_copy

__all__ = ["SharedSnapshots"]

INCOMING = ".incoming"
"""The folder, in that of the index, of snapshots that are being downloaded; a download that was cut goes on there."""

ATTEMPTS = 10
THREADS = 4

log = logging.getLogger(__name__)


class SharedSnapshots:
    """Brings snapshots of one machine into the storage, and from there.

    Files that it or `others` have are linked, not downloaded.
    """

    def __init__(self, store: ObjectStore, snapshots: SnapshotStore, others: SnapshotStore | None = None) -> None:
        self._store = store
        self._snapshots = snapshots
        self._linked = (snapshots, others) if others else (snapshots,)
        self._incoming = snapshots.root / INCOMING

    def publish(self, name: str, checksum: str, *, serial: int, revision: int) -> Pointer:
        """Upload a snapshot of this machine and make it live everywhere; return what is live then.

        If another was made live since `serial`, the one stays that was built from the newer sources; of two of the same
        revision the later one.

        Raises
        ------
        Damaged, ObjectsUnavailable
            What was live stays live.
        """
        folder = self._snapshots.folder(name)
        manifest = self._snapshots.manifest(name)
        files = {sha256: folder / path for path, sha256 in manifest.files.items()}
        for _ in range(ATTEMPTS):
            live, version = read_pointer(self._store)
            if (live.snapshot, live.manifest) == (name, checksum):
                return live
            if live.serial != serial and live.sources > revision:
                return live
            upload_files(self._store, files, self._names(live))
            data = (folder / MANIFEST).read_bytes()
            self._store.write(manifest_key(name), data)
            if self._store.read(manifest_key(name))[0] != data or hashlib.sha256(data).hexdigest() != checksum:
                raise Damaged(Message("The object storage does not return the manifest of {id}: see to it.", id=name))
            pointer = Pointer(name, checksum, revision, live.serial + 1)
            if self._store.replace(POINTER, pointer.to_bytes(), version):
                return pointer
        raise ObjectsUnavailable(Message("Other machines make snapshots live all the time: try again."))

    def download(self, name: str, checksum: str = "") -> tuple[Manifest, Path]:
        """Return a snapshot and the folder that holds it whole; files that this machine has are not downloaded.

        Raises
        ------
        Damaged, IndexMismatch, ObjectsUnavailable
            It stays where it is; what was downloaded is used by the next attempt.
        """
        if not ID.fullmatch(name):
            raise Damaged(Message("The pointer LIVE in the object storage is damaged: reindex on a machine."))
        with suppress(LibraryError):
            manifest = self._snapshots.manifest(name)
            return manifest, self._snapshots.verify(manifest)
        folder = self._incoming / name
        folder.mkdir(parents=True, exist_ok=True)
        data, _ = self._store.read(manifest_key(name))
        if not data or (checksum and hashlib.sha256(data).hexdigest() != checksum):
            raise Damaged(Message("The manifest of snapshot {id} in the object storage is damaged.", id=name))
        (folder / MANIFEST).write_bytes(data)
        manifest = self._snapshots.manifest(name, folder)
        if not all(_stays_inside(path) for path in manifest.files):
            raise Damaged(Message("The manifest of snapshot {id} in the object storage is damaged.", id=name))
        here = dict(self._local_files())
        with ThreadPoolExecutor(THREADS, "download") as threads:
            for _ in threads.map(
                lambda item: self._bring(folder / item[0], item[1], here.get(item[1])), manifest.files.items()
            ):
                pass
        for path in [*folder.rglob("*"), folder]:
            fsync_path(path)
        return manifest, folder

    def make_live(self, manifest: Manifest, folder: Path) -> None:
        """Make a downloaded snapshot live on this machine; the caller holds the build lock."""
        own = self._snapshots.folder(manifest.snapshot.id)
        if folder == own:
            self._snapshots.switch(manifest)
            return
        self.keep(manifest, folder, publish=True)

    def keep(self, manifest: Manifest, folder: Path, *, publish: bool = False) -> None:
        """Keep a downloaded snapshot among those of this machine, in place of a damaged one."""
        own = self._snapshots.folder(manifest.snapshot.id)
        if folder == own:
            return
        own.parent.mkdir(parents=True, exist_ok=True)
        if own.exists():
            damaged = own.with_name(f".removed-{own.name}")
            shutil.rmtree(damaged, ignore_errors=True)
            own.rename(damaged)
        if publish:
            self._snapshots.publish(folder, manifest)
        else:
            folder.rename(own)

    def forget_downloads(self) -> None:
        """Remove what was downloaded of snapshots that never became whole here."""
        shutil.rmtree(self._incoming, ignore_errors=True)

    def _names(self, live: Pointer) -> list[str]:
        """Return the checksums that the live snapshot's manifest names: they cannot go before the pointer moves."""
        if live == NOWHERE:
            return []
        data, _ = self._store.read(manifest_key(live.snapshot))
        try:
            return [str(sha256) for sha256 in json.loads(data)["files"].values()]
        except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
            return []

    def _local_files(self) -> Iterator[tuple[str, Path]]:
        for snapshots in self._linked:
            for name in snapshots.ids():
                with suppress(LibraryError):
                    for path, sha256 in snapshots.manifest(name).files.items():
                        yield sha256, snapshots.folder(name) / path

    def _bring(self, file: Path, sha256: str, known: Path | None) -> None:
        """Make a file be there with its content: left by an earlier attempt, of another snapshot, or the object."""
        if _sha256(file) == sha256:
            return
        file.unlink(missing_ok=True)
        file.parent.mkdir(parents=True, exist_ok=True)
        if known is not None:
            with suppress(OSError):
                link_or_copy(known, file)
                if _sha256(file) == sha256:
                    return
            file.unlink(missing_ok=True)
        download_file(self._store, sha256, file)


def _sha256(file: Path) -> str:
    try:
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return ""


def _stays_inside(path: str) -> bool:
    parts = Path(path).parts
    return not Path(path).is_absolute() and ".." not in parts and path != MANIFEST
