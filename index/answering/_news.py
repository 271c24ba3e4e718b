"""What is new in a snapshot: its sections by date, the sentences to quote of them, and what was removed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from itertools import groupby

from index.answering.recency import section_date
from index.answering.summary import MOST_SENTENCES, key_sentences
from index.domain.documents import HEADING
from index.domain.messages import Message
from index.domain.ports import Vectors
from index.domain.reading import Window
from index.domain.snapshots import SourceChanges
from index.retrieval.search_index import SearchIndex
from index.retrieval.windows import cut_windows

__all__ = [
    "SectionDates",
    "by_section",
    "index_vectors",
    "list_names",
    "new_windows",
    "newest_sentences",
    "removed_lines",
]

MOST_NAMED = 12
"""Sources that a sentence names."""


class SectionDates:
    """When the section of a passage came out, looked up once a section."""

    def __init__(self, search_index: SearchIndex) -> None:
        self._index = search_index
        self._known: dict[tuple[str, str], date | None] = {}

    def of(self, row: int) -> date | None:
        passage = self._index.passages[row]
        key = passage.document_id, passage.section
        if key not in self._known:
            self._known[key] = section_date(self._index.documents[passage.document_id], passage.section)
        return self._known[key]


def by_section(search_index: SearchIndex, rows: Sequence[int], dates: SectionDates) -> list[list[int]]:
    """Return rows by section, the newest section first; front matter only if there is nothing else."""
    passages = search_index.passages
    groups = [
        list(group) for _, group in groupby(rows, key=lambda row: (passages[row].document_id, passages[row].section))
    ]
    body = [group for group in groups if passages[group[0]].section != HEADING] or groups
    return sorted(body, key=lambda group: dates.of(group[0]) or date.min, reverse=True)


def newest_sentences(search_index: SearchIndex, groups: Sequence[Sequence[int]]) -> list[int]:
    """Return the rows to quote: key sentences of the newest sections."""
    vectors = index_vectors(search_index)
    chosen: list[int] = []
    for place, group in enumerate(groups[:MOST_SENTENCES]):
        share = -(-(MOST_SENTENCES - len(chosen)) // (min(len(groups), MOST_SENTENCES) - place))
        chosen += key_sentences(group, search_index.passages, vectors, share)
    return chosen[:MOST_SENTENCES]


def new_windows(search_index: SearchIndex, groups: Iterable[Sequence[int]]) -> list[Window]:
    """Return windows of these rows alone, so that nothing old is written of as new."""
    windows: list[Window] = []
    for group in groups:
        for _, run in groupby(enumerate(group), key=lambda pair: pair[1] - pair[0]):
            rows = [row for _, row in run]
            cut = cut_windows(search_index.documents, search_index.passages[rows[0] : rows[-1] + 1])
            windows += (
                replace(window, rows=range(window.rows.start + rows[0], window.rows.stop + rows[0])) for window in cut
            )
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


def index_vectors(search_index: SearchIndex) -> Vectors:
    return search_index.vectors.rows(0, len(search_index.passages))
