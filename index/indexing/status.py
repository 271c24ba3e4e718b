"""What is indexed, and whether it still fits the sources and the program."""

from __future__ import annotations

from typing import TYPE_CHECKING

from index.domain.errors import Damaged, IndexMismatch, LibraryError, NoIndex
from index.domain.messages import Message, message_of
from index.domain.snapshots import Status
from index.domain.sources import NO_SOURCES
from index.snapshots.files import vector_searches
from index.snapshots.staleness import describe_changes, source_notes, source_states, unparsed_sources

if TYPE_CHECKING:
    from index.snapshots.manifest import Manifest
    from index.snapshots.replication import Replication
    from index.snapshots.serving import LiveIndex
    from index.snapshots.store import SnapshotStore
    from index.sources.reader import SourceReader

__all__ = ["read_status"]


def read_status(
    *, model: str, live: LiveIndex, snapshots: SnapshotStore, reader: SourceReader, replication: Replication
) -> Status:
    """Return what is indexed, and what changed since; `model` is the one in use. Reads the sources' bytes."""
    try:
        sources = reader.read()
    except LibraryError:
        sources = NO_SOURCES
    stale, loaded, fallback = "", live.loaded, live.fallback
    try:
        manifest: Manifest | None = live.manifest()
    except NoIndex:
        manifest, stale = None, Message("there is no index yet")
    except Damaged as error:
        manifest, stale = snapshots.live_or_none(), message_of(error)
        if manifest is None and loaded is None and (likely := live.likely_fallback(error)):
            manifest, stale = likely
            fallback = stale
    except IndexMismatch as error:
        manifest, stale = snapshots.live_or_none(), message_of(error)
    storage = replication.status()
    if storage and storage.behind and storage.problem and loaded:
        fallback = fallback or Message(
            "{why} Answers come from snapshot {id} until another is made live.",
            why=storage.problem,
            id=loaded.manifest.snapshot.id,
        )
    if fallback and loaded:
        manifest, stale = loaded.manifest, fallback
    infos = source_states(manifest, sources)
    return Status(
        snapshot=manifest.snapshot if manifest else None,
        sources=tuple(infos),
        skipped=sources.skipped + unparsed_sources(manifest, sources),
        stale=stale or describe_changes(infos),
        model=model,
        ready=loaded is not None,
        fallback=fallback,
        notes=source_notes(manifest, sources),
        vectors=vector_searches(snapshots.folder(manifest.snapshot.id)) if manifest else (),
        storage=storage,
    )
