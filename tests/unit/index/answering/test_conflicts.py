"""Sources that give different figures, and which of them is newer."""

from __future__ import annotations

from datetime import date

import pytest

from index.answering.conflicts import document_date, newest_first, sources_disagree
from index.domain.documents import Document


def document(**metadata: str) -> Document:
    return Document("id", "a.md", "A", None, "", (), metadata)


@pytest.mark.parametrize(
    ("answer", "other", "disagree"),
    [
        ("10 million tokens", "1 million tokens", True),
        ("10 million tokens", "10 million", False),
        ("1,417", "1.417", True),
        ("16 experts and 17 billion", "17 billion", False),
        ("ten million", "1 million", False),
        ("Meta", "Google", False),
        ("", "1", False),
    ],
)
def test_sources_disagree_if_both_give_figures_and_none_is_the_same(answer, other, disagree):
    assert sources_disagree(answer, other) is sources_disagree(other, answer) is disagree


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        ({"date": "2025-04-06"}, date(2025, 4, 6)),
        ({"date": "2025-04-06T04:14:12.348773Z"}, date(2025, 4, 6)),
        ({"date": "2025-04-06", "updated": "2025-05-01"}, date(2025, 5, 1)),
        ({"date": "soon", "published": "2024-01-01"}, date(2024, 1, 1)),
        ({"date": "April 6"}, None),
        ({}, None),
    ],
)
def test_the_date_of_a_document_is_the_first_that_its_metadata_holds(metadata, expected):
    assert document_date(document(**metadata)) == expected


def test_the_newest_comes_first_and_what_has_no_date_last_in_its_order():
    documents = [document(), document(date="2024-01-01"), document(date="2025-01-01"), document(author="Ann")]
    assert newest_first(documents, lambda each: each) == [documents[2], documents[1], documents[0], documents[3]]
