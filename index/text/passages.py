"""A passage's own words, apart from its context."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from index.domain.documents import Passage
from index.text.tables import label_cells
from index.text.tokens import content_stems, tokenize

__all__ = ["passage_text", "stems_in_context"]


def passage_text(passage: Passage) -> str:
    """What counts as a passage's own words: a field's meaning or a row's header belongs to its value."""
    if passage.kind in ("prose", "code"):
        return passage.reading
    if passage.kind == "row" and passage.before:
        return label_cells(passage.before, passage.reading)
    return f"{passage.before}\n{passage.reading}"


@dataclass(frozen=True, slots=True)
class _Read:
    words: tuple[str, ...]
    stems: frozenset[str]
    pairs: frozenset[tuple[str, str]]


@lru_cache(maxsize=16_384)
def _read(text: str) -> _Read:
    stems = content_stems(text)
    return _Read(tuple(tokenize(text)), frozenset(stems), frozenset(pairwise(stems)))


def stems_in_context(passage: Passage) -> frozenset[str]:
    """Topic stems of a passage and the sentence before it."""
    return _read(passage_text(passage)).stems | _read(passage.before).stems
