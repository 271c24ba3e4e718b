"""The catalog of kept snapshots: list them, find one by a part of its id, compare two."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from index.domain.errors import Damaged, LibraryError, NoIndex, NoSuchSnapshot
from index.domain.messages import LIST, REINDEX, Message, with_fix, without_fix
from index.domain.snapshots import Diff, SnapshotInfo, matching_ids
from index.retrieval.texts import IndexTexts
from index.snapshots.diff import SnapshotContent, diff
from index.snapshots.manifest import Manifest
from index.snapshots.staleness import indexed_hashes
from index.snapshots.store import SnapshotStore

__all__ = ["compare_snapshots", "content_of", "find_snapshot", "list_snapshots", "load_content"]


def list_snapshots(snapshots: SnapshotStore) -> tuple[SnapshotInfo, ...]:
    """Return the kept snapshots, newest first; of each only the manifest is read."""
    try:
        live, _ = snapshots.pointer.read()
    except LibraryError:
        live = ""
    return tuple(_info(snapshots, name, live) for name in reversed(snapshots.ids()))


def find_snapshot(snapshots: SnapshotStore, part: str) -> str:
    """Return the only id that `part` may mean. Raises NoIndex, NoSuchSnapshot."""
    ids = snapshots.ids()
    if not ids:
        raise NoIndex(with_fix(REINDEX, "There is no index yet"))
    matches = matching_ids(part, ids)
    if len(matches) == 1:
        return matches[0]
    if not matches:
        raise NoSuchSnapshot(with_fix(LIST, "There is no snapshot {id}", id=repr(part)))
    raise NoSuchSnapshot(
        Message(
            "{part} may be {count} snapshots: write more of the id, {step}.",
            part=repr(part),
            count=len(matches),
            step=LIST,
        )
    )


def load_content(snapshots: SnapshotStore, manifest: Manifest) -> SnapshotContent:
    """Return what a snapshot holds; its texts are checked when they are read. Raises Damaged."""
    texts = snapshots.texts(manifest.snapshot.id)
    if texts is None:
        raise Damaged(
            Message(
                "The texts of snapshot {id} are damaged or cannot be read: compare others, {step}.",
                id=manifest.snapshot.id,
                step=LIST,
            )
        )
    return content_of(manifest, texts)


def content_of(manifest: Manifest, texts: IndexTexts | None) -> SnapshotContent:
    """Return what a snapshot holds; None for texts that cannot be read."""
    return SnapshotContent(manifest.snapshot.id, indexed_hashes(manifest), texts, manifest.snapshot.model)


def compare_snapshots(snapshots: SnapshotStore, before: str, after: str) -> Diff:
    """Return what changed, by parts of the ids. Raises NoIndex, NoSuchSnapshot, IndexMismatch."""
    old, new = (load_content(snapshots, snapshots.manifest(find_snapshot(snapshots, part))) for part in (before, after))
    return diff(old, new)


def _info(snapshots: SnapshotStore, name: str, live: str) -> SnapshotInfo:
    folder = snapshots.folder(name)
    size = sum(_size(path) for path in folder.rglob("*"))
    try:
        manifest = snapshots.manifest(name)
    except LibraryError as error:
        return SnapshotInfo(name, _time_of(name), "", 0, 0, size, name == live, without_fix(error))
    missing = [file for file in manifest.files if not (folder / file).is_file()]
    return SnapshotInfo(
        id=name,
        created=manifest.snapshot.created,
        model=manifest.snapshot.model,
        passages=manifest.snapshot.passages,
        sources=len(manifest.titles),
        bytes=size,
        live=name == live,
        damage=Message("{file} of snapshot {id} is missing.", file=missing[0], id=name) if missing else "",
    )


def _time_of(name: str) -> datetime:
    """Return the time in an id."""
    try:
        return datetime.strptime(name.partition("-")[0], "%Y%m%dT%H%M%S%fZ").replace(tzinfo=UTC)
    except ValueError:
        return datetime.fromtimestamp(0, UTC)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size if path.is_file() else 0
    except OSError:  # removed meanwhile
        return 0
