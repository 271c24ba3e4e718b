"""The console as a process: through a pipe, at a terminal, and how it is left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from tests.support.paths import ROOT
from tests.support.terminal import Terminal

CHILD = """
import asyncio, sys
from pathlib import Path
from bot.console.session import run
from tests.support.fakes import FakeLibrary

class Slow(FakeLibrary):
    def load(self, progress=None):
        if "hang-load" in sys.argv:
            self.gate.clear()
            progress("Loading the model", 0, 0)
            print("loading", flush=True)
        super().load(progress)

    writes = "writes" in sys.argv

    def ask(self, question, before=(), writing=None):
        if question == "hang":
            self.gate.clear()
            print("thinking", flush=True)
        if writing:
            writing.on_asked()
            for draft in ("", "A first ", "A first draft of it"):
                writing.on_text(draft)
            if question == "endless":
                writing.stopped.wait()
            if question == "stubborn":
                self.gate.clear()
        return super().ask(question, before, writing)

sys.exit(asyncio.run(run(Slow(), history=Path(sys.argv[1]))))
"""


def child(*arguments: str, **streams: int) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PROMPT_TOOLKIT_NO_CPR": "1", "TERM": "xterm-256color", "PYTHONPATH": str(ROOT)}
    return subprocess.Popen([sys.executable, "-c", CHILD, *arguments], cwd=ROOT, env=environment, **streams)


def assert_left_cleanly(console):
    code, rest = console.leave()
    assert code == 0
    assert "Traceback" not in rest


def test_questions_from_a_pipe_are_answered_without_a_prompt(tmp_path):
    process = child(str(tmp_path / "history"), stdin=-1, stdout=-1, stderr=-1)
    out, err = process.communicate(b"one\n\ntwo\n", timeout=60)
    assert out.decode().count("10 million tokens.”\n") == 2
    assert b"footnote>" not in out
    assert b"\x1b" not in out
    assert err == b""
    assert process.returncode == 0
    assert not (tmp_path / "history").exists()


def test_reader_that_stops_reading_is_no_error(tmp_path):
    reading, writing = os.pipe()
    os.close(reading)
    process = child(str(tmp_path / "history"), stdin=-1, stdout=writing, stderr=-1)
    os.close(writing)
    _, err = process.communicate(b"one\ntwo\n", timeout=60)
    assert err == b""
    assert process.returncode == 0


def test_sigint_while_a_piped_question_is_answered_leaves_cleanly(tmp_path):
    process = child(str(tmp_path / "history"), stdin=-1, stdout=-1, stderr=-1)
    process.stdin.write(b"hang\n")
    process.stdin.flush()
    while b"thinking" not in process.stdout.readline():
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert err == b""
    assert process.returncode == 0


@pytest.fixture
def terminal():
    opened: list[Terminal] = []

    def start(*arguments: object) -> Terminal:
        opened.append(Terminal(CHILD, *map(str, arguments)))
        return opened[-1]

    yield start
    for process in opened:
        process.close()


@pytest.mark.parametrize("key", ["\x03", "\x04", "/quit\r"], ids=["ctrl-c", "ctrl-d", "/quit"])
def test_prompt_is_left_cleanly(terminal, tmp_path, key):
    console = terminal(tmp_path / "history")
    console.await_text("footnote>")
    console.press(key)
    assert_left_cleanly(console)


def test_ctrl_c_while_a_question_is_answered_leaves_cleanly(terminal, tmp_path):
    console = terminal(tmp_path / "history")
    console.await_text("footnote>")
    console.press("hang\r")
    console.await_text("thinking")
    console.press("\x03")
    assert_left_cleanly(console)


def test_a_draft_is_grey_and_gives_way_to_the_settled_answer(terminal, tmp_path):
    console = terminal(tmp_path / "history", "writes")
    console.await_text("footnote>")
    console.press("What is it?\r")
    console.await_text("\x1b[90mA first draft of it")
    settled = console.await_text("footnote>")
    assert settled.index("\x1b[2K") < settled.index("10 million")
    assert "draft" not in settled


def test_ctrl_c_stops_the_writing_and_the_prompt_comes_back(terminal, tmp_path):
    console = terminal(tmp_path / "history", "writes")
    console.await_text("footnote>")
    console.press("endless\r")
    console.await_text("A first draft of it")
    console.press("\x03")
    console.await_text("10 million")
    console.await_text("footnote>")
    console.press("\x03")
    assert_left_cleanly(console)


def test_ctrl_c_a_second_time_leaves_a_writing_that_does_not_stop(terminal, tmp_path):
    console = terminal(tmp_path / "history", "writes")
    console.await_text("footnote>")
    console.press("stubborn\r")
    console.await_text("A first draft of it")
    console.press("\x03")
    console.await_text("Stopping")
    console.press("\x03")
    assert_left_cleanly(console)


def test_ctrl_c_while_the_model_loads_leaves_cleanly(terminal, tmp_path):
    console = terminal(tmp_path / "history", "hang-load")
    console.await_text("loading")
    console.press("\x03")
    assert_left_cleanly(console)


def test_question_at_the_prompt_is_answered_and_remembered_for_its_owner_only(terminal, tmp_path):
    history = tmp_path / "state" / "history"
    console = terminal(history)
    greeting = console.await_text("footnote>")
    assert "21 passages indexed. Ask a question, or type /help." in greeting
    console.press("What is it?\r")
    console.await_text("10 million")
    console.await_text("footnote>")
    console.press("\x1b[A")  # arrow up brings the question back
    console.await_text("What is it?")
    console.press("\x03")
    assert console.leave()[0] == 0
    assert "+What is it?\n" in history.read_text()
    assert history.stat().st_mode & 0o777 == 0o600
