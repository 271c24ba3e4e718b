"""The same engine at a prompt: for somebody without a Discord token, and for questions through a pipe.

Everything but the prompt runs on the main thread. A thread cannot be cancelled; the main thread can be
interrupted, so Ctrl-C leaves at once, also while the model loads, and the library's own clean-up still runs.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from prompt_toolkit import PromptSession
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.text import Text

from bot.console.view import Line, answer_lines, line, report_lines, source_lines, staleness_lines, status_lines
from index import Library, LibraryError
from index.domain.activity import EVERYWHERE
from index.domain.messages import count

if TYPE_CHECKING:
    from index.domain.ports import Progress as Callback

__all__ = ["Session", "run"]

log = logging.getLogger(__name__)

NO_INDEX = 3
"""The exit code of a LibraryError that says there is no index yet."""


class Session:
    """One person's questions and commands, a line at a time.

    Answers go to `out`; progress, errors and everything else go to `err`. `exit_code` is 0 until something fails.
    """

    def __init__(self, library: Library, *, out: Console, err: Console) -> None:
        self.exit_code = 0
        self.leaving = False
        self._library = library
        self._out = out
        self._err = err
        self._commands: dict[str, tuple[str, Callable[[], None]]] = {
            "/sources": ("what is indexed, and which files could not be read", self._sources),
            "/reindex": ("read the sources again and rebuild the index", self._reindex),
            "/status": ("since when, by which model, and whether it is out of date", self._status),
            "/help": ("this list", self._help),
            "/quit": ("leave (so do Ctrl-C and Ctrl-D)", self._quit),
        }

    def start(self) -> None:
        """Load the model and the index; build the index where there is none yet."""
        self._attempt(self._load)

    def greet(self) -> None:
        """Say what can be asked about, to a person at a prompt."""
        self._attempt(self._greet)

    def handle(self, text: str) -> bool:
        """Answer a question or run a command; False when the person wants to leave."""
        text = " ".join(text.split())
        if text.startswith("/"):
            self._attempt(lambda: self._command(text.split()[0].lower()))
        elif text:
            self._attempt(lambda: self._question(text))
        return not self.leaving

    def answer_each(self, lines: Iterable[bytes]) -> None:
        """Answer every line of a file or pipe; one that cannot be read is reported and the rest go on."""
        for number, raw in enumerate(lines, start=1):
            try:
                text = raw.decode("utf-8-sig" if number == 1 else "utf-8")
            except UnicodeDecodeError:
                self._complain(f"Line {number} is not UTF-8 text, so it was skipped.", exit_code=1)
                continue
            if not self.handle(text):
                return

    def interrupt(self, *_signal: object) -> None:
        """Leave from wherever the main thread is; the handler of SIGINT."""
        self.leaving = True
        raise KeyboardInterrupt

    def _attempt(self, action: Callable[[], None]) -> None:
        try:
            action()
        except LibraryError as error:
            self._complain(error.log_message, exit_code=error.exit_code)
        except BrokenPipeError:
            raise
        except Exception:  # whatever it was, the prompt comes back
            if self.leaving:  # an interrupted import may come out as any error
                raise KeyboardInterrupt from None
            log.exception("The console could not carry out a line")
            self._complain("Something went wrong here, and the log above has the details.", exit_code=1)

    def _complain(self, message: str, *, exit_code: int) -> None:
        self.exit_code = self.exit_code or exit_code
        self._show([line(message, "red")], self._err)

    def _load(self) -> None:
        if self._is_indexed():
            return
        self._show([line("There is no index yet: building it from the sources.")], self._err)
        self._reindex()

    def _is_indexed(self) -> bool:
        """Whether there was an index to load; the one failure that the console mends itself."""
        try:
            with show_progress(self._err) as progress:
                self._library.load(progress)
        except LibraryError as error:
            if error.exit_code == NO_INDEX:
                return False
            raise
        return True

    def _greet(self) -> None:
        status = self._library.status()
        if status.snapshot:
            about = f"{count(status.snapshot.passages, 'passage', ',')} indexed. Ask a question, or type /help."
            self._show([line(about, "dim"), *staleness_lines(status)], self._err)

    def _question(self, question: str) -> None:
        if not self._out.is_terminal:
            self._show([line(f"> {question}")], self._out)
        self._show(answer_lines(self._library.ask(question)), self._out)

    def _command(self, name: str) -> None:
        if name not in self._commands:
            self._complain(f"There is no {name}. There are: {', '.join(self._commands)}.", exit_code=2)
            return
        self._commands[name][1]()

    def _sources(self) -> None:
        self._show(source_lines(self._library.status()), self._out)

    def _status(self) -> None:
        self._show(status_lines(self._library.status()), self._out)

    def _reindex(self) -> None:
        with show_progress(self._err) as progress:
            report = self._library.reindex(progress, scope=EVERYWHERE)  # who has the terminal owns the journal
        self._show(report_lines(report), self._err)

    def _help(self) -> None:
        lines = [line(what, lead=f"  {name:<10}") for name, (what, _) in self._commands.items()]
        self._show([line("Type a question, or:"), *lines], self._out)

    def _quit(self) -> None:
        self.leaving = True

    def _show(self, lines: list[Line], console: Console) -> None:
        for lead, text in lines:
            # Off a terminal one line stays one line, whatever the width, so that it can be searched.
            rows = text.wrap(console, max(20, console.width - len(lead))) if console.is_terminal else [text]
            for number, row in enumerate(rows or [text]):
                console.print(Text.assemble((" " * len(lead) if number else lead, "cyan"), row), soft_wrap=True)


@contextmanager
def show_progress(console: Console) -> Iterator[Callback]:
    """A callback that shows a bar a step on a terminal, and names each step once elsewhere."""
    if not console.is_terminal:
        named: set[str] = set()

        def name_once(what: str, done: int, total: int) -> None:
            if what not in named:
                named.add(what)
                console.print(Text(f"{line(what)[1].plain} ..."), soft_wrap=True)

        yield name_once
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bars:
        tasks = {}

        def move(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(line(what)[1].plain)
            bars.update(tasks[what], completed=done, total=total or None)

        yield move


class _Screen(Console):
    """A rich console that hands a closed pipe to the caller; rich's own would end the process with code 1."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


