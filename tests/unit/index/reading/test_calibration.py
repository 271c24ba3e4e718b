"""From readings to the probability that the answer is right, and from a share of wrong answers to a threshold."""

from __future__ import annotations

import math

import pytest

from index.domain.reading import Reading
from index.reading.calibration import Calibration, threshold

CURVE = [(0.0, 0.4), (0.2, 0.3), (0.4, 0.1), (0.6, 0.05)]


def reading(odds: float) -> Reading:
    return Reading(odds, ())


def test_log_odds_of_0_are_a_confidence_of_one_half():
    assert Calibration(0.0, 1.0).confidence(reading(0.0)) == 0.5


def test_confidence_is_the_logistic_function_of_the_scaled_odds():
    expected = 1 / (1 + math.exp(-(0.1 + 0.5 * 2.0)))
    assert Calibration(intercept=0.1, slope=0.5).confidence(reading(2.0)) == pytest.approx(expected)


@pytest.mark.parametrize("odds", [1e9, -1e9])
def test_confidence_stays_between_0_and_1_however_great_the_odds(odds):
    assert 0 < Calibration(0.0, 1.0).confidence(reading(odds)) < 1


def test_the_bundled_calibration_makes_a_surer_reading_a_surer_answer():
    calibration = Calibration.load()
    confidences = [calibration.confidence(reading(odds)) for odds in (-4.0, -1.0, 0.0, 1.0, 4.0)]
    assert confidences == sorted(set(confidences))


def test_the_bundled_curve_rises_in_confidence_and_holds_shares():
    curve = Calibration.load().curve
    assert [confidence for confidence, _ in curve] == sorted(confidence for confidence, _ in curve)
    assert all(0 <= value <= 1 for pair in curve for value in pair)


@pytest.mark.parametrize(("max_wrong", "wanted"), [(1.0, 0.0), (0.4, 0.0), (0.3, 0.2), (0.29, 0.4), (0.05, 0.6)])
def test_the_threshold_is_the_least_confidence_with_no_more_wrong_than_allowed(max_wrong, wanted):
    assert threshold(CURVE, max_wrong) == wanted


def test_if_no_confidence_is_enough_nothing_is_answered():
    assert threshold(CURVE, 0.01) == threshold([], 1.0) == 1.01
