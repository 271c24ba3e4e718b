"""Calibration: from what the reader found to the probability that the answer is right."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from index.domain.reading import WindowReading

__all__ = ["CALIBRATION", "UNCALIBRATED", "Calibration", "threshold"]

CALIBRATION = Path(__file__).with_name("calibration.json")
"""Written by `training/calibrate.py`."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """Platt scaling of the best reading (Platt 1999), fitted on documents that the reader was not trained on.

    Attributes
    ----------
    intercept : float
    answerable : float
        Weight of the log-odds of the best window.
    span : float
        Weight of the log-probability of its best words.
    margin : float
        Weight of its lead over the next window, in log-odds, at most `most_margin`.
    curve : sequence of (float, float)
        Pairs (confidence, share of wrong answers from there up).
    """

    intercept: float
    answerable: float
    span: float = 0.0
    margin: float = 0.0
    most_margin: float = 4.0
    curve: Sequence[tuple[float, float]] = ()

    @classmethod
    def load(cls, path: Path = CALIBRATION) -> Calibration:
        values = json.loads(path.read_text("utf-8"))
        return cls(**{**values, "curve": tuple(tuple(pair) for pair in values["curve"])})

    def features(self, readings: Sequence[WindowReading]) -> tuple[float, float, float]:
        """Return what the confidence depends on, of readings, best first: answerable, span and margin."""
        best = readings[0].reading
        span = best.spans[0].log_probability if best.spans else -10.0
        lead = best.answerable - readings[1].reading.answerable if len(readings) > 1 else self.most_margin
        return best.answerable, max(span, -10.0), min(lead, self.most_margin)

    def confidence(self, readings: Sequence[WindowReading]) -> float:
        """Return the probability, 0..1, that the answer by the best of the readings is right; 0.0 without readings."""
        if not readings:
            return 0.0
        answerable, span, margin = self.features(readings)
        odds = self.intercept + self.answerable * answerable + self.span * span + self.margin * margin
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, odds))))


UNCALIBRATED = Calibration(intercept=0.0, answerable=1.0, curve=((0.5, 0.0),))
"""Of a reader that nothing was fitted for: its own probability, and 0.5 as the threshold for every share of errors."""


def threshold(curve: Sequence[tuple[float, float]], max_wrong: float) -> float:
    """Return the least confidence from which on no more than a given share of the answers is wrong.

    Parameters
    ----------
    curve
        Pairs (confidence, share wrong among the answers at least so sure), by rising confidence, measured on questions
        of which one in five cannot be answered (`training/calibrate.py`).
    max_wrong
        The share, 0..1, of answers that may be wrong.

    Returns
    -------
    float
        A confidence, 0..1; 1.01, above every confidence, if none is enough.
    """
    least = 1.01
    for confidence, wrong in reversed(curve):
        if wrong > max_wrong:
            break
        least = confidence
    return least
