"""A snapshot's engines, loaded and ready to be searched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from index.domain.documents import Document, Passage
from index.domain.ports import VectorStore
from index.retrieval.bm25 import Bm25Index
from index.retrieval.hidden_states import StateStore
from index.retrieval.late_interaction import TokenStore

__all__ = ["SearchIndex"]


@dataclass(frozen=True, slots=True)
class SearchIndex:
    """The engines of one snapshot; row i of each is passage i, in the order of the texts.

    `suggestions` are questions that the snapshot answered when it was built, the surest first.
    """

    id: str
    documents: Mapping[str, Document]
    passages: Sequence[Passage]
    vectors: VectorStore
    keyword: Bm25Index
    tokens: TokenStore
    states: StateStore
    suggestions: tuple[str, ...] = ()
