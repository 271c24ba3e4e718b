"""A snapshot's engines, opened and ready to be searched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from index.domain.answers import SuggestedQuestion
from index.domain.documents import Document, DocumentEntry, Passage
from index.domain.ports import KeywordIndex, VectorStore
from index.retrieval.texts import DocumentsBySource, IndexTexts, MemoryTexts, WindowTable

__all__ = ["SearchIndex"]


@dataclass(frozen=True, slots=True)
class SearchIndex:
    """The engines of one snapshot; row i of each is passage i.

    `suggested` are questions that the snapshot answered when it was built, the surest first.
    """

    id: str
    texts: IndexTexts
    vectors: VectorStore
    keyword: KeywordIndex
    suggested: tuple[SuggestedQuestion, ...] = ()
    windows: WindowTable = field(init=False)
    by_source: Mapping[str, Document] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "windows", WindowTable(self.texts))
        object.__setattr__(self, "by_source", DocumentsBySource(self.texts))

    @classmethod
    def of(
        cls,
        snapshot: str,
        documents: Mapping[str, Document],
        passages: Sequence[Passage],
        vectors: VectorStore,
        keyword: KeywordIndex,
    ) -> SearchIndex:
        """Return the search index of engines and texts in memory."""
        return cls(snapshot, MemoryTexts(documents, passages), vectors, keyword)

    @property
    def documents(self) -> Mapping[str, Document]:
        """The documents by id."""
        return self.texts.documents

    @property
    def entries(self) -> Sequence[DocumentEntry]:
        """The documents without their texts."""
        return self.texts.entries

    @property
    def passages(self) -> Sequence[Passage]:
        """The passages by row."""
        return self.texts.passages

    @property
    def suggestions(self) -> tuple[str, ...]:
        """The questions alone."""
        return tuple(each.question for each in self.suggested)

    def windows_of(self, row: int) -> range:
        """Return the places in `windows` of the windows with a passage."""
        return self.windows.places(range(row, row + 1))
