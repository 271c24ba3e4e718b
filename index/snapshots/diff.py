"""Differences between two snapshots: sources by their content, passages by their text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from index.domain.documents import Passage
from index.domain.snapshots import Diff, PassageText, SourceChanges
from index.retrieval.texts import IndexTexts

__all__ = ["SnapshotContent", "diff", "source_changes"]

MOST_SHOWN = 5
"""Passages shown of those added, and of those removed."""


@dataclass(frozen=True, slots=True)
class SnapshotContent:
    """What a snapshot holds; an empty id stands for no snapshot.

    `hashes` are those of the sources that it answers from; `texts` is None if they cannot be read. Snapshots of one
    model have the same passages of the same source.
    """

    id: str = ""
    hashes: Mapping[str, str] = field(default_factory=dict)
    texts: IndexTexts | None = None
    model: str = ""

    def rows(self, sources: Collection[str]) -> Iterator[tuple[int, str, Passage]]:
        """Yield row, source and passage of each passage of these sources, in the order of the rows."""
        if self.texts is None:
            return
        for entry in self.texts.entries:
            if entry.source in sources:
                for row in entry.rows:
                    yield row, entry.source, self.texts.passages[row]


def diff(before: SnapshotContent, after: SnapshotContent) -> Diff:
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


def source_changes(before: SnapshotContent, after: SnapshotContent) -> SourceChanges:
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


def _only_in(content: SnapshotContent, other: SnapshotContent, names: Mapping[str, str]) -> list[int]:
    """Return the rows of the passages that `other` lacks, as a multiset: a text that occurs twice must be there twice.

    `names` are the other's names of the sources.
    """
    same_model = bool(content.texts and other.texts) and content.model == other.model
    compared = {
        source
        for source, checksum in content.hashes.items()
        if not same_model or other.hashes.get(names.get(source, source)) != checksum
    }
    others = {names.get(source, source) for source in compared}
    remaining = Counter((source, passage.text) for _, source, passage in other.rows(others))
    rows = []
    for row, source, passage in content.rows(compared):
        key = names.get(source, source), passage.text
        if remaining[key]:
            remaining[key] -= 1
        else:
            rows.append(row)
    return rows


def _shown(content: SnapshotContent, rows: Sequence[int]) -> tuple[PassageText, ...]:
    if content.texts is None:
        return ()
    documents, passages = content.texts.documents, content.texts.passages
    return tuple(
        PassageText(documents[passages[row].document_id].source, passages[row].section, passages[row].reading)
        for row in rows[:MOST_SHOWN]
    )
