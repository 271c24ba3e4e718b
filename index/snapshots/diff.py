"""Differences between two snapshots: sources by their content, passages by their text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from index.domain.documents import Document, Passage
from index.domain.snapshots import Diff, PassageText, SourceChanges

__all__ = ["SnapshotTexts", "diff", "source_changes"]

MOST_SHOWN = 5
"""Passages shown of those added, and of those removed."""


@dataclass(frozen=True, slots=True)
class SnapshotTexts:
    """The texts of a snapshot; an empty id stands for no snapshot.

    `hashes` are those of the sources that it answers from, `documents` are by id.
    """

    id: str = ""
    hashes: Mapping[str, str] = field(default_factory=dict)
    documents: Mapping[str, Document] = field(default_factory=dict)
    passages: Sequence[Passage] = ()


def diff(before: SnapshotTexts, after: SnapshotTexts) -> Diff:
    """Return what changed from `before` to `after`, whatever models they are for."""
    old, new = before.hashes, after.hashes
    renamed = _renamed(old, new)
    names = dict(renamed)
    added_rows = _only_in(after, before, {new_name: old_name for old_name, new_name in renamed})
    removed_rows = _only_in(before, after, names)
    return Diff(
        before=before.id,
        after=after.id,
        added=tuple(sorted(new.keys() - old.keys() - set(names.values()))),
        changed=tuple(sorted(name for name in new.keys() & old.keys() if new[name] != old[name])),
        removed=tuple(sorted(old.keys() - new.keys() - set(names))),
        renamed=renamed,
        passages_added=len(added_rows),
        passages_removed=len(removed_rows),
        first_added=_shown(after, added_rows),
        first_removed=_shown(before, removed_rows),
    )


def source_changes(before: SnapshotTexts, after: SnapshotTexts) -> SourceChanges:
    """Return which passages of `after` are new or were changed since `before`, and what is gone."""
    renamed = _renamed(before.hashes, after.hashes)
    names = dict(renamed)
    return SourceChanges(
        added=tuple(_only_in(after, before, {new_name: old_name for old_name, new_name in renamed})),
        removed=len(_only_in(before, after, names)),
        removed_sources=tuple(sorted(before.hashes.keys() - after.hashes.keys() - set(names))),
    )


def _renamed(old: Mapping[str, str], new: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return pairs of a removed and an added source of the same content; each source is in one pair at most."""
    added_by_hash: dict[str, list[str]] = {}
    for name in sorted(new.keys() - old.keys(), reverse=True):
        added_by_hash.setdefault(new[name], []).append(name)
    removed = sorted(old.keys() - new.keys())
    return tuple((name, added_by_hash[old[name]].pop()) for name in removed if added_by_hash.get(old[name]))


def _only_in(texts: SnapshotTexts, other: SnapshotTexts, names: Mapping[str, str]) -> list[int]:
    """Return the rows of the passages that `other` lacks, as a multiset: a text that occurs twice must be there twice.

    `names` are the other's names of the sources.
    """
    remaining = Counter(_keys(other, {}))
    rows = []
    for row, key in enumerate(_keys(texts, names)):
        if remaining[key]:
            remaining[key] -= 1
        else:
            rows.append(row)
    return rows


def _keys(texts: SnapshotTexts, names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for passage in texts.passages:
        source = texts.documents[passage.document_id].source
        yield names.get(source, source), passage.text


def _shown(texts: SnapshotTexts, rows: Sequence[int]) -> tuple[PassageText, ...]:
    passages = (texts.passages[row] for row in islice(rows, MOST_SHOWN))
    return tuple(
        PassageText(texts.documents[passage.document_id].source, passage.section, passage.reading)
        for passage in passages
    )
