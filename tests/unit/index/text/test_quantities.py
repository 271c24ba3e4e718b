"""Numbers and dates are found with what they are worth, and names are not taken for them."""

from __future__ import annotations

import pytest

from index.text.quantities import find_dates, find_numbers


def amounts(text: str) -> list[tuple[str, float]]:
    return [(text[quantity.start : quantity.end], quantity.value) for quantity in find_numbers(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("it has 16 experts", [("16", 16.0)]),
        ("17 billion active parameters", [("17 billion", 17e9)]),
        ("nearly 3,000 people", [("nearly 3,000", 3000.0)]),
        ("$2.2 billion in aid", [("$2.2 billion", 2.2e9)]),
        ("51.6% of the vote", [("51.6%", 51.6)]),
        ("forty-five men and two hundred women", [("forty-five", 45.0), ("two hundred", 200.0)]),
        ("an ELO score of 1417", [("1417", 1417.0)]),
        ("LLaMA 4 Scout, GPT-4.5, H100 and Gemini 2.0 Pro", []),
        ("modelsâ€”LLaMA 4 among them", []),
        ("one of the best", []),
        ("on April 29, 2025", []),
        ("2025-04-06T04:14:12.348773Z", []),
        ("version 1.2.3 of it", []),
    ],
)
def test_numbers_are_found_with_their_worth(text, found):
    assert amounts(text) == found


@pytest.mark.parametrize(
    ("text", "counted", "unit"),
    [
        ("17 billion active parameters and more", "17 billion active parameters", "paramet"),
        ("128 experts, excels", "128 experts", "expert"),
        ("10 million tokens.", "10 million tokens", "token"),
        ("1417 on LMArena", "1417", None),
        ("five princes from a rival", "five princes", "princ"),
    ],
)
def test_what_a_number_counts_ends_with_its_noun(text, counted, unit):
    (quantity,) = find_numbers(text)
    assert text[quantity.start : max(quantity.end, quantity.unit_end)] == counted
    assert (quantity.unit[-1] if quantity.unit else None) == unit


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Join on April 29 to learn", [("April 29", 429)]),
        ("on 5 May 2025.", [("5 May 2025", 20250505)]),
        ("in October 1973, it", [("October 1973", 19731000)]),
        ("In 1066, he", [("1066", 10660000)]),
        ("2025-04-06T04:14:12.348773Z", [("2025-04-06T04:14:12.348773Z", 20250406)]),
        ("in the late 1960s and after", [("the late 1960s", 19600000)]),
        ("the first half of the 10th century", [("the first half of the 10th century", 9000000)]),
        ("an ELO score of 1417 on LMArena", []),
        ("1500 men marched", []),
        ("it may fall", []),
        ("May I ask", []),
    ],
)
def test_dates_are_found_with_their_day(text, found):
    assert [(text[quantity.start : quantity.end], quantity.value) for quantity in find_dates(text)] == found
