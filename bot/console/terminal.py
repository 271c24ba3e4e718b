"""The terminal of the console: output streams, progress bars, the history of questions, Ctrl-C."""

from __future__ import annotations

import logging
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, Task, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.text import Text

from bot.console.view import Line, line
from index.domain.stages import TOKEN_STAGES

if TYPE_CHECKING:
    from index.domain.ports import Progress as ProgressCallback

__all__ = ["handle_interrupt", "leave_soon", "make_console", "open_history", "print_lines", "show_progress"]

log = logging.getLogger(__name__)

LEAVE_SECONDS = 2.0
"""How long an interrupted library may take to clean up."""


class _Console(Console):
    """A rich console that raises on a closed pipe, where rich itself would exit with code 1."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


def make_console(stream: TextIO) -> Console:
    """Return a console on `stream`, in colour only if that is a terminal; no text is read as markup."""
    return _Console(file=stream, force_terminal=stream.isatty(), markup=False, emoji=False, highlight=False)


def print_lines(lines: list[Line], console: Console) -> None:
    """Print lines, wrapped only on a terminal: elsewhere a line stays one line, so that it can be searched."""
    for lead, text in lines:
        rows = text.wrap(console, max(20, console.width - len(lead))) if console.is_terminal else [text]
        for number, row in enumerate(rows or [text]):
            console.print(Text.assemble((" " * len(lead) if number else lead, "cyan"), row), soft_wrap=True)


@contextmanager
def show_progress(console: Console) -> Iterator[ProgressCallback]:
    """Return a callback that shows a bar for each stage on a terminal, and names each stage once elsewhere."""
    if not console.is_terminal:
        named: set[str] = set()

        def name_once(stage: str, done: int, total: int) -> None:
            if stage not in named:
                named.add(stage)
                console.print(Text(f"{line(stage)[1].plain} ..."), soft_wrap=True)

        yield name_once
        return
    text = TextColumn("{task.description}", markup=False)
    with Progress(
        SpinnerColumn(), text, BarColumn(), TimeElapsedColumn(), TimeRemainingColumn(), console=console, transient=True
    ) as bars:
        tasks: dict[str, Task] = {}

        def move_bar(stage: str, done: int, total: int) -> None:
            name = line(stage)[1].plain
            if stage not in tasks:
                number = bars.add_task(name)
                tasks[stage] = next(task for task in bars.tasks if task.id == number)
            task = tasks[stage]
            if stage in TOKEN_STAGES:
                rate = f", {task.speed:,.0f} a second" if task.speed else ""
                name = f"{name}: {done:,} tokens{rate}"
            bars.update(task.id, completed=done, total=total or None, description=name)

        yield move_bar


@contextmanager
def handle_interrupt(handler: Callable[..., None]) -> Iterator[None]:
    """Call `handler` on Ctrl-C and SIGTERM within a block, on the main thread.

    asyncio would only cancel a task, which never waits. On another thread nothing changes.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = [(number, signal.signal(number, handler)) for number in (signal.SIGINT, signal.SIGTERM)]
    try:
        yield
    finally:
        for number, earlier in before:
            signal.signal(number, earlier)


def leave_soon() -> None:
    """End the process within LEAVE_SECONDS whatever happens, and log nothing more.

    The exception that a signal handler raises may be lost: within a lock it becomes a RuntimeError, which code that
    goes on after any error takes for a fault of its own.
    """
    logging.disable()
    watchdog = threading.Timer(LEAVE_SECONDS, os._exit, (0,))
    watchdog.daemon = True
    watchdog.start()


def open_history(path: Path) -> History:
    """Return the history of questions in a file that only its owner can read; in memory if it cannot be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_APPEND, 0o600))
        path.chmod(0o600)
    except OSError as error:
        log.warning("Questions are not remembered, since %s cannot be written: %s", path, error.strerror)
        return InMemoryHistory()
    return FileHistory(path)
