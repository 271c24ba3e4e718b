"""Staleness: how the sources changed since a snapshot was built."""

from __future__ import annotations

from collections.abc import Sequence

from index.domain.messages import Message, join_messages, template
from index.domain.snapshots import SkippedSource, SourceInfo, SourceNote, SourceState
from index.domain.sources import SourceSet
from index.snapshots.manifest import Manifest

__all__ = ["describe_changes", "indexed_hashes", "source_notes", "source_states", "unparsed_sources"]

NEW = template("new: {names}")
CHANGED = template("changed: {names}")
REMOVED = template("removed: {names}")
MOST_NAMED = 3


def indexed_hashes(manifest: Manifest | None) -> dict[str, str]:
    """Return the hashes of the sources that a snapshot answers from, without those that it could not parse."""
    hashes = manifest.snapshot.hashes if manifest else {}
    return {source: checksum for source, checksum in hashes.items() if manifest and source in manifest.titles}


def source_states(manifest: Manifest | None, sources: SourceSet) -> list[SourceInfo]:
    """Return the state of every source of the snapshot, and of every source that it does not hold yet."""
    old = dict(manifest.snapshot.hashes) if manifest else {}
    titles = manifest.titles if manifest else {}
    unparsed = {item.source for item in manifest.skipped} if manifest else set()
    infos = []
    stale = {source.source: source for source in sources.stale}
    for source in sorted(old.keys() | sources.hashes.keys() | set(sources.waiting)):
        title, url, size, passages = titles.get(source, ("", None, 0, 0))
        state = SourceState.INDEXED
        if source not in old:
            state = SourceState.NEW
        elif source not in sources.hashes:
            state = SourceState.REMOVED
        elif old[source] != sources.hashes[source]:
            state = SourceState.CHANGED
        if source not in titles and source in unparsed and state == SourceState.INDEXED:
            continue
        older = stale.get(source)
        since, problem = (older.since, older.problem) if older else (None, "")
        infos.append(SourceInfo(source, title, url, size, passages, state, since, problem))
    return infos


def unparsed_sources(manifest: Manifest | None, sources: SourceSet) -> tuple[SkippedSource, ...]:
    """Return the files that could not be parsed when the snapshot was built, and are still the same."""
    if manifest is None:
        return ()
    unchanged = _unchanged(manifest, sources)
    return tuple(item for item in manifest.skipped if item.source in unchanged)


def source_notes(manifest: Manifest | None, sources: SourceSet) -> tuple[SourceNote, ...]:
    """Return the remarks on sources that were read when the snapshot was built, and are still the same."""
    if manifest is None:
        return ()
    unchanged = _unchanged(manifest, sources)
    return tuple(item for item in manifest.notes if item.source in unchanged)


def describe_changes(infos: Sequence[SourceInfo]) -> str:
    """Return which sources are not as they were indexed, as a message; empty if all are."""
    parts = []
    for state, text in ((SourceState.NEW, NEW), (SourceState.CHANGED, CHANGED), (SourceState.REMOVED, REMOVED)):
        if names := [info.source for info in infos if info.state == state]:
            first, left = ", ".join(names[:MOST_NAMED]), len(names) - MOST_NAMED
            shown = Message("{names} and {number} more", names=first, number=left) if left > 0 else first
            parts.append(Message(text, names=shown))
    return join_messages(tuple(parts)) if parts else ""


def _unchanged(manifest: Manifest, sources: SourceSet) -> set[str]:
    hashes = manifest.snapshot.hashes
    return {source for source, checksum in sources.hashes.items() if hashes.get(source) == checksum}
