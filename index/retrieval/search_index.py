"""A snapshot's engines, loaded and ready to be searched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from index.domain.documents import Document, Passage
from index.domain.ports import KeywordIndex, VectorStore
from index.domain.reading import Window
from index.retrieval.windows import cut_windows

__all__ = ["SearchIndex"]


@dataclass(frozen=True, slots=True)
class SearchIndex:
    """The engines of one snapshot; row i of each is passage i, in the order of the texts.

    `windows_of` holds the places in `windows` of the windows with passage i. `suggestions` are questions that the
    snapshot answered when it was built, the surest first.
    """

    id: str
    documents: Mapping[str, Document]
    passages: Sequence[Passage]
    vectors: VectorStore
    keyword: KeywordIndex
    windows: Sequence[Window]
    windows_of: Sequence[Sequence[int]]
    suggestions: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        snapshot: str,
        documents: Mapping[str, Document],
        passages: Sequence[Passage],
        vectors: VectorStore,
        keyword: KeywordIndex,
        *,
        suggestions: tuple[str, ...] = (),
    ) -> SearchIndex:
        """Return the search index of these engines, its windows cut from the passages."""
        windows = cut_windows(documents, passages)
        windows_of: list[list[int]] = [[] for _ in passages]
        for place, window in enumerate(windows):
            for row in window.rows:
                windows_of[row].append(place)
        return cls(snapshot, documents, passages, vectors, keyword, windows, windows_of, suggestions)
