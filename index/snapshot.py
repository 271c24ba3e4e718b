"""Snapshots on disk: immutable folders, checksummed, made live by one atomic switch of a pointer.

INDEX_DIR/LIVE                      the id of the live snapshot and its manifest's sha256
INDEX_DIR/snapshots/ID/manifest.json, documents.jsonl, passages.jsonl, suggestions.json, vectors.faiss, keyword/,
                        token*, state*
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import uuid
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from index.archive import Archive, read_texts, write_texts
from index.errors import IndexMismatch, NoIndex
from index.types import Document, Skipped, Snapshot

__all__ = ["FORMAT", "Manifest", "Snapshots", "new_id", "read_texts", "write_texts"]

FORMAT = 6
"""Raised whenever a snapshot of before can no longer be read, or its passages would be made otherwise now."""

MOST_SPARED = 20
"""Snapshots that are kept because answers cite them, beyond those that are kept because they are new."""

REBUILD = "run `python -m index reindex` to build it anew"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a snapshot is made of; `files` maps each file's path in the folder to its sha256."""

    snapshot: Snapshot
    max_tokens: int
    titles: Mapping[str, tuple[str, str | None, int, int]]
    skipped: tuple[Skipped, ...]
    files: Mapping[str, str]

    def to_json(self) -> str:
        table = asdict(self)
        table["snapshot"]["created"] = self.snapshot.created.isoformat()
        return json.dumps(table, indent=1, ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Manifest:
        """Raises KeyError, TypeError or ValueError when it is no manifest of this format."""
        table = json.loads(text)
        if table["snapshot"]["format"] != FORMAT:
            raise ValueError(f"format {table['snapshot']['format']}, this program reads {FORMAT}")
        table["snapshot"]["created"] = datetime.fromisoformat(table["snapshot"]["created"])
        return cls(
            snapshot=Snapshot(**table["snapshot"]),
            max_tokens=int(table["max_tokens"]),
            titles={source: (row[0], row[1], row[2], row[3]) for source, row in table["titles"].items()},
            skipped=tuple(Skipped(**row) for row in table["skipped"]),
            files=table["files"],
        )


class Snapshots:
    """The snapshots in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._live = folder / "LIVE"
        self._archive = Archive(folder / "snapshots", FORMAT)

    def folder(self, snapshot: str) -> Path:
        return self._folder / "snapshots" / snapshot

    def live(self) -> Manifest:
        """The live snapshot's manifest, checked against the pointer.

        Raises NoIndex when nothing is live, IndexMismatch when the manifest is damaged or of another format.
        """
        try:
            pointer = self._live.read_text("utf-8")
            name, checksum = pointer.split()
            if pointer != _pointer(name, checksum):
                raise ValueError(pointer)
        except FileNotFoundError as error:
            raise NoIndex("There is no index yet: run `python -m index reindex`.") from error
        except (OSError, ValueError) as error:
            raise IndexMismatch(f"The pointer to the live snapshot, {self._live}, is damaged: {REBUILD}.") from error
        try:
            data = (self.folder(name) / "manifest.json").read_bytes()
        except OSError as error:
            raise IndexMismatch(f"The live snapshot {name} has no readable manifest: {REBUILD}.") from error
        if hashlib.sha256(data).hexdigest() != checksum:
            raise IndexMismatch(f"The manifest of snapshot {name} is damaged: {REBUILD}.")
        try:
            return Manifest.from_json(data.decode("utf-8"))
        except (KeyError, TypeError, ValueError) as error:
            raise IndexMismatch(
                f"The snapshot {name} was made by another version of this program ({error}): {REBUILD}."
            ) from error

    def verify(self, manifest: Manifest) -> Path:
        """The snapshot's folder, every file in it checked against its checksum. Raises IndexMismatch."""
        folder = self.folder(manifest.snapshot.id)
        for name, checksum in manifest.files.items():
            try:
                found = _sha256(folder / name)
            except OSError as error:
                raise IndexMismatch(
                    f"{name} of snapshot {manifest.snapshot.id} cannot be read ({error.strerror}): {REBUILD}."
                ) from error
            if found != checksum:
                raise IndexMismatch(f"{name} of snapshot {manifest.snapshot.id} is damaged: {REBUILD}.")
        return folder

    def documents(self, snapshot: str) -> dict[str, Document] | None:
        """The documents, by source, of a snapshot that may be older than the live one; their sections have no blocks.

        None where it is gone, damaged, of another format, or no snapshot's id.
        """
        return self._archive.documents(snapshot)

    @contextmanager
    def building(self) -> Iterator[Path]:
        """A folder to build in, removed when the block ends without `publish`."""
        place = self._folder / "snapshots" / f".building-{uuid.uuid4().hex[:8]}"
        place.mkdir(parents=True)
        try:
            yield place
        finally:
            shutil.rmtree(place, ignore_errors=True)

    def publish(self, place: Path, snapshot: Snapshot, **facts: Any) -> Manifest:
        """Seal a built folder with its manifest and make it live: until the last step the old one serves."""
        names = sorted(path.relative_to(place).as_posix() for path in place.rglob("*") if path.is_file())
        manifest = Manifest(snapshot=snapshot, files={name: _sha256(place / name) for name in names}, **facts)
        data = manifest.to_json().encode()
        (place / "manifest.json").write_bytes(data)
        for path in [*place.rglob("*"), place]:
            _sync(path)
        folder = place.rename(self.folder(snapshot.id))
        try:
            _sync(self._folder / "snapshots")
            self._point(snapshot.id, hashlib.sha256(data).hexdigest())
        except OSError:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        _sync(self._folder)  # from the switch on the new one is live: whatever fails now must not remove it
        return manifest

    def prune(self, keep: int, spare: Collection[str] = ()) -> None:
        """Remove what builders that died left behind, and all but the newest `keep` snapshots and the live one.

        Of the others those in `spare` stay too, the newest MOST_SPARED of them.
        """
        live = self.live().snapshot.id
        folders = [path for path in (self._folder / "snapshots").iterdir() if path.is_dir()]
        whole = sorted((path for path in folders if not path.name.startswith(".")), key=lambda path: path.name)
        stale = [path for path in folders if path.name.startswith(".")]
        others = [path for path in whole if path.name != live]
        old = others[: max(0, len(others) - (keep - 1))]
        spared = [path for path in old if path.name in spare][-MOST_SPARED:]
        for path in stale + [path for path in old if path not in spared]:
            shutil.rmtree(path, ignore_errors=True)

    def _point(self, name: str, checksum: str) -> None:
        """Switch: when this returns the snapshot is live, when it raises it is not."""
        fresh = self._live.with_suffix(".new")
        fresh.write_text(_pointer(name, checksum), "utf-8")
        _sync(fresh)
        fresh.replace(self._live)


def _pointer(name: str, checksum: str) -> str:
    return f"{name} {checksum}\n"


def new_id(hashes: Mapping[str, str]) -> str:
    """Sorts by time: 20260401T120000Z-1a2b3c4d."""
    digest = hashlib.sha256(json.dumps(hashes, sort_keys=True).encode()).hexdigest()
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}-{digest[:8]}"


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _sync(path: Path) -> None:
    """Bring a file or folder to the disk; Windows cannot open a folder, and flushes only what is writable."""
    if os.name == "nt" and path.is_dir():
        return
    handle = os.open(path, os.O_RDWR if os.name == "nt" else os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
