"""Dates as people write them."""

from __future__ import annotations

from datetime import date

import pytest

from index.text.dates import find_date, iso_date, without_dates, written_dates


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3.0 - 12 May 2026", date(2026, 5, 12)),
        ("v3 (May 12th, 2026)", date(2026, 5, 12)),
        ("[3.0.1] - 2026-05-12", date(2026, 5, 12)),
        ("What's new in March 2026", date(2026, 3, 1)),
        ("12. Mai 2026 oder 12.5.2026", date(2026, 5, 12)),
        ("2026/05/12", date(2026, 5, 12)),
        ("3/4/2026", None),
        ("Maybe 2026", None),
        ("2026-13-40", None),
        ("Build 2026 of 1.2", None),
        ("", None),
    ],
)
def test_the_date_of_a_text_is_found_in_the_forms_that_people_write(text, expected):
    assert find_date(text) == expected


def test_written_dates_are_those_with_a_day():
    text = "Since March 2025; on 4 April 2025 and on 2025-04-06, but not on 2025-02-30."
    assert list(written_dates(text)) == [("4 April 2025", "2025-04-04"), ("2025-04-06", "2025-04-06")]
    assert iso_date(text) == "2025-04-04"
    assert iso_date("Since March 2025") == ""


def test_a_text_without_its_dates_keeps_its_versions():
    assert without_dates("7.2 - 2026-03-02, March 2026").split() == ["7.2", "-", ","]
