"""A process that forks for each file reads it as one that is started for it, and nothing passes from file to file."""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path

import pytest

from index.domain.errors import UnreadableSource
from index.parsing._reader_processes import ReaderProcesses
from index.parsing._sandbox import DAMAGED, PACKAGES, read_in_sandbox
from tests.support.office import docx, paragraph, pdf

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="without fork every file's process is started for it")

PAGE = b"<title>T</title><h1>Bread</h1><p>Bread is made of flour.</p>"
FILES = {
    "html": PAGE,
    "rst": b"Bread\n=====\n\nBread is made of flour.\n",
    "docx": docx(paragraph("Bread is made of flour.")),
    "pdf": pdf([(60.0, 780.0, 10.0, "Bread is made of flour.")]),
}


def packages_with(folder: Path, body: str) -> str:
    """Return packages in which the library that reads HTML does something else."""
    (folder / "selectolax").mkdir(parents=True)
    (folder / "selectolax" / "__init__.py").write_text("")
    (folder / "selectolax" / "lexbor.py").write_text(body)
    return f"{folder}:{PACKAGES}"


@pytest.mark.parametrize("form", FILES)
def test_a_file_is_read_as_in_a_process_that_is_started_for_it(form):
    with ReaderProcesses(2) as processes:
        assert [processes.read(form, FILES[form]) for _ in range(2)] == [read_in_sandbox(form, FILES[form])] * 2


def test_what_one_file_does_to_its_process_no_other_sees(tmp_path):
    body = """
LexborNode = object
seen = []
class LexborHTMLParser:
    def __init__(self, html):
        seen.append(html)
        if len(seen) > 1:
            raise SystemError
        self.body = None
    def css(self, query):
        return []
"""
    with ReaderProcesses(1, packages=packages_with(tmp_path, body)) as processes:
        assert [processes.read("html", b"<p>x").blocks for _ in range(3)] == [(), (), ()]


def test_after_a_file_that_ends_its_process_the_next_one_is_read(tmp_path):
    body = """
import os
LexborNode = object
class LexborHTMLParser:
    def __init__(self, html):
        if "end" in html:
            os.kill(os.getpid(), 11)
        self.body = None
"""
    with ReaderProcesses(1, packages=packages_with(tmp_path, body)) as processes:
        for data in (b"x", b"end", b"x"):
            if data == b"end":
                with pytest.raises(UnreadableSource, match=DAMAGED):
                    processes.read("html", data)
            else:
                assert processes.read("html", data).blocks == ()


def test_after_a_file_that_takes_too_long_the_next_one_is_read(tmp_path):
    body = """
import time
LexborNode = object
class LexborHTMLParser:
    def __init__(self, html):
        time.sleep(60 * ("long" in html))
        self.body = None
"""
    with ReaderProcesses(1, packages=packages_with(tmp_path, body)) as processes:
        with pytest.raises(UnreadableSource, match="takes longer than"):
            processes.read("html", b"long", 0.5)
        assert processes.read("html", b"x").blocks == ()


def test_a_file_that_is_not_wanted_any_more_is_given_up(tmp_path):
    packages = packages_with(tmp_path, "import time\ntime.sleep(60)\n")
    stopped = threading.Event()
    stopped.set()
    with (
        ReaderProcesses(1, packages=packages) as processes,
        pytest.raises(UnreadableSource, match="was not read to its end"),
    ):
        processes.read("html", PAGE, stopped=stopped)


def test_a_process_that_cannot_start_says_the_file_is_damaged(tmp_path):
    """It is the same as for a process that is started for the file."""
    packages = packages_with(tmp_path, "raise ImportError")
    with ReaderProcesses(1, packages=packages) as processes, pytest.raises(UnreadableSource, match=DAMAGED):
        processes.read("html", b"a" * 2_000_000)


def test_as_many_processes_stay_as_may_and_none_after_the_end():
    with ReaderProcesses(2) as processes:
        for form in ("html", "rst", "docx", "html"):
            processes.read(form, FILES[form])
        kept = [process._process for process in processes._idle]
        assert len(kept) == 2
        assert all(process.poll() is None for process in kept)
    assert all(process.poll() is not None for process in kept)


@pytest.mark.skipif(sys.platform != "linux", reason="it looks into /proc")
def test_a_process_ends_with_the_one_that_started_it(tmp_path):
    """Its standard input ends then, also where the other one was killed."""
    with ReaderProcesses(1) as processes:
        processes.read("html", PAGE)
        (process,) = processes._idle
        process._stdin.close()
        for _ in range(200):
            if not process.is_alive:
                break
            time.sleep(0.1)
        assert not process.is_alive
