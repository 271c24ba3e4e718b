"""The answering pipeline on fakes: when it answers, what it quotes, and when it abstains."""

from __future__ import annotations

import logging
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.domain.answers import ABSTENTION, NO_QUESTION, Answer
from index.domain.errors import UnreadableSource
from index.domain.ports import Vectors
from index.domain.reading import AnswerSpan, Reading
from index.reading.intents import Intent, IntentClassifier
from index.retrieval.search_index import SearchIndex
from tests.support.answering_fakes import BREAD, INDEX, FixedReader, ask, words_reader
from tests.support.index_fakes import WordEmbedder, answerer, search_index
from tests.support.texts import markdown


def test_an_answer_quotes_the_sentence_and_gives_the_words_that_answer():
    answer = ask(words_reader(3.0, "flour and water"))
    (citation,) = answer.citations
    assert (citation.quote, citation.source, citation.start) == ("Bread is made of flour and water.", "a.md", 0)
    assert answer.short_answer is not None
    assert (answer.short_answer.text, answer.short_answer.citation) == ("flour and water", 1)
    assert (answer.abstained, answer.snapshot, answer.generator) == (False, "a-snapshot", "extractive")
    assert answer.text == "Bread is made of flour and water. [1]"
    assert answer.confidence == pytest.approx(0.9526, abs=1e-4)


def test_below_the_threshold_it_abstains_but_says_how_sure_it_was():
    answer = ask(words_reader(-0.1, "flour and water"))
    assert (answer.abstained, answer.text, answer.short_answer) == (True, ABSTENTION, None)
    assert answer.confidence == pytest.approx(0.475, abs=1e-3)


def test_an_abstention_may_cite_the_nearest_passages():
    answer = ask(words_reader(-0.1, "flour and water", "leaves"))
    assert [citation.quote for citation in answer.citations] == BREAD.strip().split("\n\n")


def test_the_best_quotation_comes_first_whichever_window_was_found_first():
    class Second(FixedReader):
        def read(self, question: str, window: str) -> Reading:
            return replace(super().read(question, window), answerable=3.0 if "leaves" in window else 1.0)

    index = search_index(a_md="Bread is made of flour.\n", b_md="Tea is made of leaves.\n")
    answer = ask(Second({}), "bread made of flour", index=index)
    assert answer.citations[0].quote == "Tea is made of leaves."


def test_an_answer_from_given_windows_reads_no_others():
    index = search_index(a_md="Bread is made of flour.\n", b_md="Rye bread is made of flour too.\n")
    made = answerer(WordEmbedder(), reader=words_reader(3.0, "flour"))
    answer = made.answer_from(index, "q", [index.windows[1]])
    assert [citation.source for citation in answer.citations] == ["b.md"]
    assert made.answer_from(index, "q", []).abstained


def intents(certain: Intent, likely: Intent) -> IntentClassifier:
    """Return a classifier that is certain of one intent, and thinks another one likely if nothing answers."""

    class Told(IntentClassifier):
        def classify(self, vector: Vectors) -> Intent:
            return certain

        def guess(self, vector: Vectors) -> Intent:
            return likely

    return Told(*([np.zeros(1)] * 6))


def say(certain: Intent, likely: Intent, odds: float, *before: str, index: SearchIndex = INDEX) -> Answer:
    reader = words_reader(odds, "flour")
    return answerer(WordEmbedder(), reader=reader, intents=intents(certain, likely)).answer(index, "q", before)


def test_small_talk_is_no_question_and_cites_nothing():
    answer = say(Intent.SMALL_TALK, Intent.SMALL_TALK, 9.0)
    assert (answer.abstained, answer.why, answer.citations, answer.confidence) == (True, NO_QUESTION, (), 0.0)


@pytest.mark.parametrize(
    ("odds", "before", "why"), [(-9.0, (), NO_QUESTION), (9.0, (), ""), (-9.0, ("What is bread?",), NO_QUESTION)]
)
def test_likely_small_talk_is_a_question_only_if_it_is_answered(odds, before, why):
    assert say(Intent.QUESTION, Intent.SMALL_TALK, odds, *before).why == why


def test_a_summary_is_quoted_from_the_sources_to_the_letter():
    answer = say(Intent.SUMMARY, Intent.SUMMARY, -9.0)
    assert not answer.abstained
    assert {citation.quote for citation in answer.citations} <= set(BREAD.strip().split("\n\n"))
    assert all(f"[{citation.number}]" in answer.text for citation in answer.citations)


@pytest.mark.parametrize(
    "question", ["What is bread made of?", "What is tea made of?", "What is coffee made of?", "Who is the king?"]
)
def test_a_source_that_has_nothing_to_do_with_it_changes_no_answer(question):
    made = answerer(WordEmbedder())
    alone = made.answer(INDEX, question)
    for count in (1, 30):
        others = {f"z{number}_md": f"Zebra number{number} sleeps in hammocks.\n" for number in range(count)}
        answer = made.answer(search_index(a_md=BREAD, **others), question)
        assert (answer.abstained, answer.short_answer) == (alone.abstained, alone.short_answer)
        assert alone.abstained or answer.citations == alone.citations
        assert answer.confidence == alone.confidence


@pytest.mark.parametrize("question", ["", " ", "?", "🦙", "x" * 10_000, "\x00", "日本語"])
def test_any_question_gets_an_answer_or_an_abstention(question):
    assert answerer(WordEmbedder()).answer(INDEX, question).question == question


def test_the_nearest_passages_are_cited_each_by_itself():
    answer = answerer(WordEmbedder()).nearest(INDEX, "tea leaves", 5)
    assert answer.abstained
    assert [(citation.number, citation.quote) for citation in answer.citations] == [
        (1, "Tea is made of leaves and time."),
        (2, "Bread is made of flour and water."),
    ]
    assert len(answerer(WordEmbedder()).nearest(INDEX, "tea leaves", 1).citations) == 1


def test_a_nearest_passage_is_shown_as_a_person_reads_it():
    index = search_index(a_md="The **caf\u00c3\u00a9** is open.\n")
    (citation,) = answerer(WordEmbedder()).nearest(index, "open", 1).citations
    assert (citation.quote, citation.shown) == ("The **caf\u00c3\u00a9** is open.", "The caf\u00e9 is open.")


PLACES = st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)).map(sorted), max_size=4)


@given(markdown, PLACES, st.floats(-6, 6))
def test_whatever_the_reader_finds_nothing_is_cited_that_is_not_in_the_source(text, places, odds):
    """`places` are shares of a window's length."""
    try:
        index = search_index(a_md=text, b_md="Bread is made of flour and water. It is eaten by all of us.\n")
    except UnreadableSource:
        return

    def spans(window: str) -> tuple[AnswerSpan, ...]:
        last = len(window) - 1
        return tuple(AnswerSpan(int(a * last), int(b * last) + 1, -float(n)) for n, (a, b) in enumerate(places))

    defects: list[str] = []

    class Collector(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            defects.append(record.getMessage())

    log = logging.getLogger("index.answering")
    log.addHandler(handler := Collector())
    try:
        answer = ask(FixedReader({"q?": odds}, spans), index=index)
    finally:
        log.removeHandler(handler)
    texts = {document.source: document.text for document in index.documents.values()}
    assert defects == []
    for citation in answer.citations:
        assert texts[citation.source][citation.start : citation.end] == citation.quote
        assert citation.quote.strip()
        assert 0 <= citation.score <= 1
    short = answer.short_answer
    assert answer.abstained or answer.citations
    assert short is None or texts[short.source][short.start : short.end] == short.text
