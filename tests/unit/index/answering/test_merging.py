"""A comparison cites evidence for each part and says which part is missing; short answers and conflicts on the way."""

from __future__ import annotations

import logging
from dataclasses import replace

import pytest

from index.answering._decomposition import SubQuestion
from index.answering._merging import AnsweredPart, merge_answers
from index.answering.answerer import verify_short_answer
from index.domain.answers import Answer, Citation, Hit, ShortAnswer
from index.domain.messages import Message
from tests.support.index_fakes import WordEmbedder, answerer, search_index

TEXT = """
Scout has 16 experts and a context window of 10 million tokens.

Bread is made of flour and water.

Maverick has 128 experts.
"""


def ask(question: str, *, threshold: float = 0.5, **files: str) -> Answer:
    made = search_index(**(files or {"a_md": TEXT}))
    answer = answerer(WordEmbedder(), threshold=threshold).answer(made, question)
    texts = {document.source: document.text for document in made.documents.values()}
    assert all(texts[citation.source][citation.start : citation.end] == citation.quote for citation in answer.citations)
    assert [citation.number for citation in answer.citations] == list(range(1, len(answer.citations) + 1))
    return answer


def test_each_part_is_labelled_and_cited_first_come_first():
    answer = ask("How many experts do Scout and Maverick have?")
    assert answer.text == "Scout: 16 experts [1]. Maverick: 128 experts [2]."
    assert [citation.quote[:8] for citation in answer.citations[:2]] == ["Scout ha", "Maverick"]
    assert len(answer.citations) <= 3
    assert not answer.abstained


def test_a_part_that_is_not_answered_is_said_and_confidence_is_of_those_that_are():
    answer = ask("Scout vs Maverick context window", threshold=0.9)
    assert answer.text == "Scout: 10 million tokens [1]. The sources don't say it of Maverick."
    assert (answer.confidence, answer.abstained) == (1.0, False)


def test_evidence_that_does_not_speak_of_the_part_is_none():
    answer = ask(
        "Scout vs Maverick context window", a_md="Scout has a context window of 10 million tokens.\n", threshold=0.1
    )
    assert answer.text.endswith("The sources don't say it of Maverick.")


@pytest.mark.parametrize(
    "text",
    [
        "Scout has 16 experts.\n\nMaverick, with 128 experts, outperforms Gemini.\n",
        "Scout has 16 experts.\n\nMaverick has 128 experts. Maverick outperforms Gemini in all that counts.\n",
    ],
)
def test_a_figure_that_the_source_gives_of_another_is_not_given_of_the_part(text):
    answer = ask("How many experts do Scout and Gemini have?", a_md=text, threshold=0.1)
    assert answer.text == "Scout: 16 experts [1]. The sources don't say it of Gemini."


@pytest.mark.parametrize(
    "text",
    [
        "Maverick, with 128 experts, outperforms Gemini 2.0 Flash.\n",
        "Maverick has 128 experts. Maverick outperforms Gemini 2.0 Flash in all that counts and does so with ease.\n",
    ],
)
def test_a_figure_that_the_source_gives_of_another_is_no_answer(text):
    answer = ask("How many experts does Gemini 2.0 Flash have?", a_md=text, threshold=0.1)
    assert (answer.abstained, answer.short_answer) == (True, None)
    assert not ask("How many experts does Maverick have?", a_md=text, threshold=0.1).abstained


def test_things_compared_as_such_are_cited_by_what_is_said_of_each_alone():
    text = "Scout and Maverick are out now.\n\nScout has 16 experts.\n\nMaverick has 128 experts.\n"
    answer = ask("What is the difference between Scout and Maverick?", a_md=text, threshold=0.1)
    assert answer.text == "Scout: Scout has 16 experts. [1] Maverick: Maverick has 128 experts. [2]"


def test_a_heading_may_name_the_part_if_it_names_no_other():
    text = "# Scout\n\nThe model has 16 experts.\n\n# Scout and Maverick\n\nThe model has 128 experts.\n"
    made = search_index(a_md=text)
    answer = ask("How many experts are there?", a_md=text)
    first, second = (Hit(passage, 0.0, 0.0) for passage in made.passages if passage.kind == "prose")
    scout, maverick = SubQuestion("Scout", ""), SubQuestion("Maverick", "")
    merged = merge_answers(answer, [AnsweredPart(scout, answer, [first]), AnsweredPart(maverick, answer, [second])])
    assert merged.text.startswith("Scout: ")
    assert merged.text.endswith("The sources don't say it of Maverick.")


