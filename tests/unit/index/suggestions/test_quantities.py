"""Numbers and dates are found, and names are not taken for them."""

from __future__ import annotations

import pytest

from index.suggestions._quantities import find_dates, find_numbers


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("it has 16 experts", ["16"]),
        ("17 billion active parameters", ["17 billion"]),
        ("nearly 3,000 people", ["nearly 3,000"]),
        ("$2.2 billion in aid", ["$2.2 billion"]),
        ("51.6% of the vote", ["51.6%"]),
        ("forty-five men and two hundred women", ["forty-five", "two hundred"]),
        ("an ELO score of 1417", ["1417"]),
        ("LLaMA 4 Scout, GPT-4.5, H100 and Gemini 2.0 Pro", []),
        ("modelsâ€”LLaMA 4 among them", []),
        ("one of the best", []),
        ("on April 29, 2025", []),
        ("2025-04-06T04:14:12.348773Z", []),
        ("version 1.2.3 of it", []),
    ],
)
def test_numbers_are_found(text, found):
    assert [text[quantity.start : quantity.end] for quantity in find_numbers(text)] == found


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        ("17 billion active parameters and more", "17 billion active parameters"),
        ("128 experts, excels", "128 experts"),
        ("10 million tokens.", "10 million tokens"),
        ("1417 on LMArena", "1417"),
        ("five princes from a rival", "five princes"),
    ],
)
def test_what_a_number_counts_ends_with_its_noun(text, counted):
    (quantity,) = find_numbers(text)
    assert text[quantity.start : quantity.unit_end] == counted


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Join on April 29 to learn", ["April 29"]),
        ("on 5 May 2025.", ["5 May 2025"]),
        ("in October 1973, it", ["October 1973"]),
        ("In 1066, he", ["1066"]),
        ("2025-04-06T04:14:12.348773Z", ["2025-04-06T04:14:12.348773Z"]),
        ("in the late 1960s and after", ["the late 1960s"]),
        ("the first half of the 10th century", ["the first half of the 10th century"]),
        ("an ELO score of 1417 on LMArena", []),
        ("1500 men marched", []),
        ("it may fall", []),
        ("May I ask", []),
    ],
)
def test_dates_are_found(text, found):
    assert [text[quantity.start : quantity.end] for quantity in find_dates(text)] == found
