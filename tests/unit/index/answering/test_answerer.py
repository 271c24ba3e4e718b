"""Abstain or quote; and a quotation that is not in the source is refused, whoever made it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace

import pytest

from index.answering.answerer import Answerer, verify_citations
from index.answering.extractive import ExtractiveGenerator
from index.domain.answers import ABSTENTION, MISSING, NO_QUESTION, Answer, Citation
from index.domain.ports import Embedder, Generator
from index.ranking.calibration import threshold
from index.ranking.logistic import LogisticRanker
from index.retrieval.retriever import Retriever
from tests.support.index_fakes import LyingGenerator, WordEmbedder, answerer, search_index

TEXT = "Bread is made of flour and water.\n\nTea is made of leaves and time.\n\nA house is made of bricks by masons.\n"
SHELF = search_index(a_md=TEXT, b_md="Nothing of the kind is said in here.\n")


def ask(question: str, *, generator: Generator | None = None, threshold: float = 0.5) -> Answer:
    return answerer(WordEmbedder(), generator=generator, threshold=threshold).answer(SHELF, question)


def lie(**changes: object) -> Callable[[Citation], Citation]:
    return lambda citation: replace(citation, **changes)  # type: ignore[arg-type]


def shifted(citation: Citation) -> Citation:
    return replace(citation, start=citation.start + 1, end=citation.end + 1)


def reworded(citation: Citation) -> Citation:
    return replace(citation, quote=citation.quote.replace("flour", "flower"))


def test_an_answer_is_quoted_to_the_letter_and_names_its_snapshot_and_generator():
    answer = ask("What is bread made of, flour?")
    assert not answer.abstained
    assert answer.citations[0].quote == "Bread is made of flour and water."
    assert answer.text.startswith("Bread is made of flour and water. [1]")
    assert (answer.snapshot, answer.generator, answer.confidence) == ("a-snapshot", "extractive", 1.0)
    assert answer.question == "What is bread made of, flour?"


def test_below_the_threshold_it_abstains_and_offers_the_nearest_passages():
    answer = ask("Does bread contain asbestos or chromium?")
    assert answer.abstained
    assert (answer.text, answer.why) == ("The sources don't mention “chromium”.", MISSING)
    assert answer.missing == ("chromium",)
    assert answer.confidence == pytest.approx(0.25)
    assert answer.citations[0].quote == "Bread is made of flour and water."


def test_the_threshold_itself_is_enough():
    assert not ask("bread asbestos", threshold=0.5).abstained
    assert ask("bread asbestos", threshold=0.51).abstained


@pytest.mark.parametrize(
    "told",
    [
        shifted,
        reworded,
        lie(source="b.md"),
        lie(source="nowhere.md"),
        lie(start=-1),
        lie(end=10_000),
        lie(start=5, end=5, quote=""),
        lie(start=-33, end=-1),
        lie(quote="Bread is made of flour and water"),
    ],
)
def test_a_quotation_that_is_not_in_the_source_is_refused_and_told_as_a_defect(told, caplog):
    with caplog.at_level(logging.ERROR, logger="index.answering.answerer"):
        answer = ask("What is bread made of, flour?", generator=LyingGenerator(told))
    assert all(TEXT[citation.start : citation.end] == citation.quote for citation in answer.citations)
    assert "Bread is made of flour and water." not in [citation.quote for citation in answer.citations]
    assert "Bread" not in answer.text
    assert ["defect" in record.getMessage() for record in caplog.records] == [True]


def test_the_citations_that_are_left_are_numbered_anew_and_make_the_text():
    answer = ask(
        "What is made of flour, of leaves, of bricks?", generator=LyingGenerator(*[reworded] * 3), threshold=0.1
    )
    assert [citation.number for citation in answer.citations] == [1, 2]
    assert answer.text == " ".join(f"{citation.shown} [{citation.number}]" for citation in answer.citations)
    assert "flower" not in answer.text


def test_where_no_quotation_is_left_it_abstains(caplog):
    answer = ask(
        "What is made of flour, of leaves, of bricks?", generator=LyingGenerator(*[shifted] * 3), threshold=0.0
    )
    assert answer.abstained
    assert (answer.text, answer.why, answer.citations) == (ABSTENTION, "", ())
    assert len(caplog.records) == 3


def test_checked_keeps_true_quotations_as_they_are():
    true = ask("What is bread made of, flour?").citations
    assert verify_citations(true, SHELF.documents) == true
    assert verify_citations((), SHELF.documents) == ()


@pytest.mark.parametrize("question", ["", "the of and", "🦙🦙", "word " * 2_000, "\x00", "?"])
def test_a_question_about_nothing_is_abstained_on_with_confidence_0(question):
    answer = ask(question)
    assert (answer.abstained, answer.confidence) == (True, 0.0)


def test_what_asks_nothing_of_the_sources_is_abstained_on_for_that():
    answer = ask("the of and")
    assert (answer.why, answer.missing) == (NO_QUESTION, ())
    assert answer.text == "That is not a question about the sources I have: ask me about b or a."


@pytest.fixture(scope="module")
def from_the_article(real_embedder: Embedder, article: str) -> Callable[[str], Answer]:
    """Asks the article with the real model and the fitted weights."""
    made = search_index(embedder=real_embedder, article_md=article)
    scorer = LogisticRanker()
    judge = Answerer(
        embedder=real_embedder,
        retriever=Retriever(reranker=scorer),
        generator=ExtractiveGenerator(),
        confidence=scorer.confidence,
        threshold=threshold(scorer.curve, 0.1),
    )
    return lambda question: judge.answer(made, question)


@pytest.mark.parametrize(
    ("question", "evidence", "section"),
    [
        (
            "What is the context window of Scout?",
            "offers an industry-leading context window of 10 million tokens",
            "LLaMA 4 Scout and Maverick: Leading the Multimodal Revolution",
        ),
        ("Who wrote the article?", "Elijah Mondero", "Front matter"),
        ("When was the article published?", "2025-04-06", "Front matter"),
    ],
)
def test_the_article_is_quoted_where_the_evidence_stands(from_the_article, article, question, evidence, section):
    answer = from_the_article(question)
    assert evidence in answer.citations[0].quote
    assert answer.citations[0].section == section
    assert all(article[citation.start : citation.end] == citation.quote for citation in answer.citations)


@pytest.mark.parametrize("question", ["", "the of and", "🦙🦙", "word " * 2_000, "?", "\x00", "x" * 10_000])
def test_no_question_makes_the_real_model_fall_or_misquote(from_the_article, article, question):
    answer = from_the_article(question)
    assert 0 <= answer.confidence <= 1
    assert all(article[citation.start : citation.end] == citation.quote for citation in answer.citations)
