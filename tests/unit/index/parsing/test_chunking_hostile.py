"""Texts made to harm are cut into few, short passages, or refused with the reason."""

from __future__ import annotations

import pytest

from index.domain.documents import Document
from index.domain.errors import UnreadableSource
from index.parsing.chunking import LONGEST, MOST_PASSAGES, chunk
from index.parsing.layout import ParsedBlock, lay_out

LENGTH = 10_000_000


def document(kind: str, text: str) -> Document:
    laid_out, sections = lay_out((ParsedBlock(kind, text),))
    return Document("1", "a.pdf", "A", None, laid_out, sections)


def count(text: str) -> int:
    return len(text) // 4 + 2


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("prose", "a" * LENGTH),
        ("prose", "word " * (LENGTH // 5)),
        ("prose", ". " * (LENGTH // 2)),
        ("row", "x | " * (LENGTH // 4)),
        ("code", "x" * LENGTH),
        ("code", "a\n" + "}\n" * (LENGTH // 10)),
    ],
)
def test_a_text_without_an_end_becomes_passages_of_bounded_number_and_length(kind, text):
    passages = chunk(document(kind, text), count, 512)
    assert len(passages) <= 4 * LENGTH // LONGEST
    assert max(len(passage.text) for passage in passages) <= LONGEST


def test_a_million_lines_of_one_character_are_refused():
    with pytest.raises(UnreadableSource, match=f"more than {MOST_PASSAGES:,} lines or sentences: split it"):
        chunk(document("code", "x\n" * 1_000_000), lambda text: 1, 512)
