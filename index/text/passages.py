"""The words of a passage, with and without its context."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from index.domain.documents import Passage
from index.text.tables import label_cells
from index.text.tokens import content_stems, tokenize

__all__ = ["AnalysedText", "analyse_text", "passage_text", "stems_in_context"]


def passage_text(passage: Passage) -> str:
    """Return the words that count as a passage's own: a field's meaning or a row's header belongs to its value."""
    if passage.kind in ("prose", "code"):
        return passage.reading
    if passage.kind == "row" and passage.before:
        return label_cells(passage.before, passage.reading)
    return f"{passage.before}\n{passage.reading}"


@dataclass(frozen=True, slots=True)
class AnalysedText:
    """The words of a text, the stems of its topic words, and its pairs of neighbouring topic stems."""

    words: tuple[str, ...]
    stems: frozenset[str]
    pairs: frozenset[tuple[str, str]]


@lru_cache(maxsize=16_384)
def analyse_text(text: str) -> AnalysedText:
    """Return the words and stems of a text; cached, since every question reads the same passages."""
    stems = content_stems(text)
    return AnalysedText(tuple(tokenize(text)), frozenset(stems), frozenset(pairwise(stems)))


def stems_in_context(passage: Passage) -> frozenset[str]:
    """Return the topic stems of a passage and the sentence before it."""
    return analyse_text(passage_text(passage)).stems | analyse_text(passage.before).stems
