"""A short answer is the words of the kind asked for, to the letter, and none where it is not plain which."""

from __future__ import annotations

import pytest

from index.answering.extractive import ExtractiveGenerator
from index.answering.spans import extract_short_answer, find_span
from index.domain.answers import Hit
from index.text.questions import QuestionAnalysis
from tests.support.index_fakes import search_index

SCOUT = "LLaMA 4 Scout is equipped with 17 billion active parameters and 16 experts."
WINDOW = "It offers an industry-leading context window of 10 million tokens."


def said(question: str, text: str) -> str | None:
    """The words found."""
    place = find_span(QuestionAnalysis.of(question), text)
    return text[slice(*place)] if place else None


@pytest.mark.parametrize(
    ("question", "text", "words"),
    [
        ("How many experts does Scout have?", SCOUT, "16 experts"),
        ("how many active parameters does scout have", SCOUT, "17 billion active parameters"),
        ("What is the context window of Scout?", WINDOW, "10 million tokens"),
        ("What is Maverick's ELO score on LMArena?", "A chat version with an ELO score of 1417 on LMArena.", "1417"),
        ("What are the experts of Scout?", SCOUT, "16 experts"),
        ("When was it published?", "2025-04-06T04:14:12.348773Z", "2025-04-06"),
        ("When is LlamaCon?", "Join Meta at LlamaCon on April 29 to learn more.", "April 29"),
        ("How much does mooring cost?", "Mooring for two boats costs 30 euros a night.", "30 euros"),
        ("In what year was it founded?", "It was founded on 3 May 1901 by him.", "1901"),
        ("In which century did it end?", "It ended in the 10th century, in 987 exactly.", "10th century"),
        ("When was Zhu born?", "The scholar Zhu (1249–1314) wrote it.", "1249"),
        ("When did Zhu die?", "The scholar Zhu (1249–1314) wrote it.", "1314"),
        ("How long did it last?", "It lasted six years and ended in 1763.", "six years"),
        ("Who wrote the essay?", "In 1916 Lenin wrote the essay.", "Lenin"),
        ("Who defeated Montcalm?", "Montcalm was defeated by James Wolfe at Quebec.", "James Wolfe"),
        ("Who wrote the article?", "Elijah Mondero", "Elijah Mondero"),
        (
            "Where can I download it?",
            "It is available for download on llama.com and Hugging Face.",
            "llama.com and Hugging Face",
        ),
        (
            "Which models does Maverick outperform?",
            "Maverick excels, outperforming models such as GPT-4.0 and Gemini 2.0 Flash.",
            "GPT-4.0 and Gemini 2.0 Flash",
        ),
        ("Why did it fail?", "It failed because of the blockade, as is known.", "the blockade"),
    ],
)
def test_the_words_of_the_kind_asked_for(question, text, words):
    assert said(question, text) == words


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("How many total parameters does Scout have?", SCOUT),
        ("How big is Scout?", SCOUT),
        ("How much does Scout cost?", WINDOW),
        ("When will Behemoth be released?", "It has an ELO score of 1417."),
        ("When did it happen?", "It happened in 1901, or in 1902."),
        ("What is Scout?", SCOUT),
        ("How does Scout work?", SCOUT),
        ("Who is it?", "Some say Anna, others Berta."),
        ("What was the Lenin essay about?", "In 1916 Lenin wrote the essay."),
        ("", SCOUT),
        ("How many experts does Scout have?", ""),
    ],
)
def test_nothing_where_it_is_not_plain(question, text):
    assert said(question, text) is None


def test_an_unfinished_row_of_names_is_no_answer():
    question = "Which models does it include?"
    assert said(question, "it includes models like Scout, Maverick and others.") is None
    assert said(question, "it includes Scout, Maverick and Behemoth.") == "Scout, Maverick and Behemoth"


def test_of_two_the_one_that_the_questions_words_stand_by():
    text = "The north was taken in 1241, and after a long siege the port fell in 1259."
    assert said("When did the port fall?", text) == "1259"
    assert said("When was the north taken?", text) == "1241"


def shortened(question: str, text: str, *, best: str):
    made = search_index(a_md=text)
    hits = [
        Hit(passage, 0.0, 0.0, (), row, 0.9 if best in passage.text else 0.1)
        for row, passage in enumerate(made.passages)
    ]
    hits.sort(key=lambda hit: -hit.score)
    draft = ExtractiveGenerator().generate(question, hits, made.documents)
    return extract_short_answer(QuestionAnalysis.of(question), hits, draft.citations, made.documents)


def test_of_each_of_several_there_is_no_short_answer():
    assert (
        shortened("How many experts does each model have?", "The Scout model has 16 experts.\n", best="Scout") is None
    )
    assert shortened("How many experts does Scout have?", "The Scout model has 16 experts.\n", best="Scout")


def test_a_time_that_is_told_of_another_is_no_short_answer():
    text = "Wolfe, who led the army, died in 1759 and was mourned by Montcalm.\n"
    assert shortened("When did Montcalm die?", text, best="Wolfe") is None
    assert shortened("When did Wolfe die?", text, best="Wolfe")


def test_the_place_is_in_the_document_and_within_its_citation():
    text = f"# Scout\n\n{SCOUT} {WINDOW}\n"
    span = shortened("What is the context window of Scout?", text, best="window")
    assert span
    assert (span.text, span.source, span.citation) == ("10 million tokens", "a.md", 1)
    assert text[span.start : span.end] == span.text


@pytest.mark.parametrize(
    "text", ["Scout has **16** experts.", "Scout has 16 [experts](https://a.b).", "Scout has 16\\_experts."]
)
def test_words_with_markup_or_broken_characters_among_them_are_not_taken(text):
    assert shortened("How many experts does Scout have?", text, best="Scout") is None


@pytest.mark.parametrize("text", ["", " ", "x" * 5_000, "1" * 5_000, "A" * 5_000, "1 " * 300, "Ab " * 300, "\x00"])
def test_whatever_the_text_what_is_found_lies_within_it(text):
    for question in ("How many experts?", "When was it?", "Who was it?", "Where is it?", "Which models?", "Why?", "x"):
        start, end = find_span(QuestionAnalysis.of(question), text) or (0, 1)
        assert 0 <= start < end <= max(len(text), 1)
