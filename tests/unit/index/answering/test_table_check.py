"""Which cell of a table a question asks for, by the words that it shares with rows and columns."""

from __future__ import annotations

import pytest

from index.answering.quotations import Quotation, quote
from index.answering.table_check import LONGEST_ROW, settle_cell
from index.domain.reading import AnswerSpan
from tests.support.index_fakes import WordEmbedder, search_index

HARBOURS = """# Harbours

| Harbour | Depth (m) | Berths | Operator |
|---|---|---|---|
| Lund | 7.5 | 12 | Moss Lines |
| Torp | 4.2 |  | Harbour Board |
| Vik | 9.0 | 8 | Per Dahl |
"""
SCORES = """# Scores

| Benchmark | Osprey 9B | Kestrel 7B | Heron 34B |
|---|---|---|---|
| GPQA | 41.0 | 38.7 | 52.9 |
| MATH | 78.4 | 74.0 | 86.7 |
"""


def settled(text: str, words: str, question: str) -> Quotation | None:
    """Return what becomes of the quotation for words of a table if this question is asked."""
    index = search_index(embedder=WordEmbedder(max_tokens=256), a_md=text)
    (document,) = index.documents.values()
    (window,) = index.windows
    begin = window.text.index(words)
    found = quote(window, AnswerSpan(begin, begin + len(words), 0.0), index.passages, document)
    assert found is not None
    return settle_cell(found, question, index.passages, document)


@pytest.mark.parametrize(
    ("text", "words", "question", "answer"),
    [
        (HARBOURS, "7.5", "What is the depth of Lund?", "7.5"),
        (HARBOURS, "7.5", "How many berths has Lund?", "12"),
        (HARBOURS, "9.0", "What is the depth of Lund?", "7.5"),
        (HARBOURS, "Lund", "Who is the operator of Lund?", "Moss Lines"),
        (HARBOURS, "Lund", "Which harbour has the most berths?", "Lund"),
        (HARBOURS, "7.5", "How far is it to the sea?", "7.5"),
        (SCORES, "52.9", "What does Kestrel 7B score on GPQA?", "38.7"),
        (SCORES, "38.7", "What does Kestrel 7B score on MATH?", "74.0"),
        (SCORES, "38.7", "Is GPQA or MATH harder for Kestrel 7B?", "38.7"),
    ],
)
def test_the_row_and_column_that_a_question_names_give_the_answer(text, words, question, answer):
    found = settled(text, words, question)
    assert found is not None
    assert found.answer == answer


def test_several_rows_are_one_if_the_question_names_one_and_its_column():
    found = settled(HARBOURS, "Moss Lines |\n| Harbour: Torp", "Who is the operator of Torp?")
    assert found is not None
    assert (found.answer, found.shown) == ("Harbour Board", "Harbour: Torp | Depth (m): 4.2 | Operator: Harbour Board")


def test_an_empty_cell_is_no_answer():
    assert settled(HARBOURS, "4.2", "How many berths has Torp?") is None


def test_rows_of_texts_and_what_is_no_row_are_left_as_they_are():
    long = HARBOURS.replace("Moss Lines", f"Moss Lines {'and others ' * (LONGEST_ROW // 10)}")
    for text in (long, "The depth is 7.5 metres in Lund.\n"):
        found = settled(text, "7.5", "How many berths has Lund?")
        assert found is not None
        assert found.answer == "7.5"
