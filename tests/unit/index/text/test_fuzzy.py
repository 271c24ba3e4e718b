"""Words that differ by a slip or two, and begin alike."""

from __future__ import annotations

import pytest

from index.text.fuzzy import similar_words


@pytest.mark.parametrize("other", ["scout", "scot", "scouts", "stout", "socut"])
def test_a_letter_more_less_other_or_two_exchanged_is_one_slip(other):
    assert similar_words("scout", [other], 1) == [other]


@pytest.mark.parametrize("other", ["cout", "ascout", "shout2", "csout", ""])
def test_two_slips_are_more_than_one_and_the_first_letter_is_never_a_slip(other):
    assert similar_words("scout", [other], 1) == []


def test_the_likest_come_first_and_those_as_like_in_their_order():
    assert similar_words("maverick", ["mavrik", "mavericks", "maverik", "scout", "maverick"], 2) == [
        *("maverick", "mavericks", "maverik", "mavrik"),
    ]


def test_a_word_is_alike_nothing_where_nothing_is_known():
    assert similar_words("scout", [], 1) == []
