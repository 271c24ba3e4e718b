"""From readings to the probability that the answer is right, and from a share of wrong answers to a threshold."""

from __future__ import annotations

import pytest

from index.domain.reading import AnswerSpan, Reading, Window, WindowReading
from index.reading.calibration import Calibration, threshold

CURVE = [(0.0, 0.4), (0.2, 0.3), (0.4, 0.1), (0.6, 0.05)]


def readings(*odds: float, span: float = -1.0) -> list[WindowReading]:
    window = Window("a", range(1), "x", ())
    return [WindowReading(window, Reading(value, (AnswerSpan(0, 1, span),))) for value in odds]


def test_log_odds_of_0_without_other_weights_are_a_confidence_of_one_half():
    assert Calibration(0.0, 1.0).confidence(readings(0.0)) == 0.5


def test_confidence_is_the_logistic_function_of_the_weighted_sum():
    calibration = Calibration(intercept=0.1, answerable=0.5, span=0.2, margin=0.3)
    sum_ = 0.1 + 0.5 * 2.0 + 0.2 * -1.0 + 0.3 * (2.0 - 1.5)
    assert calibration.confidence(readings(2.0, 1.5, 0.0)) == pytest.approx(1 / (1 + 2.718281828459045**-sum_))


def test_without_readings_the_confidence_is_0():
    assert Calibration(9.0, 1.0).confidence([]) == 0.0


def test_a_lead_counts_up_to_its_limit_and_a_window_alone_has_all_of_it():
    calibration = Calibration(0.0, 1.0, most_margin=4.0)
    assert calibration.features(readings(3.0, -9.0)) == calibration.features(readings(3.0)) == (3.0, -1.0, 4.0)
    assert calibration.features(readings(3.0, 2.0)) == (3.0, -1.0, 1.0)


def test_a_reading_without_words_has_the_least_span():
    reading = WindowReading(Window("a", range(1), "x", ()), Reading(1.0, ()))
    assert Calibration(0.0, 1.0).features([reading])[1] == -10.0
    assert Calibration(0.0, 1.0).features(readings(1.0, span=-50.0))[1] == -10.0


@pytest.mark.parametrize("odds", [1e9, -1e9])
def test_confidence_stays_between_0_and_1_however_great_the_odds(odds):
    assert 0 < Calibration(0.0, 1.0).confidence(readings(odds)) < 1


def test_the_bundled_calibration_makes_a_surer_reading_a_surer_answer():
    calibration = Calibration.load()
    confidences = [calibration.confidence(readings(odds)) for odds in (-4.0, -1.0, 0.0, 1.0, 4.0)]
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
