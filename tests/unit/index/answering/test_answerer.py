"""The answering pipeline on fakes: when it answers, what it quotes, and how it reads follow-ups."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.answering.answerer import FOLLOW_UP_MARGIN, MOST_QUOTATIONS
from index.domain.answers import ABSTENTION, NO_QUESTION, Answer
from index.domain.errors import UnreadableSource
from index.domain.ports import Vectors
from index.domain.reading import AnswerSpan, Entailment, Reading
from index.reading.intents import Intent, IntentClassifier
from index.retrieval.search_index import SearchIndex
from tests.support.index_fakes import WordEmbedder, answerer, search_index
from tests.support.texts import markdown

BREAD = "Bread is made of flour and water.\n\nTea is made of leaves and time.\n"
INDEX = search_index(a_md=BREAD)


class FixedReader:
    """Reads every window with the log-odds of the question, by all of its words or the given ones."""

    name = "fixed"
    entailment: Entailment | None = None

    def __init__(self, odds: Mapping[str, float], spans: Callable[[str], tuple[AnswerSpan, ...]] | None = None) -> None:
        self.odds = odds
        self.spans = spans or (lambda window: (AnswerSpan(0, len(window), 0.0),))

    def read(self, question: str, window: str) -> Reading:
        return Reading(self.odds.get(question, -9.0), self.spans(window), self.entailment)


def words_reader(odds: float, *words: str) -> FixedReader:
    """Return a reader that finds these words, best first, in every window that holds them."""

    class Always(dict[str, float]):
        def get(self, key: str, default: object = None) -> float:  # type: ignore[override]
            return odds

    def spans(window: str) -> tuple[AnswerSpan, ...]:
        places = [(window.find(word), word) for word in words]
        return tuple(AnswerSpan(at, at + len(word), -0.1 * n) for n, (at, word) in enumerate(places) if at >= 0)

    return FixedReader(Always(), spans)


def ask(reader: FixedReader, question: str = "q?", *before: str, index: SearchIndex = INDEX) -> Answer:
    return answerer(WordEmbedder(), reader=reader).answer(index, question, before)


@pytest.mark.parametrize(
    ("entailment", "verdict"),
    [
        (Entailment(0.95, 0.03, 0.02), "yes"),
        (Entailment(0.02, 0.03, 0.95), "no"),
        (Entailment(0.5, 0.1, 0.4), ""),
        (Entailment(0.02, 0.95, 0.03), ""),
        (Entailment(0.85, 0.1, 0.05), ""),
        (None, ""),
    ],
)
def test_a_verdict_needs_a_reader_that_is_sure_of_it(entailment, verdict):
    reader = words_reader(3.0, "flour and water")
    reader.entailment = entailment
    assert ask(reader).verdict == verdict


def test_an_abstention_has_no_verdict():
    reader = words_reader(-3.0, "flour and water")
    reader.entailment = Entailment(0.95, 0.03, 0.02)
    assert ask(reader).verdict == ""


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


@pytest.mark.parametrize(
    ("question", "quotes"),
    [
        ("Which model is small?", ["Scout", "The weights are few enough."]),
        ("Who is Scout?", ["Scout"]),
    ],
)
def test_a_heading_that_shares_no_word_with_the_question_is_quoted_with_what_is_below(question, quotes):
    index = search_index(a_md="# Scout\n\nThe weights are few enough.\n")

    def spans(window: str) -> tuple[AnswerSpan, ...]:
        below = window.find("few")
        return AnswerSpan(0, 5, -0.1), AnswerSpan(below, below + 3, -9.0)

    answer = ask(FixedReader({question: 9.0}, spans), question, index=index)
    assert (answer.abstained, [citation.quote for citation in answer.citations]) == (False, quotes)


def test_a_second_quotation_is_shown_only_if_it_is_nearly_as_likely():
    def spans(second: float) -> Callable[[str], tuple[AnswerSpan, ...]]:
        bread, tea = "flour", "leaves"
        return lambda window: (
            AnswerSpan(window.find(bread), window.find(bread) + 5, -0.1),
            AnswerSpan(window.find(tea), window.find(tea) + 6, second),
        )

    assert len(ask(FixedReader({"q?": 3.0}, spans(-0.2))).citations) == 2
    assert len(ask(FixedReader({"q?": 3.0}, spans(-2.0))).citations) == 1


def test_the_same_words_are_never_quoted_twice():
    assert len(ask(words_reader(3.0, "flour", "water", "Bread")).citations) == 1
    index = search_index(a_md="Bread is made of flour.\n", b_md="Bread is made of flour.\n")
    assert len(ask(words_reader(3.0, "flour"), index=index).citations) == 1


def test_an_answer_has_a_few_quotations_at_most():
    words = [f"word{number}" for number in range(8)]
    index = search_index(a_md="".join(f"This is the sentence about {word}.\n\n" for word in words))
    assert len(ask(words_reader(3.0, *words), index=index).citations) <= MOST_QUOTATIONS


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


OLD = "---\ndate: 2024-01-01\n---\nScout has a window of 8 tokens.\n"
NEW = "---\ndate: 2025-01-01\n---\nScout has a window of 10 million tokens.\n"


def test_sources_that_disagree_are_both_quoted_newest_first_without_a_short_answer():
    answer = ask(words_reader(3.0, "8 tokens", "10 million"), index=search_index(a_md=OLD, b_md=NEW))
    assert answer.conflict
    assert [(citation.number, citation.source) for citation in answer.citations] == [(1, "b.md"), (2, "a.md")]
    assert answer.short_answer is None


CHANGES = """# Changes

