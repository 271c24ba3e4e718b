"""The terminal of the console."""

from __future__ import annotations

import io
import subprocess
import sys

from prompt_toolkit.history import InMemoryHistory
from rich.console import Console

from bot.console.terminal import make_console, open_history, show_progress


def test_forced_colour_does_not_reach_a_pipe(monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    stream = io.StringIO()
    make_console(stream).print("plain", style="red")
    assert stream.getvalue() == "plain\n"


def test_progress_on_a_terminal_is_a_bar_that_takes_an_unknown_total():
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=True, width=100)
    with show_progress(console) as progress:
        progress("Loading [bold]the model", 0, 0)
        progress("Embedding", 5, 10)
    assert "Loading [bold]the model" in stream.getvalue()
    assert "Embedding" in stream.getvalue()


def test_progress_on_a_terminal_tells_the_tokens_embedded():
    stream = io.StringIO()
    with show_progress(Console(file=stream, force_terminal=True, width=120)) as progress:
        progress("embedding passages", 0, 0)
        progress("embedding passages", 1_200_000, 10_000_000)
    assert "embedding passages: 1,200,000 tokens" in stream.getvalue()


def test_progress_elsewhere_names_each_stage_once():
    stream = io.StringIO()
    with show_progress(Console(file=stream, width=100)) as progress:
        progress("reading sources", 0, 2)
        progress("reading sources", 1, 2)
        progress("embedding passages", 0, 0)
    assert stream.getvalue() == "reading sources ...\nembedding passages ...\n"


def test_a_history_is_a_file_for_its_owner_alone(tmp_path):
    path = tmp_path / "cache" / "history"
    open_history(path).store_string("How many experts?")
    assert "How many experts?" in path.read_text("utf-8")
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_history_that_cannot_be_written_is_kept_in_memory(tmp_path, caplog):
    (tmp_path / "file").write_text("")
    assert isinstance(open_history(tmp_path / "file" / "history"), InMemoryHistory)
    assert "Questions are not remembered" in caplog.text


def test_an_interrupt_that_is_lost_ends_the_process_soon():
    program = """
import logging, sys, threading, time
from bot.console.terminal import leave_soon
leave_soon()
try:
    raise KeyboardInterrupt
except BaseException:
    logging.getLogger().error("swallowed")
time.sleep(600)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stderr) == (0, "")
