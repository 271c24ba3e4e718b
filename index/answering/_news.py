"""What is new in a snapshot: its sections by date, the sentences to quote of them, and what was removed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby

from index.answering.recency import entry_date
from index.answering.summary import MOST_SENTENCES, entry_at, key_sentences
from index.domain.documents import HEADING, DocumentEntry
from index.domain.messages import Message
from index.domain.reading import Window
from index.domain.snapshots import SourceChanges
from index.retrieval.search_index import SearchIndex
from index.retrieval.windows import make_window, window_rows

__all__ = [
    "by_section",
    "list_names",
    "new_windows",
    "newest_sentences",
    "removed_lines",
    "rows_since",
]

MOST_NAMED = 12
"""Sources that a sentence names."""


def rows_since(entry: DocumentEntry, day: date) -> list[int]:
    """Return the rows of a document whose section came out on a day or later."""
    published = entry_date(entry) or date.min
    rows = set(entry.rows) if published >= day else set()
    for first, stop, dated in entry.dated:
        if date.fromisoformat(dated) >= day:
            rows.update(range(first, stop))
        else:
            rows.difference_update(range(first, stop))
    return sorted(rows)


def row_date(search_index: SearchIndex, row: int) -> date | None:
    """Return when the section of a passage came out."""
    entry = entry_at(search_index.entries, row)
    dated = next((dated for first, stop, dated in entry.dated if first <= row < stop), "")
    return date.fromisoformat(dated) if dated else entry_date(entry)


def by_section(search_index: SearchIndex, rows: Sequence[int]) -> list[list[int]]:
    """Return rows by section, the newest section first; front matter only if there is nothing else."""
    passages = search_index.passages
    groups = [
        list(group) for _, group in groupby(rows, key=lambda row: (passages[row].document_id, passages[row].section))
    ]
    body = [group for group in groups if passages[group[0]].section != HEADING] or groups
    return sorted(body, key=lambda group: row_date(search_index, group[0]) or date.min, reverse=True)


def newest_sentences(search_index: SearchIndex, groups: Sequence[Sequence[int]]) -> list[int]:
    """Return the rows to quote: key sentences of the newest sections."""
    chosen: list[int] = []
    for place, group in enumerate(groups[:MOST_SENTENCES]):
        share = -(-(MOST_SENTENCES - len(chosen)) // (min(len(groups), MOST_SENTENCES) - place))
        chosen += key_sentences(group, search_index.passages, search_index.vectors, share)
    return chosen[:MOST_SENTENCES]


def new_windows(search_index: SearchIndex, groups: Iterable[Sequence[int]]) -> list[Window]:
    """Return windows of these rows alone, so that nothing old is written of as new."""
    windows: list[Window] = []
    for group in groups:
        for _, run in groupby(enumerate(group), key=lambda pair: pair[1] - pair[0]):
            rows = [row for _, row in run]
            document = search_index.documents[search_index.passages[rows[0]].document_id]
            passages = search_index.passages
            windows += (make_window(document, each, passages) for each in window_rows(rows, passages))
    return windows


def removed_lines(changes: SourceChanges) -> list[str]:
    lines: list[str] = []
    if changes.removed:
        lines.append(Message("Passages removed since: {count}.", count=changes.removed))
    if changes.removed_sources:
        lines.append(Message("Sources removed since: {names}.", names=list_names(changes.removed_sources)))
    return lines


def list_names(names: Sequence[str]) -> str:
    """Return the first names with commas between, a dash without any."""
    return ", ".join([*names[:MOST_NAMED], *["…"] * (len(names) > MOST_NAMED)]) or "-"