## 3.0 - 2026-05-12

The window of the model for everybody is now 20 tokens wide.

## 2.0 - 2025-01-03

The window of the model for everybody is 10 tokens wide.
"""


@pytest.mark.parametrize(
    ("question", "quotes", "short"),
    [
        (
            "How wide is the window?",
            [
                ("The window of the model for everybody is now 20 tokens wide.", ""),
                ("The window of the model for everybody is 10 tokens wide.", "2.0 - 2025-01-03"),
            ],
            "20 tokens",
        ),
        (
            "How wide was the window in 2.0?",
            [("The window of the model for everybody is 10 tokens wide.", "")],
            "10 tokens",
        ),
    ],
)
def test_a_changed_value_is_answered_by_the_newest_unless_an_older_one_is_asked_for(question, quotes, short):
    def spans(window: str) -> tuple[AnswerSpan, ...]:
        older, newer = window.find("10 tokens"), window.find("20 tokens")
        return AnswerSpan(older, older + 9, -0.1), AnswerSpan(newer, newer + 9, -3.0)

    answer = ask(FixedReader({question: 3.0}, spans), question, index=search_index(a_md=CHANGES))
    assert [(citation.quote, citation.context) for citation in answer.citations] == quotes
    assert (answer.conflict, answer.short_answer and answer.short_answer.text) == (False, short)


def test_a_source_that_does_not_answer_surely_is_no_disagreement():
    class Wavering(FixedReader):
        def read(self, question: str, window: str) -> Reading:
            return replace(super().read(question, window), answerable=3.0 if "million" in window else -1.0)

    spans = words_reader(3.0, "8 tokens", "10 million").spans
    answer = ask(Wavering({}, spans), index=search_index(a_md=OLD, b_md=NEW))
    assert (answer.conflict, [citation.source for citation in answer.citations]) == (False, ["b.md"])


def test_two_sentences_of_one_source_are_no_disagreement():
    text = "Scout has a window of 10 million tokens.\n\nMaverick has a window of 1 million tokens.\n"
    assert not ask(words_reader(3.0, "10 million", " 1 million"), index=search_index(a_md=text)).conflict


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


SCOUT, FOLLOW_UP = "What is Scout?", "and Maverick?"
TOGETHER = f"{SCOUT} {FOLLOW_UP}"


def test_a_question_alone_wins_a_tie_with_its_history():
    answer = ask(FixedReader({FOLLOW_UP: 2.0, TOGETHER: 2.0}), FOLLOW_UP, SCOUT)
    assert (answer.abstained, answer.read_as) == (False, "")


@pytest.mark.parametrize(("lead", "read_as"), [(FOLLOW_UP_MARGIN, ""), (FOLLOW_UP_MARGIN + 0.01, TOGETHER)])
def test_a_question_is_read_with_its_history_only_if_that_is_surer_by_the_margin(lead, read_as):
    answer = ask(FixedReader({FOLLOW_UP: 1.0, TOGETHER: 1.0 + lead}), FOLLOW_UP, SCOUT)
    assert (answer.question, answer.read_as) == (FOLLOW_UP, read_as)


def test_a_question_without_a_history_is_read_as_it_stands():
    assert ask(FixedReader({FOLLOW_UP: 1.0, TOGETHER: 9.0}), FOLLOW_UP).read_as == ""


def test_the_last_questions_are_read_in_their_order():
    earlier = "What is Llama?"
    both = f"{earlier} {SCOUT} {FOLLOW_UP}"
    assert ask(FixedReader({TOGETHER: 1.0, both: 3.0}), FOLLOW_UP, "Before?", earlier, SCOUT).read_as == both
    assert ask(FixedReader({f"Before? {both}": 3.0}), FOLLOW_UP, "Before?", earlier, SCOUT).abstained


def test_the_same_question_again_has_the_same_answer():
    reader = WordsByQuestion({SCOUT: (3.0, "flour"), f"{SCOUT} {SCOUT}": (4.0, "flour")})
    assert ask(reader, SCOUT, SCOUT) == ask(reader, SCOUT)
    again = WordsByQuestion({SCOUT: (3.0, "leaves"), FOLLOW_UP: (-4.0, "Bread"), TOGETHER: (3.0, "flour")})
    assert ask(again, FOLLOW_UP, SCOUT, FOLLOW_UP).read_as == TOGETHER


def test_the_same_question_in_other_words_is_answered():
    reader = WordsByQuestion({SCOUT: (3.0, "flour"), TOGETHER: (3.0, "flour"), FOLLOW_UP: (2.0, "flour and water")})
    assert ask(reader, FOLLOW_UP, SCOUT).short_answer.text == "flour"


class WordsByQuestion(FixedReader):
    """Reads each question with its log-odds and finds its words."""

    def __init__(self, found: Mapping[str, tuple[float, str]]) -> None:
        super().__init__({question: odds for question, (odds, _) in found.items()})
        self.found = found

    def read(self, question: str, window: str) -> Reading:
        odds, words = self.found.get(question, (-9.0, ""))
        at = window.find(words)
        return Reading(odds if at >= 0 else -9.0, (AnswerSpan(at, at + len(words), 0.0),) if words and at >= 0 else ())


@pytest.mark.parametrize(
    ("earlier", "again", "alone", "words", "read_as"),
    [
        ((3.0, "flour"), "flour and water", -4.0, None, ""),
        ((3.0, "flour"), "flour and water", 2.9, None, ""),
        ((3.0, "flour"), "flour and water", 3.1, "Tea", ""),
        ((3.0, "flour"), "water", -4.0, "water", TOGETHER),
        ((3.0, "leaves"), "flour", -4.0, "flour", TOGETHER),
        ((-3.0, "flour"), "flour", -4.0, "flour", TOGETHER),
    ],
)
def test_a_follow_up_is_not_answered_by_the_words_that_answer_the_question_before(
    earlier, again, alone, words, read_as
):
    reader = WordsByQuestion({SCOUT: earlier, TOGETHER: (3.0, again), FOLLOW_UP: (alone, "Tea")})
    answer = ask(reader, FOLLOW_UP, SCOUT)
    assert (answer.short_answer and answer.short_answer.text, answer.read_as) == (words, read_as)


def test_a_follow_up_that_no_reading_answers_is_read_as_it_stands():
    answer = ask(FixedReader({FOLLOW_UP: -3.0, TOGETHER: -1.0}), FOLLOW_UP, SCOUT)
    assert (answer.abstained, answer.read_as) == (True, "")
    assert answer.confidence == ask(FixedReader({FOLLOW_UP: -3.0}), FOLLOW_UP).confidence


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
