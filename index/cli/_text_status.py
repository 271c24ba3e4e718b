"""What the command line says of what is indexed: as lines, and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from index.cli._text import count
from index.domain.snapshots import SourceInfo, Status

__all__ = ["status_json", "status_lines"]


def status_json(found: Status, whole: bool | None = None) -> dict[str, Any]:
    """As the contract has it; `whole` says whether every file is as it was written, where that was looked for."""
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
        **({} if whole is None else {"whole": whole}),
    }


def status_lines(found: Status, whole: bool | None = None) -> Iterator[str]:
    """A line a fact."""
    if snapshot := found.snapshot:
        yield f"snapshot   {snapshot.id}, {count(snapshot.passages, 'passage')}, by {snapshot.model}"
    for at in found.sources:
        older = f", from {at.since:%Y-%m-%d %H:%M} UTC: {at.problem}" if at.since else ""
        yield f"{at.state:10} {at.source}: {count(at.passages, 'passage')}{older}"
    for skipped in found.skipped:
        yield f"skipped    {skipped.source}: {skipped.reason}"
    yield f"stale      {found.stale or 'no'}"
    if whole is not None:
        yield f"whole      {'yes' if whole else 'no'}"


def _source(at: SourceInfo) -> dict[str, Any]:
    older = {"since": at.since.isoformat(), "problem": at.problem} if at.since else {}
    return {"source": at.source, "title": at.title, "passages": at.passages, "state": at.state, **older}
