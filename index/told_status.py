"""What the command line says of what is indexed: as lines, and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from index.inventory import SourceInfo, Status

__all__ = ["status_json", "status_lines"]


def status_json(found: Status) -> dict[str, Any]:
    """As the contract has it."""
    snapshot = found.snapshot
    return {
        "snapshot": snapshot.id if snapshot else None,
        "created": snapshot.created.isoformat() if snapshot else None,
        "model": snapshot.model if snapshot else found.model,
        "dimension": snapshot.dimension if snapshot else None,
        "passages": snapshot.passages if snapshot else 0,
        "stale": found.stale,
        "sources": [_source(at) for at in found.sources],
        "skipped": [{"source": at.source, "reason": at.reason} for at in found.skipped],
    }


def status_lines(found: Status) -> Iterator[str]:
    """A line a fact."""
    if snapshot := found.snapshot:
        yield f"snapshot   {snapshot.id}, {snapshot.passages} passages, by {snapshot.model}"
    for at in found.sources:
        older = f", from {at.since:%Y-%m-%d %H:%M} UTC: {at.problem}" if at.since else ""
        yield f"{at.state:10} {at.source}: {at.passages} passages{older}"
    for skipped in found.skipped:
        yield f"skipped    {skipped.source}: {skipped.reason}"
    yield f"stale      {found.stale or 'no'}"


def _source(at: SourceInfo) -> dict[str, Any]:
    older = {"since": at.since.isoformat(), "problem": at.problem} if at.since else {}
    return {"source": at.source, "title": at.title, "passages": at.passages, "state": at.state, **older}
