"""From a share of wrong answers to a confidence."""

from __future__ import annotations

import pytest
from index.ranking.calibration import threshold

CURVE = [(0.0, 0.4), (0.2, 0.3), (0.4, 0.1), (0.6, 0.05)]


@pytest.mark.parametrize(("max_wrong", "wanted"), [(1.0, 0.0), (0.4, 0.0), (0.3, 0.2), (0.29, 0.4), (0.05, 0.6)])
def test_the_threshold_is_the_least_confidence_with_no_more_wrong_than_allowed(max_wrong, wanted):
    assert threshold(CURVE, max_wrong) == wanted


def test_where_no_confidence_is_enough_nothing_is_answered():
    assert threshold(CURVE, 0.01) == 1.01
