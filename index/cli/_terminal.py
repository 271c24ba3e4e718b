"""Output streams of the command line: results on standard output, progress on standard error."""

from __future__ import annotations

import contextlib
import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from index.domain.stages import TOKEN_STAGES

LINE_SECONDS = 30.0
"""Between two lines about a stage that is counted in tokens, where there is no terminal."""

__all__ = ["print_json", "print_lines", "progress_bar", "say"]


def print_lines(lines: Iterable[str]) -> None:
    """Print a result for people."""
    for line in lines:
        print(line)


def print_json(value: Any) -> None:
    """Print a result for programs on one line, and flush it."""
    print(json.dumps(value, ensure_ascii=False), flush=True)


def say(sentence: object) -> None:
    """Print a remark on standard error."""
    print(sentence, file=sys.stderr, flush=True)


@contextlib.contextmanager
def progress_bar() -> Iterator[Callable[[str, int, int], None]]:
    """Show progress on standard error: a bar on a terminal; elsewhere a line per stage, for a long one some more."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield StageLines()
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        _TokenRate(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bars:
        tasks: dict[str, Any] = {}

        def update_bar(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=total or None)
            bars.update(tasks[stage], completed=done, total=total or None)

        yield update_bar


class StageLines:
    """Names each stage once, and says now and then how far one is that is counted in tokens."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._stages: set[str] = set()
        self._before = (0.0, 0)

    def __call__(self, stage: str, done: int, total: int) -> None:
        now = self._clock()
        if stage not in self._stages:
            self._stages.add(stage)
            self._before = (now, done)
            say(f"{stage} ...")
        moment, before = self._before
        if stage in TOKEN_STAGES and now >= moment + LINE_SECONDS:
            self._before = (now, done)
            rate = (done - before) / (now - moment)
            of = f" of {total:,}" if total else ""
            left = f", about {max(1, round((total - done) / rate / 60))} min left" if rate > 0 and total else ""
            say(f"{stage}: {done:,}{of} tokens, {rate:,.0f} a second{left}")


class _TokenRate(ProgressColumn):
    """How many tokens a second are done."""

    def render(self, task: Task) -> Text:
        shown = task.description in TOKEN_STAGES and task.speed
        return Text(f"{task.speed:,.0f} tokens/s" if shown else "")
