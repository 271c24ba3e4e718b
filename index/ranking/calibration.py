"""Calibration: from the share of answers that may be wrong to the confidence below which the bot abstains."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["threshold"]


def threshold(curve: Sequence[tuple[float, float]], max_wrong: float) -> float:
    """Return the least confidence from which on no more than a given share of the answers is wrong.

    Parameters
    ----------
    curve
        Pairs (confidence, share wrong among the answers at least so sure), by rising confidence, measured by
        cross-validation on questions of which one in five cannot be answered (`training/stack.py`).
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
