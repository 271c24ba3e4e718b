"""Which stream the command line writes to: results on standard output, progress on standard error."""

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
    """A result for people."""
    for line in lines:
        print(line)


def print_json(value: Any) -> None:
    """A result for programs, in a line that is there at once."""
    print(json.dumps(value, ensure_ascii=False), flush=True)


def say(sentence: object) -> None:
    """What is no result."""
    print(sentence, file=sys.stderr, flush=True)


@contextlib.contextmanager
def progress_bar() -> Iterator[Callable[[str, int, int], None]]:
    """A bar on standard error; a line a stage where that is no terminal."""
    console = Console(stderr=True)
    if not console.is_terminal:
        said: set[str] = set()

        def line(what: str, done: int, total: int) -> None:
            if what not in said:
                said.add(what)
                say(f"{what} ...")

        yield line
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

        def bar(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total or None)
            bars.update(tasks[what], completed=done)

        yield bar
