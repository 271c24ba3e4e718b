"""Suggestions: made from the sources' sentences, kept where the sources answer them, found in spite of slips."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.domain.answers import Answer, Citation, ShortAnswer
from index.domain.sources import SourceFile
from index.parsing.chunking import chunk
from index.parsing.documents import parse
from index.suggestions.generation import CandidateQuestion, generate_questions, keep_answered
from tests.support.index_fakes import WordEmbedder
from tests.support.texts import file_text

PIECES = (
    *("Scout 4 ", "The Battle of Waterloo ", "Apple ", "It ", "In 1066, ", "This model ", "Ada Poe, a chemist, "),
    *(
        "was founded ",
        "acquired Beats ",
        "has 16 experts",
        "has a height of 3 metres",
        "was born ",
        "is a model",
        "began ",
    ),
    *(
        "in 1815",
        "on 5 May",
        "in Paris ",
        "by Google",
        ". ",
        ".\n\n",
        " and ",
        ", ",
        "| a | b |\n|-|-|\n| Scout | 3 |\n",
    ),
)


def kept(*arguments, **options) -> tuple[str, ...]:
    return tuple(each.question for each in keep_answered(*arguments, **options))


def made(*texts: str) -> tuple[CandidateQuestion, ...]:
    """The questions made from files of Markdown: 0.md, 1.md, ..."""
    model = WordEmbedder()
    documents = [parse(SourceFile(f"{number}.md", text.encode())) for number, text in enumerate(texts)]
    passages = [passage for document in documents for passage in chunk(document, model.count, model.max_tokens)]
    return generate_questions({document.id: document for document in documents}, passages)


def asked(*texts: str) -> list[str]:
    return [candidate.question for candidate in made(*texts)]


@pytest.mark.parametrize(
    ("sentence", "wanted"),
    [
        ("Scout 4 has 17 billion active parameters.", ["How many active parameters does Scout 4 have?"]),
        ("Airbus had 300 employees back in those days.", ["How many employees did Airbus have?"]),
        ("Llama 3 comes with a context length of 128,000 tokens.", ["What is the context length of Llama 3?"]),
        ("The Battle of Waterloo was fought in 1815.", ["When was the Battle of Waterloo fought?"]),
        ("Marie Curie was born in Warsaw in 1867.", ["When was Marie Curie born?", "Where was Marie Curie born?"]),
        ("The Eiffel Tower was designed by Gustave Eiffel.", ["Who designed the Eiffel Tower?"]),
        ("World War II began on 1 September 1939.", ["When did World War II begin?"]),
        ("Apple acquired Beats in 2014.", ["When did Apple acquire Beats?", "Who acquired Beats?"]),
        (
            "In 1066, Duke William of Normandy conquered England and was crowned.",
            ["When did Duke William of Normandy conquer England?", "Who conquered England?"],
        ),
        ("Marie Curie was a physicist and chemist.", ["Who was Marie Curie?"]),
        ("DECnet is a suite of network protocols.", ["What is DECnet?"]),
        ("Meta Platforms has announced the release of a model.", ["What has Meta Platforms announced?"]),
        ("Falcon 9 and Falcon Heavy are available on Steam.", ["Where are Falcon 9 and Falcon Heavy available?"]),
        ("Users can download Footnote from GitHub.", ["Where can users download Footnote?"]),
        ("Join us and Ada at DevFest on 5 May.", ["When is DevFest?"]),
        (
            "LLaMA 4 Maverick, a model for reasoning, excels in much, outperforming rivals such as GPT-4.0.",
            ["What is LLaMA 4 Maverick?", "What does LLaMA 4 Maverick outperform?"],
        ),
    ],
)
def test_a_fact_of_something_named_is_asked_for(sentence, wanted):
    assert asked(sentence) == wanted


@pytest.mark.parametrize(
    "sentence",
    [
        "The tower has a height of 330 metres.",
        "It was founded in 1998 by two students.",
        "Nokia was almost sold in 2013.",
        "Nokia was not founded in 2013 at all.",
        "By 1974, Henry Kissinger visited Egypt.",
        "If Nokia was sold in 2013, then Microsoft lost.",
        "Curie joined Turkish forces in 1911.",
        "Norman mercenaries were killed in 1057.",
        "The Huguenot Church of London was established by Royal Charter.",
        "Jules Ferry is a ruler of some kind.",
        "Development of the reserve began in 1975, and more development followed.",
        "Was ist das Kontextfenster von Scout?",
        "Nokia has 3 kg.",
    ],
)
def test_a_sentence_that_names_nothing_plainly_makes_no_question(sentence):
    assert asked(sentence) == []


def test_it_is_what_the_sentence_before_was_about_in_the_same_section():
    text = "LLaMA 4 Scout is equipped with 16 experts.\n\n{}It offers a context window of 10 million tokens."
    assert asked(text.format("")) == [
        "How many experts does LLaMA 4 Scout have?",
        "What is the context window of LLaMA 4 Scout?",
        "What is the context window of Scout?",
    ]
    assert asked(text.format("# Elsewhere\n\n")) == ["How many experts does LLaMA 4 Scout have?"]


def test_it_is_nothing_known_where_several_things_were_named_before():
    assert asked("Scout and Maverick left Earth in space. It was founded in Paris in 1998.") == []


def test_the_title_of_the_article_is_a_name():
    text = "The 1973 oil crisis began in October 1973."
    assert asked(f"# 1973 oil crisis\n\n{text}") == [
        "When did the 1973 oil crisis begin?",
        "What is the 1973 oil crisis?",
    ]
    assert asked(text) == []


def test_front_matter_gives_questions_about_author_and_day():
    """They name the article if there are several."""
    text = '---\ntitle: "Scout is here: a leap"\nauthor: Ada Poe\ndate: 2025-04-06\n---\n\nNothing more.\n'
    assert asked(text) == ["Who wrote the article?", "When was the article published?"]
    assert asked(text, "Something else is here.\n") == [
        "Who wrote the article “Scout is here”?",
        "When was the article “Scout is here” published?",
    ]


def test_a_row_of_a_table_tells_what_its_first_cell_has():
    table = "| Model | Context window | Experts | Licence |\n|-|-|-|-|\n| Scout | 10 million tokens | 16 | MIT |\n"
    assert asked(table) == ["What is the context window of Scout?", "How many experts does Scout have?"]


def test_a_candidate_knows_the_sentence_that_it_is_from():
    text = "A line before it stands here.\n\nThe Battle of Waterloo was fought in 1815.\n"
    (candidate,) = made(text)
    assert candidate.source == "0.md"
    assert text[candidate.start : candidate.end] == "The Battle of Waterloo was fought in 1815."


def test_a_candidate_from_a_heading_is_to_be_answered_by_its_section():
    help_ = "## Where to get help\n\nThere is a forum for it.\n\nAsk Ada, too.\n\n"
    text = f"# Scout\n\nScout is small.\n\n{help_}## Else\n\nNo.\n"
    (candidate,) = made(text)
    assert candidate.question == "Where can I get help?"
    assert text[candidate.start : candidate.end] == "There is a forum for it.\n\nAsk Ada, too."


def test_of_many_passages_the_first_of_each_source_are_read(monkeypatch):
    monkeypatch.setattr("index.suggestions.generation.MOST_READ", 4)
    text = [f"The Battle of Number{number} was fought in 1815.\n\n" for number in range(9)]
    assert [candidate.source for candidate in made("".join(text[:4]), "".join(text[4:]))] == [
        "0.md",
        "0.md",
        "1.md",
        "1.md",
    ]


def test_a_question_that_several_sentences_answer_is_made_once():
    assert asked("Llama 3 has 16 experts in it. And yet:\n\nLlama 3 has 16 experts.") == [
        "How many experts does Llama 3 have?"
    ]


def test_questions_of_the_real_article_are_at_least_eight(article):
    questions = asked(article)
    assert len(questions) >= 8
    assert {"When is LlamaCon?", "Who wrote the article?", "What is the context window of Scout?"} <= set(questions)


@given(st.lists(st.sampled_from(PIECES) | file_text, max_size=12).map("".join))
def test_whatever_a_source_holds_its_questions_are_sentences_about_something(text):
    for candidate in made(text):
        assert re.fullmatch(r"(?:Wh|How )\S.*\S\?", candidate.question), candidate
        assert "  " not in candidate.question
        assert 0 <= candidate.start < candidate.end <= len(text)


class Answers:
    """Answers by a table: of a question its confidence and the source and characters of its first quotation."""

    def __init__(self, **known: tuple[float, str, int, int]) -> None:
        self.known = {name.replace("_", " ") + "?": answer for name, answer in known.items()}
        self.asked: list[str] = []

    def __call__(self, candidate: CandidateQuestion) -> Answer:
        question = candidate.question
        self.asked.append(question)
        if question not in self.known:
            return Answer(question, "The sources don't say.", (), 0.1, True, "s", "fake")
        confidence, source, start, end = self.known[question]
        cited = Citation(1, source, "", "", start, end, "x" * (end - start), confidence, None, "")
        return Answer(question, "x", (cited,), confidence, False, "s", "fake")


def one(question: str, source: str = "a.md", start: int = 10, end: int = 20) -> CandidateQuestion:
    return CandidateQuestion(question, source, start, end)


def test_questions_that_are_answered_come_with_the_surest_first():
    ask = Answers(When_is_it=(0.5, "a.md", 0, 30), Who_won=(0.9, "a.md", 12, 18))
    assert kept([one("When is it?"), one("Who lost?"), one("Who won?")], ask) == ("Who won?", "When is it?")


@pytest.mark.parametrize(("source", "start", "end"), [("b.md", 10, 20), ("a.md", 20, 30), ("a.md", 0, 10)])
def test_a_question_that_another_sentence_answers_is_dropped(source, start, end):
    assert kept([one("Who won?")], Answers(Who_won=(0.9, source, start, end))) == ()


def test_sources_are_asked_in_turn_and_not_more_often_than_allowed():
    ask = Answers()
    many = [one(f"Who was number {number}?") for number in range(5)]
    kept([*many, one("Who won?", "b.md"), one("Who lost?", "b.md")], ask, limit=4)
    assert ask.asked == ["Who was number 0?", "Who won?", "Who was number 1?", "Who lost?"]


def test_progress_tells_how_many_of_those_that_are_asked_are_done():
    calls: list[tuple[str, int, int]] = []
    many = [one(f"Who was number {number}?") for number in range(5)]
    kept(many, Answers(), limit=2, progress=lambda *call: calls.append(call))
    assert calls == [("checking suggestions", 1, 2), ("checking suggestions", 2, 2)]


@pytest.mark.parametrize("question", ["Who " + "a" * 96 + "?", "Who won\u202e?", "Who\nwon?"])
def test_a_question_too_long_or_not_fit_to_show_is_not_asked(question):
    ask = Answers()
    assert kept([one(question)], ask) == ()
    assert ask.asked == []


def test_of_two_with_the_same_answer_the_surer_stays():
    ask = Answers(
        How_big_is_Scout=(0.6, "a.md", 10, 20),
        How_big_is_Llama_4_Scout=(0.8, "a.md", 10, 20),
        How_big_is_the_window_of_Scout=(0.7, "a.md", 12, 20),
    )
    asks = [one("How big is Scout?"), one("How big is Llama 4 Scout?"), one("How big is the window of Scout?")]
    assert kept(asks, ask) == ("How big is Llama 4 Scout?", "How big is the window of Scout?")


def test_questions_that_other_words_of_a_sentence_answer_both_stay():
    words = {"When was Ada born?": (12, 16), "Where was Ada born?": (17, 20)}

    def ask(candidate: CandidateQuestion) -> Answer:
        cited = Citation(1, "a.md", "", "", 10, 20, "x" * 10, 0.6, None, "")
        short = ShortAnswer("x", "a.md", *words[candidate.question], 1)
        return Answer(candidate.question, "x", (cited,), 0.6, False, "s", "fake", short_answer=short)

    assert kept([one(question) for question in words], ask) == tuple(words)
