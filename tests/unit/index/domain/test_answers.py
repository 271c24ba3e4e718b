"""An answer's confidence in one word."""

from __future__ import annotations

import pytest

from index.domain.answers import LIKELY, SURE, Certainty
from tests.support.makers import make_abstention, make_answer


@pytest.mark.parametrize(
    ("confidence", "certainty"),
    [
        (1.0, Certainty.SURE),
        (SURE, Certainty.SURE),
        (SURE - 0.001, Certainty.LIKELY),
        (LIKELY, Certainty.LIKELY),
        (LIKELY - 0.001, Certainty.UNSURE),
        (0.0, Certainty.UNSURE),
    ],
)
def test_certainty_is_the_word_whose_least_confidence_is_reached(confidence: float, certainty: Certainty) -> None:
    assert make_answer(confidence=confidence).certainty == certainty


def test_an_abstention_has_no_certainty() -> None:
    assert make_abstention(confidence=0.99).certainty is None