def make_console(stream: TextIO) -> Console:
    """A console on `stream`, coloured only where that is a terminal; no text is read as markup."""
    return _Screen(file=stream, force_terminal=stream.isatty(), markup=False, emoji=False, highlight=False)


async def run(library: Library, *, history: Path) -> int:
    """The exit code, once the person has left or standard input has ended. `history` is the file of past questions."""
    session = Session(library, out=make_console(sys.stdout), err=make_console(sys.stderr))
    try:
        with _interruptible(session):
            session.start()
            if sys.stdin.isatty() and sys.stdout.isatty():
                await _converse(session, _past(history))
                return 0
            session.answer_each(sys.stdin.buffer)
    except KeyboardInterrupt:
        return 0
    except BrokenPipeError:  # the reader has had enough; the interpreter must not flush into the closed pipe
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return session.exit_code


async def _converse(session: Session, past: History) -> None:
    prompt: PromptSession[str] = PromptSession([("bold", "footnote> ")], history=past)
    session.greet()
    while not session.leaving:
        try:
            text = await prompt.prompt_async()
        except (EOFError, KeyboardInterrupt):
            return
        session.handle(text)


@contextmanager
def _interruptible(session: Session) -> Iterator[None]:
    """Ctrl-C interrupts the main thread, where asyncio would only cancel a task that never waits."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, session.interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _past(path: Path) -> History:
    """The questions asked before, in a file that only its owner can read; in memory where it cannot be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_APPEND, 0o600))
        path.chmod(0o600)
    except OSError as error:
        log.warning("Questions are not remembered, since %s cannot be written: %s", path, error.strerror)
        return InMemoryHistory()
    return FileHistory(path)
