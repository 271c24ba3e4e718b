"""Removal of snapshots that are no longer kept from the object storage, and of objects that nothing names."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import UTC, datetime, timedelta

from index.domain.errors import Damaged
from index.domain.messages import Message
from index.objects.contents import GRACE, OBJECTS
from index.objects.pointer import read_pointer
from index.objects.sources import read_table
from index.objects.store import ObjectStore
from index.snapshots.store import MOST_CITED

__all__ = ["SNAPSHOTS", "kept_snapshots", "manifest_key", "remove_garbage"]

SNAPSHOTS = "snapshots"


def manifest_key(snapshot: str) -> str:
    return f"{SNAPSHOTS}/{snapshot}/manifest.json"


def kept_snapshots(store: ObjectStore, keep: int, cited: Collection[str] = ()) -> list[str]:
    """Return the ids that are kept: the live one, the newest up to `keep`, and the newest of those cited."""
    live, _ = read_pointer(store)
    others = sorted({found.key.split("/")[1] for found in store.list(SNAPSHOTS)} - {live.snapshot})
    old, new = others[: max(0, len(others) - (keep - 1))], others[max(0, len(others) - (keep - 1)) :]
    return [*[name for name in old if name in cited][-MOST_CITED:], *new, *([live.snapshot] if live.snapshot else [])]


def remove_garbage(
    store: ObjectStore, keep: int, cited: Collection[str], *, grace: timedelta = GRACE, now: datetime | None = None
) -> int:
    """Remove snapshots that are not kept, and objects that no snapshot and no source names; return how many.

    What is younger than `grace` stays: a machine may be about to make it live.
    """
    oldest = (now or datetime.now(UTC)) - grace
    objects = store.list(OBJECTS)  # before the manifests: what is uploaded later is not among them
    kept = {manifest_key(name) for name in kept_snapshots(store, keep, cited)}
    manifests = store.list(SNAPSHOTS)
    unkept = [found.key for found in manifests if found.key not in kept and found.modified < oldest]
    store.remove(unkept)
    named = set(read_table(store)[0].files.values())
    for found in manifests:
        if found.key not in unkept:
            named |= _named(store, found.key)
    unnamed = [found.key for found in objects if found.modified < oldest and found.key.rpartition("/")[2] not in named]
    store.remove(unnamed)
    return len(unkept) + len(unnamed)


def _named(store: ObjectStore, key: str) -> set[str]:
    """Return the checksums that a manifest names. Raises Damaged: then nothing must be removed."""
    data, _ = store.read(key)
    try:
        return {str(sha256) for sha256 in json.loads(data or b'{"files": {}}')["files"].values()}
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise Damaged(Message("{object} in the object storage is damaged.", object=key)) from error
