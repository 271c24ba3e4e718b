"""Suggested questions of a snapshot, checked by asking them."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from index.domain.answers import Answer, SuggestedQuestion
from index.domain.documents import DocumentEntry, Passage
from index.domain.errors import ReindexCancelled
from index.domain.ports import Progress
from index.domain.reading import Window
from index.retrieval.search_index import SearchIndex
from index.suggestions.generation import CandidateQuestion, generate_questions, keep_answered

if TYPE_CHECKING:
    from index.answering.answerer import Answerer

__all__ = ["make_suggestions"]

MOST_SUGGESTING = 2_000
"""Passages that suggestions are made from: so many suffice, and a large index takes no longer to rebuild."""

MOST_SUGGESTED, MOST_SUGGESTED_ANEW = 200, 20
"""Questions that are asked to know which are answered, and those after an edit of a large index."""

MOST_WINDOWS = 2
"""Windows that are read to check a suggestion."""

log = logging.getLogger(__name__)


def make_suggestions(
    search_index: SearchIndex,
    read: Collection[str] | None,
    known: Sequence[SuggestedQuestion],
    answerer: Answerer,
    progress: Progress | None,
) -> tuple[SuggestedQuestion, ...]:
    """Return questions that the index answers; none if making them fails, for it serves as well without.

    Of an index that grew they are made from the sources that were read anew alone; those known of others stay.
    """
    try:
        entries = {entry.source: entry for entry in search_index.entries}
        fresh = [entry for source, entry in entries.items() if read is None or source in read]
        candidates = generate_questions(search_index.documents, _first_passages(search_index, fresh))
        unchanged = [each for each in known if each.source in entries and each.source not in (read or ())]

        def ask(candidate: CandidateQuestion) -> Answer:
            """Read only where the question was made from: that suffices to know that it is answered."""
            windows = _windows_at(search_index, entries[candidate.source], candidate)
            return answerer.answer_from(search_index, candidate.question, list(islice(windows, MOST_WINDOWS)))

        most = MOST_SUGGESTED if read is None else MOST_SUGGESTED_ANEW
        return keep_answered(candidates, ask, limit=most, known=unchanged, progress=progress)[:MOST_SUGGESTED]
    except ReindexCancelled:
        raise
    except Exception:
        log.warning("There are no suggestions, for they could not be made", exc_info=True)
        return ()


def _windows_at(search_index: SearchIndex, entry: DocumentEntry, candidate: CandidateQuestion) -> Iterator[Window]:
    """Yield the windows of a document that hold what a question was made from."""
    for place in search_index.windows.places(entry.rows):
        window = search_index.windows[place]
        first, last = search_index.passages[window.rows[0]], search_index.passages[window.rows[-1]]
        if first.start < candidate.end and candidate.start < last.end:
            yield window


def _first_passages(search_index: SearchIndex, entries: Sequence[DocumentEntry]) -> list[Passage]:
    """Return the first passages of each of these documents, MOST_SUGGESTING of them together."""
    share = max(1, MOST_SUGGESTING // max(1, len(entries)))
    rows = (row for entry in entries for row in entry.rows[:share])
    return [search_index.passages[row] for row in islice(rows, MOST_SUGGESTING)]
