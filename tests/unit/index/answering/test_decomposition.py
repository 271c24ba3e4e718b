"""A question about several things is asked of each; any other question stays whole."""

from __future__ import annotations

import pytest

from index.answering._decomposition import decompose
from index.text.questions import QuestionAnalysis


def asked(question: str) -> list[tuple[str, str]]:
    return [(part.label, part.question) for part in decompose(QuestionAnalysis.of(question))]


@pytest.mark.parametrize(
    ("question", "each"),
    [
        (
            "Compare the experts of Scout and Maverick",
            [("Scout", "What are the experts of Scout?"), ("Maverick", "What are the experts of Maverick?")],
        ),
        (
            "How many experts do Scout and Maverick have?",
            [("Scout", "How many experts does Scout have?"), ("Maverick", "How many experts does Maverick have?")],
        ),
        (
            "Scout vs Maverick context window",
            [
                ("Scout", "What is the context window of Scout?"),
                ("Maverick", "What is the context window of Maverick?"),
            ],
        ),
        (
            "LLaMA 4 Scout versus LLaMA 4 Maverick context window?",
            [
                ("LLaMA 4 Scout", "What is the context window of LLaMA 4 Scout?"),
                ("LLaMA 4 Maverick", "What is the context window of LLaMA 4 Maverick?"),
            ],
        ),
        (
            "scout vs. maverick experts",
            [("scout", "What are the experts of scout?"), ("maverick", "What are the experts of maverick?")],
        ),
        (
            "Compare Scout's and Maverick's context window.",
            [
                ("Scout", "What is the context window of Scout?"),
                ("Maverick", "What is the context window of Maverick?"),
            ],
        ),
        (
            "What is the difference in size between Scout and Behemoth?",
            [("Scout", "What is the size of Scout?"), ("Behemoth", "What is the size of Behemoth?")],
        ),
        (
            "What are the context windows of Scout, Maverick, and Behemoth?",
            [
                ("Scout", "What are the context windows of Scout?"),
                ("Maverick", "What are the context windows of Maverick?"),
                ("Behemoth", "What are the context windows of Behemoth?"),
            ],
        ),
        ("Compare Scout with Maverick", [("Scout", "What is Scout?"), ("Maverick", "What is Maverick?")]),
        (
            "What is the difference between Scout and Maverick?",
            [("Scout", "What is Scout?"), ("Maverick", "What is Maverick?")],
        ),
        ("How do Scout and Maverick differ?", [("Scout", "What is Scout?"), ("Maverick", "What is Maverick?")]),
        (
            "How much do the Falcon and the Heron weigh?",
            [("Falcon", "How much does Falcon weigh?"), ("Heron", "How much does Heron weigh?")],
        ),
        ("How big are Scout and Behemoth?", [("Scout", "How big is Scout?"), ("Behemoth", "How big is Behemoth?")]),
        (
            "What is the ELO score of Scout and of Maverick?",
            [("Scout", "What is the ELO score of Scout?"), ("Maverick", "What is the ELO score of Maverick?")],
        ),
    ],
)
def test_a_comparison_or_list_is_a_question_about_each(question, each):
    assert asked(question) == each
    assert not any(part.whole for part in decompose(QuestionAnalysis.of(question)))


def test_two_questions_in_one_are_two():
    (first, second) = decompose(QuestionAnalysis.of("Who wrote the article and when was it published?"))
    assert (first.question, second.question) == ("Who wrote the article?", "When was it published?")
    assert first.whole
    assert second.whole


@pytest.mark.parametrize(
    "question",
    [
        "Which models does the release include?",
        "When did Britain and France sign the treaty?",
        "How many children did Tom and Anna have together?",
        "What agreement did Montcalm and Indians have?",
        "What is the capital of Bosnia and Herzegovina?",
        "Who fought in the French and Indian War?",
        "Compare Scout, Maverick, Behemoth and Flash",
        "Compare Scout and Scout",
        "Compare it and them",
        "How are Tom and Anna?",
        "How similar are Scout and Maverick?",
        "What is the difference between what they say and do?",
        "What are the names of companies that produce and export fish?",
        "Compare",
        "vs",
        " vs ",
        "",
    ],
)
def test_any_other_question_stays_whole(question):
    assert decompose(QuestionAnalysis.of(question)) == ()


@pytest.mark.parametrize("question", ["word " * 2_000, "a, " * 99, "compare of and " * 20, "how many do and " * 18])
def test_an_endless_question_is_whole_or_in_two_parts(question):
    assert len(decompose(QuestionAnalysis.of(question))) in (0, 2)
