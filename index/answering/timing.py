"""How long the stages of an answer take, told to an observer."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator

from index.domain.ports import StageObserver
from index.domain.stages import AnswerStage

__all__ = ["timed"]


@contextlib.contextmanager
def timed(stage: AnswerStage, observe: StageObserver | None) -> Iterator[None]:
    """Tell an observer, if there is one, how long the `with` block took."""
    if observe is None:
        yield
        return
    started = time.perf_counter()
    try:
        yield
    finally:
        observe(stage, time.perf_counter() - started)
