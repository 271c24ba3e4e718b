"""How recent a place in the sources is."""

from __future__ import annotations

from datetime import date

import pytest
from packaging.version import Version

from index.answering.recency import Recency, document_date, section_recency
from index.domain.documents import Document


def document(**metadata: str) -> Document:
    return Document("id", "a.md", "A", None, "", (), metadata)


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        ({"date": "2025-04-06"}, date(2025, 4, 6)),
        ({"date": "2025-04-06T04:14:12.348773Z"}, date(2025, 4, 6)),
        ({"date": "2025-04-06", "updated": "2025-05-01"}, date(2025, 5, 1)),
        ({"date": "soon", "published": "2024-01-01"}, date(2024, 1, 1)),
        ({"date": "April 6, 2025"}, date(2025, 4, 6)),
        ({"date": "April 6"}, None),
        ({}, None),
    ],
)
def test_the_date_of_a_document_is_the_first_that_its_metadata_holds(metadata, expected):
    assert document_date(document(**metadata)) == expected


@pytest.mark.parametrize(
    ("section", "expected"),
    [
        ("Changes > [3.0.1] - 2026-05-12 > Fixed", Recency(date(2026, 5, 12), Version("3.0.1"))),
        ("Changes > v3.0.0rc1", Recency(date(2025, 1, 1), Version("3.0.0rc1"))),
        ("Version 2.0 > Since 1.4", Recency(date(2025, 1, 1), Version("1.4"))),
        ("Models", Recency(date(2025, 1, 1))),
    ],
)
def test_a_section_is_as_recent_as_its_headings_say_else_as_its_document(section, expected):
    assert section_recency(document(date="2025-01-01"), section) == expected


@pytest.mark.parametrize(
    ("newer", "older", "is_newer"),
    [
        (Recency(date(2026, 1, 1), Version("2.0")), Recency(date(2025, 1, 1), Version("3.0")), True),
        (Recency(None, Version("7.10")), Recency(date(2026, 1, 1), Version("7.9")), True),
        (Recency(date(2026, 1, 1)), Recency(None, Version("1.0")), False),
        (Recency(), Recency(), False),
    ],
)
def test_the_date_tells_what_is_newer_and_without_one_the_version(newer, older, is_newer):
    assert newer.is_newer(older) is is_newer
    assert not older.is_newer(newer)
