"""Words looked up in a window."""

from __future__ import annotations

import pytest

from index.generation._quote_matching import find_nearest, find_words

TEXT = "Scout – “the small one” – reads\n10 million  tokens.\u200b It's open. Scout reads pictures, too."


def words(quote: str) -> list[str]:
    return [TEXT[begin:end] for begin, end in find_words(quote, TEXT)]


@pytest.mark.parametrize(
    ("quote", "found"),
    [
        ("reads 10 million tokens", "reads\n10 million  tokens"),
        ('Scout - "the small one" - reads', "Scout – “the small one” – reads"),
        ("  'reads 10 million tokens.' ", "reads\n10 million  tokens"),
        ("tokens. It’s open", "tokens.\u200b It's open"),
        ("to\u200bkens", "tokens"),
    ],
)
def test_words_are_found_whatever_their_spaces_quotes_and_dashes(quote, found):
    assert words(quote) == [found]


@pytest.mark.parametrize("quote", ["scout reads pictures", "0 million tokens", "10 million token", "", " … ", "!"])
def test_other_case_parts_of_words_and_nothing_are_not_found(quote):
    assert words(quote) == []


def test_parts_around_an_ellipsis_must_follow_each_other():
    assert words("Scout ... 10 million […] open") == [TEXT[: TEXT.index("open") + 4]]
    assert words("open ... 10 million") == []


def test_words_that_stand_twice_are_found_twice():
    assert words("Scout") == ["Scout", "Scout"]
    assert [begin for begin, _ in find_words("Scout", TEXT)] == [0, TEXT.rindex("Scout")]


def test_the_nearest_words_are_whole_and_as_they_stand():
    score, begin, end = find_nearest("reads 12 million token", TEXT)
    assert (TEXT[begin:end], 75 < score < 100) == ("reads\n10 million  tokens", True)


@pytest.mark.parametrize("quote", ["tea is made of leaves", "Scout", ""])
def test_what_is_far_or_short_has_no_nearest(quote):
    assert find_nearest(quote, TEXT) is None
