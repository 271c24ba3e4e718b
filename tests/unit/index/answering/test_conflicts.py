"""Sources that give different figures, and which of them is newer."""

from __future__ import annotations

from datetime import date

import pytest
from packaging.version import Version

from index.answering.conflicts import newest_first, sources_disagree
from index.answering.recency import Recency


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


def test_the_newest_comes_first_and_what_has_no_date_last_in_its_order():
    told = [Recency(), Recency(date(2024, 1, 1)), Recency(date(2025, 1, 1)), Recency(None, Version("2.0"))]
    assert newest_first(told, lambda each: each) == [told[2], told[1], told[0], told[3]]
