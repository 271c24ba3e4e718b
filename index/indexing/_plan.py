"""What of the previous snapshot stays: segments as they are, documents of others copied, the rest parsed anew."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from index.domain.documents import DocumentEntry
from index.snapshots.texts import KeptSegment, SnapshotTexts

__all__ = ["BuildPlan", "plan_build"]

SMALL = 20_000
"""Rows up to which an index is one segment, written anew at every build."""

SMALLEST = 5_000
"""Rows that a segment must still have to stay; smaller ones are joined with what is new."""

MOST_ALIKE = 8
"""Segments of about one size; more are joined."""


@dataclass(frozen=True, slots=True)
class BuildPlan:
    """What a build takes over.

    Attributes
    ----------
    kept : list of KeptSegment
        Segments that stay, with the numbers of all documents in them that are removed now or before.
    staying : set of str
        Sources whose documents are in these segments.
    moved : dict of str to DocumentEntry
        Sources that did not change, whose segments do not stay.
    first : int
        First row of the new segment.
    name : str
        Name of the new segment.
    """

    kept: Sequence[KeptSegment]
    staying: frozenset[str]
    moved: Mapping[str, DocumentEntry]
    first: int
    name: str


def plan_build(texts: SnapshotTexts | None, built: Mapping[str, str], hashes: Mapping[str, str]) -> BuildPlan:
    """Return the plan for sources with these hashes, over the texts of a snapshot that was built of the others."""
    if texts is None:
        return BuildPlan((), frozenset(), {}, 0, _name(0))
    unchanged = [entry for entry in texts.entries if built.get(entry.source) == hashes.get(entry.source, "")]
    by_segment: dict[int, list[DocumentEntry]] = defaultdict(list)
    for entry in unchanged:
        by_segment[texts.segment_of(entry.id)].append(entry)
    rows = {place: sum(len(entry.rows) for entry in entries) for place, entries in by_segment.items()}
    stay = _staying(texts, rows)
    kept = []
    for place in stay:
        live = {entry.id for entry in by_segment[place]}
        entries = texts.segments[place].entries
        removed = tuple(number for number, entry in enumerate(entries) if entry.id not in live)
        kept.append(KeptSegment(texts.kept[place].name, texts.kept[place].first, removed))
    staying = frozenset(entry.source for place in stay for entry in by_segment[place])
    return BuildPlan(
        kept=tuple(kept),
        staying=staying,
        moved={entry.source: entry for entry in unchanged if entry.source not in staying},
        first=max((texts.segments[place].rows.stop for place in stay), default=0),
        name=_name(max((int(each.name) + 1 for each in kept), default=0)),
    )


def _staying(texts: SnapshotTexts, rows: Mapping[int, int]) -> list[int]:
    """Return the places of the segments that stay, given how many rows of each are still wanted."""
    if sum(rows.values()) <= SMALL:
        return []
    large = [place for place in sorted(rows) if rows[place] >= max(SMALLEST, len(texts.segments[place]) / 2)]
    by_size: dict[int, list[int]] = defaultdict(list)
    for place in large:
        by_size[int(math.log(rows[place] / SMALLEST, MOST_ALIKE))].append(place)
    return sorted(place for places in by_size.values() if len(places) <= MOST_ALIKE for place in places)


def _name(number: int) -> str:
    return f"{number:04}"
