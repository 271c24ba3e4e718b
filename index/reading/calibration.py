"""Calibration: from what the reader found to the probability that the answer is right."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from index.domain.reading import Reading

__all__ = ["CALIBRATION", "UNCALIBRATED", "Calibration", "threshold"]

CALIBRATION = Path(__file__).with_name("calibration.json")
"""Written by `training/calibrate.py`."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """Platt scaling of the best window's log-odds (Platt 1999), fitted on documents that the reader did not see.

    The log-probability of the words found and the lead over the next window were tried: they add nothing. The size of
    the index was tried, too: it makes confidence in larger ones truer, but then a source that has nothing to do with a
    question changes whether it is answered.

    Attributes
    ----------
    intercept, slope : float
    curve : sequence of (float, float)
        Pairs (confidence, share of wrong answers from there up).
    """

    intercept: float
    slope: float
    curve: Sequence[tuple[float, float]] = ()

    @classmethod
    def load(cls, path: Path = CALIBRATION) -> Calibration:
        values = json.loads(path.read_text("utf-8"))
        return cls(values["intercept"], values["slope"], tuple((low, wrong) for low, wrong in values["curve"]))

    def confidence(self, reading: Reading) -> float:
        """Return the probability, 0..1, that a window answers, from its reading."""
        odds = self.intercept + self.slope * reading.answerable
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, odds))))


UNCALIBRATED = Calibration(intercept=0.0, slope=1.0, curve=((0.5, 0.0),))
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
