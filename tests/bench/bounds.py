"""Time bounds of single functions, each beside its target.

    python -m tests.bench.bounds

They are figures of a machine, so no test asserts them.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from index.evaluation.intervals import bootstrap_intervals
from index.evaluation.questions import Question
from index.suggestions.completion import complete

__all__ = ["cpu_seconds", "measure"]

TRIES = 5
QUESTIONS = 3_000
KNOWN = 250
WORDS = ("window", "price")
TEXT = "Bread is made of flour. Tea is made of leaves."


def cpu_seconds(work: Callable[[], object]) -> float:
    """Return the least CPU time of a few tries."""
    times = []
    for _ in range(TRIES):
        started = time.process_time()
        work()
        times.append(time.process_time() - started)
    return min(times)


def measure() -> list[tuple[str, float, float]]:
    """Return what was measured, its value and the most that it should be."""
    return [
        (f"suggestions from {20 * KNOWN:,} questions against {2 * KNOWN:,}, ratio", _suggestions_growth(), 40.0),
        (f"intervals of {QUESTIONS:,} answers, CPU seconds", _intervals_seconds(), 30.0),
    ]


def _suggestions_growth() -> float:
    """How much longer ten times as many known questions take."""

    def seconds(count: int) -> float:
        known = [f"What is the {word} of model number {number}?" for number in range(count) for word in WORDS]
        return cpu_seconds(lambda: complete("wat is teh prise of modle 17", known))

    return seconds(10 * KNOWN) / seconds(KNOWN)


def _intervals_seconds() -> float:
    """Seconds for the intervals of a run that is right every other time."""
    questions = [Question(number, "?", "a.md", True, ((17, 22, "flour"),)) for number in range(QUESTIONS)]
    lines = [_line(number, *((0, 23) if number % 2 else (24, 46))) for number in range(QUESTIONS)]
    started = time.process_time()
    bootstrap_intervals({"a.md": TEXT}, questions, lines)
    return time.process_time() - started


def _line(number: int, start: int, end: int) -> dict[str, Any]:
    """An answer line as the command line prints it."""
    citation = {"source": "a.md", "start": start, "end": end, "quote": TEXT[start:end]}
    return {"id": number, "abstained": False, "answer": "x", "confidence": 0.5, "citations": [citation]}


if __name__ == "__main__":
    for name, value, target in measure():
        print(f"{name}: {value:.3g} (at most {target:g})")  # noqa: T201 - its result
