"""When an answer says yes or no: window and quotation agree, and the answer is sure."""

from __future__ import annotations

from dataclasses import replace

import pytest

from index.domain.reading import Entailment, Reading
from tests.support.answering_fakes import FixedReader, ask, words_reader
from tests.support.index_fakes import search_index

YES, NO = Entailment(0.95, 0.03, 0.02), Entailment(0.02, 0.03, 0.95)
NEITHER, UNSURE = Entailment(0.02, 0.95, 0.03), Entailment(0.85, 0.05, 0.1)
QUOTATION = "Bread is made of flour and water."
INDEX = search_index(a_md=f"# Baking\n\n{QUOTATION}\n")
SURE = 3.0
"""Log-odds of an answer with confidence 0.95."""


class SidesReader(FixedReader):
    """Reads a window as one side, and its quotation as another."""

    def __init__(self, window: Entailment | None, quotation: Entailment | None, odds: float = SURE) -> None:
        super().__init__({}, words_reader(odds, "flour and water").spans)
        self.window, self.quotation, self.answerable = window, quotation, odds

    def read(self, question: str, window: str) -> Reading:
        entailment = self.quotation if window == QUOTATION else self.window
        return replace(super().read(question, window), answerable=self.answerable, entailment=entailment)


@pytest.mark.parametrize(
    ("window", "quotation", "verdict"),
    [
        (YES, YES, "yes"),
        (NO, NO, "no"),
        (UNSURE, YES, "yes"),
        (YES, UNSURE, ""),
        (YES, NO, ""),
        (YES, NEITHER, ""),
        (NEITHER, YES, ""),
        (NO, YES, ""),
        (None, None, ""),
    ],
)
def test_a_verdict_needs_a_quotation_that_says_so_surely_by_itself(window, quotation, verdict):
    answer = ask(SidesReader(window, quotation), index=INDEX)
    assert (answer.verdict, answer.citations[0].quote) == (verdict, QUOTATION)


@pytest.mark.parametrize(("odds", "verdict"), [(1.8, "yes"), (1.6, "")])
def test_a_verdict_needs_a_confidence_of_0_85(odds, verdict):
    answer = ask(SidesReader(YES, YES, odds), index=INDEX)
    assert (answer.abstained, answer.verdict) == (False, verdict)


def test_an_abstention_has_no_verdict():
    answer = ask(SidesReader(YES, YES, -3.0), index=INDEX)
    assert (answer.abstained, answer.verdict) == (True, "")


def test_a_follow_up_that_is_read_with_the_question_before_has_no_verdict():
    class Together(SidesReader):
        def read(self, question: str, window: str) -> Reading:
            odds = SURE if question == "Is bread baked? and tea?" else -9.0
            return replace(super().read(question, window), answerable=odds)

    answer = ask(Together(YES, YES), "and tea?", "Is bread baked?", index=INDEX)
    assert (answer.read_as, answer.abstained, answer.verdict) == ("Is bread baked? and tea?", False, "")
