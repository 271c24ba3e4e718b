"""What one snapshot has that another has not: sources by their content, passages by their text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from index.domain.documents import Document, Passage
from index.domain.snapshots import Diff, PassageText

__all__ = ["SnapshotTexts", "diff"]

FIRST = 5
"""Passages shown of those that came, and of those that went."""


@dataclass(frozen=True, slots=True)
class SnapshotTexts:
    """What a snapshot says: `hashes` are those of the sources that it answers from, `documents` are by id. Without an
    id it stands for no snapshot."""

    id: str = ""
    hashes: Mapping[str, str] = field(default_factory=dict)
    documents: Mapping[str, Document] = field(default_factory=dict)
    passages: Sequence[Passage] = ()


def diff(before: SnapshotTexts, after: SnapshotTexts) -> Diff:
    """From `before` to `after`, whatever models they are for."""
    old, new = before.hashes, after.hashes
    renamed = _renamed(old, new)
    names = dict(renamed)
    came, went = _only(after, before, {now: was for was, now in renamed}), _only(before, after, names)
    return Diff(
        before=before.id,
        after=after.id,
        added=tuple(sorted(new.keys() - old.keys() - set(names.values()))),
        changed=tuple(sorted(name for name in new.keys() & old.keys() if new[name] != old[name])),
        removed=tuple(sorted(old.keys() - new.keys() - set(names))),
        renamed=renamed,
        passages_added=len(came),
        passages_removed=len(went),
        first_added=_shown(after, came),
        first_removed=_shown(before, went),
    )


def _renamed(old: Mapping[str, str], new: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Pairs of a source that went and one that came with the same content; each source in one pair at most."""
    came: dict[str, list[str]] = {}
    for name in sorted(new.keys() - old.keys(), reverse=True):
        came.setdefault(new[name], []).append(name)
    gone = sorted(old.keys() - new.keys())
    return tuple((name, came[old[name]].pop()) for name in gone if came.get(old[name]))


def _only(one: SnapshotTexts, other: SnapshotTexts, names: Mapping[str, str]) -> list[int]:
    """Which passages of `one` the other lacks, in their order; a text that stands there twice is wanted twice. `names`
    are what the other calls sources of `one`."""
    left = Counter(_keys(other, {}))
    found = []
    for row, key in enumerate(_keys(one, names)):
        if left[key]:
            left[key] -= 1
        else:
            found.append(row)
    return found


def _keys(texts: SnapshotTexts, names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for passage in texts.passages:
        source = texts.documents[passage.document_id].source
        yield names.get(source, source), passage.text


def _shown(texts: SnapshotTexts, rows: Sequence[int]) -> tuple[PassageText, ...]:
    passages = (texts.passages[row] for row in islice(rows, FIRST))
    return tuple(PassageText(texts.documents[at.document_id].source, at.section, at.reading) for at in passages)