def test_further_citations_of_a_part_are_those_that_may_answer_too():
    made = Citation(1, "a.md", "", "", 0, 5, "Bread", 0.9, None, "Bread")
    second = replace(made, number=2, start=10, end=15, score=0.3)
    answer = replace(ask("What is bread made of?"), citations=(made, second))
    other = replace(answer, citations=(replace(made, start=20, end=25), replace(second, start=30, end=35, score=0.5)))
    hits = [Hit(search_index(a_md="Bread and tea.\n").passages[-1], 0.0, 0.0)]
    merged = merge_answers(
        answer,
        [AnsweredPart(SubQuestion("Bread", ""), answer, hits), AnsweredPart(SubQuestion("Tea", ""), other, hits)],
    )
    assert [(citation.number, citation.start) for citation in merged.citations] == [(1, 0), (2, 20), (3, 30)]


def test_where_no_part_is_answered_it_abstains():
    assert ask("Compare the asbestos of Rome and Paris").abstained


def test_what_one_sentence_answers_is_asked_as_one():
    text = "Scout and Maverick have 16 and 128 experts."
    answer = ask("How many experts do Scout and Maverick have?", a_md=text)
    assert answer.text == f"{text} [1]"
    assert answer.short_answer is None


def test_a_sentence_that_answers_two_parts_is_cited_once():
    text = "Bread and tea stand on a table of oak.\n\nNothing else is here to be seen.\n"
    answer = ask("Bread vs tea", a_md=text, threshold=0.5)
    assert [citation.quote for citation in answer.citations].count("Bread and tea stand on a table of oak.") == 1


def test_two_questions_in_one_cite_a_sentence_each():
    answer = ask("How many experts does Scout have and what is bread made of?")
    assert "16 experts [1]" in answer.text
    assert "Bread is made of flour and water. [2]" in answer.text


def test_an_ordinary_answer_has_its_short_answer_and_no_verdict():
    answer = ask("How many experts does Scout have?")
    short = answer.short_answer
    assert short
    assert (short.text, short.source, short.citation) == ("16 experts", "a.md", 1)
    assert TEXT[short.start : short.end] == "16 experts"
    assert (answer.verdict, answer.conflict) == ("", False)


def test_a_verdict_is_given_where_the_first_quotation_says_so():
    assert ask("Does Maverick have 128 experts?").verdict == "yes"
    assert ask("Does Maverick have 16 experts?").verdict == ""


def test_an_abstention_has_neither_short_answer_nor_verdict():
    answer = ask("How many experts does the asbestos of Rome have?", threshold=0.9)
    assert (answer.abstained, answer.short_answer, answer.verdict, answer.conflict) == (True, None, "", False)


def test_sources_that_disagree_are_both_cited_newest_first_and_it_is_said():
    answer = ask(
        "How many experts does Scout have?",
        a_md="---\ndate: 2025-01-01\n---\nScout has 16 experts.\n",
        b_md="---\ndate: 2025-06-01\n---\nScout has 24 experts.\n",
    )
    assert answer.text == "The sources disagree: “24 experts” [1], “16 experts” [2]."
    assert isinstance(answer.text, Message)
    assert answer.text.template == "The sources disagree: {values}."
    assert [citation.source for citation in answer.citations] == ["b.md", "a.md"]
    assert answer.conflict
    assert answer.short_answer is None


def test_a_short_answer_that_is_not_in_its_quotation_to_the_letter_is_refused(caplog):
    made = search_index(a_md=TEXT)
    answer = answerer(WordEmbedder()).answer(made, "How many experts does Scout have?")
    true = answer.short_answer
    assert true
    assert verify_short_answer(true, answer.citations, made.documents) == true
    assert verify_short_answer(None, answer.citations, made.documents) is None
    lies = [
        replace(true, text="17 experts"),
        replace(true, start=true.start + 1),
        replace(true, source="b.md"),
        replace(true, citation=9),
        ShortAnswer("128 experts", "a.md", TEXT.index("128"), TEXT.index("128") + 11, 1),
    ]
    with caplog.at_level(logging.ERROR, logger="index.answering.answerer"):
        assert [verify_short_answer(lie, answer.citations, made.documents) for lie in lies] == [None] * len(lies)
    assert len(caplog.records) == len(lies)
