"""From the share of answers that may be wrong to the confidence below which the bot is silent."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["threshold"]


def threshold(curve: Sequence[tuple[float, float]], max_wrong: float) -> float:
    """The least confidence from which on no more than `max_wrong` (a share, 0..1) of the answers are wrong.

    `curve` are pairs (confidence, share wrong of the answers at least so sure), by rising confidence, measured by
    cross-validation on questions of which one in five cannot be answered (`training/stack.py`). 1.01, above every
    confidence, where no confidence is enough.
    """
    least = 1.01
    for confidence, wrong in reversed(curve):
        if wrong > max_wrong:
            break
        least = confidence
    return least
