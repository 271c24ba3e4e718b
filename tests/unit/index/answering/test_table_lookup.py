"""What a table's row and column name is answered with the cell, and what they don't name with none."""

from __future__ import annotations

import pytest

from index.answering._table_lookup import LOOKUP_CONFIDENCE
from index.domain.answers import Answer
from index.text.tables import join_column_names, label_cells, split_cells
from tests.support.index_fakes import WordEmbedder, answerer, search_index

ROWS = """\
Model,Total parameters,MMMU,MMLU Pro,LiveCodeBench (2024),Price
Llama 4 Maverick,400B,73.4,80.5,43.4,$1
Llama 4 Scout,109B,69.4,74.3,32.8,2 €
DeepSeek v3.1,671B,,81.2,45.8,–
GPT-4o,not published,69.1,n/a,32.3,$4
"""
TURNED = """\
,Llama 4 Maverick,Llama 4 Scout
MMMU,73.4,69.4
MMLU Pro,80.5,74.3
"""
TABLE, OTHER = search_index(benchmarks_csv=ROWS), search_index(turned_csv=TURNED)


def ask(question: str, on=TABLE) -> Answer:
    return answerer(WordEmbedder(max_tokens=256), threshold=0.5).answer(on, question)


def short(answer: Answer) -> str:
    return answer.short_answer.text if answer.short_answer else ""


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("What does Maverick score on MMMU?", "73.4"),
        ("Scout's MMLU Pro score?", "74.3"),
        ("mmlu-pro of llama 4 scout", "74.3"),
        ("What does the model GPT-4o score on MMMU?", "69.1"),
        ("What is DeepSeek's LiveCodeBench result?", "45.8"),
        ("How many total parameters does Scout have?", "109B"),
        ("What are the total parameters of GPT-4o?", "not published"),
        ("Which model has the highest LiveCodeBench?", "DeepSeek v3.1"),
        ("What is the lowest MMMU?", "69.1"),
    ],
)
def test_the_cell_that_row_and_column_name_is_the_short_answer_within_its_row(question, value):
    answer = ask(question)
    assert not answer.abstained
    assert short(answer) == value
    assert value in answer.citations[0].quote
    assert answer.confidence >= LOOKUP_CONFIDENCE


@pytest.mark.parametrize(
    ("question", "value"), [("What does Maverick score on MMMU?", "73.4"), ("MMLU Pro of Scout?", "74.3")]
)
def test_a_table_with_its_things_as_columns_is_read_the_same_way(question, value):
    assert short(ask(question, OTHER)) == value


@pytest.mark.parametrize(
    "question",
    [
        "What does DeepSeek v3.1 score on MMMU?",
        "What does GPT-4o score on MMLU Pro?",
        "What is the price of DeepSeek v3.1?",
        "Which model has the best LiveCodeBench?",
        "Which model has the highest price?",
        "Which open model has the highest LiveCodeBench?",
    ],
    ids=["empty", "n/a", "dash", "which end is best", "two currencies", "what no column tells"],
)
def test_where_the_table_does_not_say_there_is_no_answer(question):
    answer = ask(question)
    assert answer.abstained
    assert answer.confidence <= 0.2 + 1e-9
    assert answer.citations  # what is nearest is shown


@pytest.mark.parametrize(
    "question",
    [
        "What does Llama 4 score on MMMU?",
        "What does GPT-4 score on MMMU?",
        "What does Scout score on MMLU?",
        "Which model scores more than Scout on MMMU?",
        "Does Scout score 69.4 on MMMU?",
        "What does Scout score on MMMU with images?",
    ],
    ids=["two rows", "another name", "another column", "a comparison", "yes or no", "more than the cell tells"],
)
def test_what_row_and_column_do_not_name_plainly_has_no_short_answer(question):
    assert short(ask(question)) == ""


def test_two_tables_that_say_otherwise_give_no_short_answer():
    twice = search_index(
        one_csv="Model,MMMU\nScout,69.4\nMaverick,73.4\n", two_csv="Model,MMMU\nScout,70.1\nQwen,70.2\n"
    )
    assert short(ask("What does Scout score on MMMU?", twice)) == ""
    assert short(ask("What does Qwen score on MMMU?", twice)) == "70.2"


def test_each_cell_is_told_with_its_column_though_cells_or_names_are_empty():
    assert label_cells("Model, MMMU, Price", "Scout | | $2") == "Model: Scout | MMMU: | Price: $2"
    assert split_cells("Model, MMMU, Price", "Scout | 69.4") == [("Model", "Scout"), ("MMMU", "69.4"), ("Price", "")]
    assert split_cells("Model, MMMU", "Scout | 69.4 | $2") == []
    assert label_cells(join_column_names(["", "Score, 5 shots"]), "MMMU | 69.4") == "MMMU | Score 5 shots: 69.4"
    assert join_column_names(["", ""]) == ""
