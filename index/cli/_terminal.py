"""Output streams of the command line: results on standard output, progress on standard error."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

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
    """Show progress on standard error: a bar on a terminal, one line per stage elsewhere."""
    console = Console(stderr=True)
    if not console.is_terminal:
        stages: set[str] = set()

        def print_stage(stage: str, done: int, total: int) -> None:
            if stage not in stages:
                stages.add(stage)
                say(f"{stage} ...")

        yield print_stage
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bars:
        tasks: dict[str, Any] = {}

        def update_bar(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=total or None)
            bars.update(tasks[stage], completed=done)

        yield update_bar
