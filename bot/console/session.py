"""A session at the terminal: for people without a Discord token, and for questions through a pipe.

Everything but the prompt runs on the main thread. A thread cannot be cancelled, but the main thread can be
interrupted: Ctrl-C leaves at once, also while the model loads, and the library still cleans up.
"""

from __future__ import annotations

import contextlib
import logging
import os
import re
import signal
import sys
import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from prompt_toolkit import PromptSession
from prompt_toolkit.history import History
from rich.console import Console

from bot.console.conversation import Conversation
from bot.console.draft import Draft
from bot.console.terminal import handle_interrupt, leave_soon, make_console, open_history, print_lines, show_progress
from bot.console.view import (
    answer_lines,
    line,
    passage_lines,
    report_lines,
    source_lines,
    staleness_lines,
    status_lines,
)
from index import Answer, Library, LibraryError
from index.domain.activity import EVERYWHERE
from index.domain.errors import NoIndex
from index.domain.generation import WritingRequest
from index.domain.messages import count

__all__ = ["Session", "run"]

log = logging.getLogger(__name__)

MOST_PASSAGES = 6
"""Passages that /more looks for."""

SINCE = re.compile(r"\s(?:--)?since\s", re.IGNORECASE)


class Session:
    """Questions and commands of one person, a line at a time.

    Answers go to `out`, everything else to `err`. `exit_code` is 0 until something fails. `leave_soon` sees to it that
    an interrupt ends the process even if the exception that it raises is lost.
    """

    def __init__(
        self, library: Library, *, out: Console, err: Console, leave_soon: Callable[[], None] | None = None
    ) -> None:
        self.exit_code = 0
        self.leaving = False
        self._library = library
        self._out = out
        self._err = err
        self._leave_soon = leave_soon
        self._last: Answer | None = None
        self._conversation = Conversation()
        self._stop_writing: Callable[[], None] | None = None
        self._commands: dict[str, tuple[str, Callable[[str], None]]] = {
            "/summary": ("all sources in short; /summary NAME for one, /summary since last week", self._summarise),
            "/more": ("passages near the last question", lambda _: self._show_more()),
            "/sources": ("what is indexed, and which files could not be read", lambda _: self._show_sources()),
            "/reindex": ("read the sources again and rebuild the index", lambda _: self._reindex()),
            "/status": ("since when, by which model, and whether it is out of date", lambda _: self._show_status()),
            "/help": ("this list", lambda _: self._show_help()),
            "/quit": ("leave (so do Ctrl-C and Ctrl-D)", lambda _: self._quit()),
        }

    def start(self) -> None:
        """Load the model and the index; build the index if there is none yet."""
        self._attempt(self._load_or_build)

    def greet(self) -> None:
        """Print what can be asked about, for a person at a prompt."""
        self._attempt(self._greet)

    def handle(self, text: str) -> bool:
        """Answer a question or run a command; return False when the person wants to leave."""
        text = " ".join(text.split())
        if text.startswith("/"):
            name, _, rest = text.partition(" ")
            self._attempt(lambda: self._run_command(name.lower(), rest))
        elif text:
            self._attempt(lambda: self._answer(text))
        return not self.leaving

    def answer_each(self, lines: Iterable[bytes]) -> None:
        """Answer every line of a file or pipe; one that cannot be decoded is reported, and the others go on."""
        for number, encoded in enumerate(lines, start=1):
            try:
                text = encoded.decode("utf-8-sig" if number == 1 else "utf-8")
            except UnicodeDecodeError:
                self._fail(f"Line {number} is not UTF-8 text, so it was skipped.", exit_code=1)
                continue
            if not self.handle(text):
                return

    def interrupt(self, *_signal: object) -> None:
        """Stop the writing of an answer; else, or the second time, leave from wherever the main thread is.

        The handler of SIGINT and SIGTERM, of which the second does not only stop the writing.
        """
        if (stop := self._stop_writing) and _signal[:1] != (signal.SIGTERM,):
            self._stop_writing = None
            # In a thread: this one may hold a lock that it takes.
            threading.Thread(target=stop, name="stop writing", daemon=True).start()
            return
        self.leaving = True
        if self._leave_soon:
            self._leave_soon()
        raise KeyboardInterrupt

    def _attempt(self, action: Callable[[], None]) -> None:
        try:
            action()
        except LibraryError as error:
            self._fail(error.log_message, exit_code=error.exit_code)
        except BrokenPipeError:
            raise
        except Exception:  # whatever it was, the prompt comes back
            if self.leaving:  # an interrupted import may raise any error
                raise KeyboardInterrupt from None
            log.exception("The console could not carry out a line")
            self._fail("Something went wrong here, and the log above has the details.", exit_code=1)

    def _fail(self, message: str, *, exit_code: int) -> None:
        self.exit_code = self.exit_code or exit_code
        print_lines([line(message, "red")], self._err)

    def _load_or_build(self) -> None:
        with contextlib.suppress(NoIndex), show_progress(self._err) as progress:
            self._library.load(progress)
            return
        print_lines([line("There is no index yet: building it from the sources.")], self._err)
        self._reindex()

    def _greet(self) -> None:
        status = self._library.status()
        if status.snapshot:
            about = f"{count(status.snapshot.passages, 'passage', ',')} indexed. Ask a question, or type /help."
            print_lines([line(about, "dim"), *staleness_lines(status)], self._err)

    def _answer(self, question: str) -> None:
        if not self._out.is_terminal:
            print_lines([line(f"> {question}")], self._out)
        # Lines from a pipe are questions of their own.
        turns = self._conversation.turns() if self._out.is_terminal else ()
        before = tuple(turn.question for turn in turns)
        if self._library.writes:
            answer = self._write(lambda writing: self._library.ask(question, before, replace(writing, turns=turns)))
        else:
            answer = self._library.ask(question, before)
        self._conversation.add(answer)
        self._show_answer(answer)

    def _summarise(self, wanted: str) -> None:
        """Sum up all sources, or the one that is named; behind "since" stands a date, a snapshot or the like."""
        source, since = (part.strip() for part in [*SINCE.split(f" {wanted}", maxsplit=1), ""][:2])
        if self._library.writes:
            self._show_answer(self._write(lambda writing: self._library.summarise(source, since, writing)))
        else:
            self._show_answer(self._library.summarise(source, since))

    def _write(self, ask: Callable[[WritingRequest], Answer]) -> Answer:
        """Return an answer that a language model may write, its draft shown meanwhile on a terminal.

        Ctrl-C stops the writing: what is checked until then is the answer.
        """
        if not self._out.is_terminal:
            return ask(WritingRequest())
        stopped = threading.Event()
        with Draft(self._out) as draft:

            def stop() -> None:
                stopped.set()
                draft.announce_stop()

            def begin() -> None:
                self._stop_writing = stop
                draft.begin()

            try:
                return ask(WritingRequest(on_asked=begin, on_text=draft.show, stopped=stopped))
            finally:
                self._stop_writing = None

    def _show_answer(self, answer: Answer) -> None:
        self._last = answer
        print_lines(answer_lines(answer), self._out)

    def _run_command(self, name: str, rest: str) -> None:
        if name not in self._commands:
            self._fail(f"There is no {name}. There are: {', '.join(self._commands)}.", exit_code=2)
            return
        self._commands[name][1](rest)

    def _show_more(self) -> None:
        """Print the passages found with an abstention, or those that an answer does not quote."""
        if self._last is None:
            print_lines([line("Ask a question first.")], self._err)
        elif self._last.abstained:
            print_lines(passage_lines(self._last.citations), self._out)
        else:
            nearest = self._library.nearest(self._last.read_as or self._last.question, MOST_PASSAGES)
            quoted = {citation.quote for citation in self._last.citations}
            fresh = [citation for citation in nearest.citations if not any(citation.quote in quote for quote in quoted)]
            print_lines(passage_lines(fresh), self._out)

    def _show_sources(self) -> None:
        print_lines(source_lines(self._library.status()), self._out)

    def _show_status(self) -> None:
        print_lines(status_lines(self._library.status(), self._library.generation_status()), self._out)

    def _reindex(self) -> None:
        with show_progress(self._err) as progress:
            report = self._library.reindex(progress, scope=EVERYWHERE)  # who uses the terminal owns the journal too
        print_lines(report_lines(report), self._err)

    def _show_help(self) -> None:
        lines = [line(description, lead=f"  {name:<10}") for name, (description, _) in self._commands.items()]
        print_lines([line("Type a question, or:"), *lines], self._out)

    def _quit(self) -> None:
        self.leaving = True


async def run(library: Library, *, history: Path) -> int:
    """Run a session on the standard streams, and return the exit code.

    `history` is the file of earlier questions.
    """
    session = Session(library, out=make_console(sys.stdout), err=make_console(sys.stderr), leave_soon=leave_soon)
    try:
        with handle_interrupt(session.interrupt):
            session.start()
            if sys.stdin.isatty() and sys.stdout.isatty():
                await _prompt(session, open_history(history))
                return 0
            session.answer_each(sys.stdin.buffer)
    except KeyboardInterrupt:
        return 0
    except BrokenPipeError:  # the output is closed, so the interpreter must not flush into it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return session.exit_code


async def _prompt(session: Session, history: History) -> None:
    prompt: PromptSession[str] = PromptSession([("bold", "footnote> ")], history=history)
    session.greet()
    while not session.leaving:
        try:
            text = await prompt.prompt_async()
        except (EOFError, KeyboardInterrupt):
            return
        session.handle(text)
