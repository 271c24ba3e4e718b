"""Which number or date of a sentence a question asks for."""

from __future__ import annotations

import pytest

from index.answering._number_rules import find_amount, find_attribute, find_count, find_date
from index.answering._span_context import SpanContext
from index.text.questions import QuestionAnalysis


@pytest.mark.parametrize(
    ("rule", "question", "text", "expected"),
    [
        (find_count, "How many experts has Scout?", "Scout has 16 experts and 109 billion parameters.", "16 experts"),
        (find_count, "How many total parameters has it?", "It has 17 billion active parameters.", None),
        (find_count, "How many experts have they?", "They have 16 and 128 experts.", None),
        (find_count, "How many people were there?", "In all 300 came.", "300"),
        (find_attribute, "What is the ELO score of Maverick?", "It has an ELO score of 1417 on LMArena.", "1417"),
        (find_attribute, "What is the price of Maverick?", "It has an ELO score of 1417 on LMArena.", None),
        (find_amount, "How much does it cost?", "It costs 30 euros and weighs 5 kg.", "30 euros"),
        (find_amount, "What percentage of oil was lost?", "Of 12 barrels 7% was lost.", "7%"),
        (find_amount, "How big is it?", "It has 3 rooms and 4 doors.", None),
        (find_date, "When was it released?", "It was released on April 5, 2025.", "April 5, 2025"),
        (find_date, "In which year was it released?", "It was released on April 5, 2025.", "2025"),
        (find_date, "In which century did it end?", "It ended in 1453, in the 15th century.", "15th century"),
        (find_date, "How long did the war last?", "The war of 1337 lasted 116 years.", "116 years"),
        (find_date, "When did the reign begin?", "He reigned from 1050 to 1070.", "1050"),
        (find_date, "When did the reign end?", "He reigned from 1050 to 1070.", "1070"),
        (find_date, "When did he reign?", "He reigned from 1050 to 1070.", "1050 to 1070"),
        (find_date, "When was it built?", "It was built 2025-04-06T04:14:12Z.", "2025-04-06"),
        (find_date, "What happened in 1973?", "It was 1973.", None),
    ],
)
def test_the_number_or_date_asked_for_is_found_only_if_it_is_clear(rule, question, text, expected):
    span = rule(SpanContext(QuestionAnalysis.of(question), text))
    assert (text[slice(*span)] if span else None) == expected
