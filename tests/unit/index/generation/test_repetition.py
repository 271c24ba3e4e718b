from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.generation.repetition import WINDOW, RepetitionGuard


@given(st.text(min_size=1, max_size=WINDOW // 4), st.integers(1, 50))
def test_the_same_over_and_over_is_noticed_however_it_is_cut(unit: str, size: int) -> None:
    guard = RepetitionGuard()
    output = unit * (2 * WINDOW // len(unit) + 1)
    assert any(guard.repeats(output[start : start + size]) for start in range(0, len(output), size))


LISTING = "".join(f'{{"text": "Sentence {number} of many.", "n": {number}}}, ' for number in range(300))


@pytest.mark.parametrize("text", [LISTING, "a" * 900])
def test_text_that_goes_on_is_left_alone(text: str) -> None:
    guard = RepetitionGuard()
    assert not any(guard.repeats(text[start : start + 7]) for start in range(0, len(text), 7))


def test_repetition_after_a_good_start_is_noticed() -> None:
    guard = RepetitionGuard()
    assert not guard.repeats("".join(f"word{number} " for number in range(500)))
    assert guard.repeats("and again " * 200)
