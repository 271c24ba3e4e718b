"""The words of a passage, with and without its context."""

from __future__ import annotations

from collections.abc import Sequence

from index.domain.documents import Passage
from index.text.tables import label_cells

__all__ = ["field_label", "passage_lead", "passage_text"]


def passage_text(passage: Passage) -> str:
    """Return the words that count as a passage's own: a field's meaning or a row's header belongs to its value."""
    if passage.kind in ("prose", "code"):
        return passage.reading
    if passage.kind == "row" and passage.before:
        return label_cells(passage.before, passage.reading)
    return f"{passage.before}\n{passage.reading}"


def field_label(meaning: str) -> str:
    """Return the label of a field of front matter: "Authors" of "Authors: who wrote the article"."""
    return meaning.partition(":")[0]


def passage_lead(passages: Sequence[Passage], row: int) -> str:
    """Return the meaning of a passage's field or what stands above its table's rows, also if it is not the first."""
    while row and passages[row].before == passages[row - 1].reading:
        if passages[row].kind == "row" != passages[row - 1].kind:
            return ""
        row -= 1
    return passages[row].before
