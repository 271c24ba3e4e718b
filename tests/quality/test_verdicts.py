"""What a verdict in bold is worth, with the real model: figures that must not fall."""

from __future__ import annotations

import pytest

from tests.bench.verdicts import AskedQuestion, Figures, ask_questions

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

LEAST_RIGHT = 14
LEAST_ANSWERED = 48
"""Of 63 yes-no questions; 16 and 51 were counted, and a processor with other instructions may differ in one or two."""


@pytest.fixture(scope="module")
def asked() -> list[AskedQuestion]:
    return ask_questions("test")


def test_no_verdict_is_false(asked):
    assert [f"{each.question} {each.shown}" for each in asked if each.is_false] == []


def test_as_many_questions_get_a_verdict_as_recorded(asked):
    assert Figures.of(asked).right >= LEAST_RIGHT


def test_as_many_yes_no_questions_are_answered_as_recorded(asked):
    assert Figures.of(asked).answered >= LEAST_ANSWERED
