"""Sources are read several at a time, each as if it were alone, and their order stays."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from index.domain.documents import Document
from index.domain.errors import ReindexCancelled, UnreadableSource
from index.domain.sources import SourceFile
from index.parsing._sandbox import DAMAGED, PACKAGES, read_in_sandbox
from index.parsing.documents import parse
from index.parsing.pool import parse_in_parallel
from tests.support.index_fakes import library, write
from tests.support.office import pdf

FILES = [SourceFile(f"{name}.pdf", name.encode()) for name in "abcd"]
LINES = [(60.0, 780.0 - 14 * line, 10.0, f"Line {line} of the page is long.") for line in range(50)]


def waiting() -> None:
    """What is called while a file is waited for; nobody gives up."""


def document(file: SourceFile) -> Document:
    return Document(file.source, file.source, file.source, None, "", ())


def test_as_many_are_read_at_once_as_may_be_and_the_documents_come_in_order():
    together = threading.Barrier(2)
    last = threading.Event()

    def read(file: SourceFile, seconds: float, stopped: threading.Event) -> Document:
        together.wait(20)  # never passed by one that is read alone
        if file is FILES[0]:
            last.wait(20)
        elif file is FILES[1]:
            last.set()
        return document(file)

    with parse_in_parallel(FILES, 60, at_once=2, parse=read) as parsed:
        assert [parsed(file, waiting).id for file in FILES] == ["a.pdf", "b.pdf", "c.pdf", "d.pdf"]


def test_what_a_file_fails_with_is_told_of_that_file_alone():
    def read(file: SourceFile, seconds: float, stopped: threading.Event) -> Document:
        if file is FILES[1]:
            raise UnreadableSource("is damaged")
        if file is FILES[2]:
            raise TimeoutError
        return document(file)

    with parse_in_parallel(FILES, 60, at_once=2, parse=read) as parsed:
        assert parsed(FILES[0], waiting).id == "a.pdf"
        with pytest.raises(UnreadableSource, match="is damaged"):
            parsed(FILES[1], waiting)
        with pytest.raises(TimeoutError):
            parsed(FILES[2], waiting)
        assert parsed(FILES[3], waiting).id == "d.pdf"


def test_who_gives_up_while_a_file_is_read_ends_that_and_no_other_is_begun():
    begun: list[str] = []

    def read(file: SourceFile, seconds: float, stopped: threading.Event) -> Document:
        begun.append(file.source)
        assert stopped.wait(20)
        raise UnreadableSource("was stopped")

    def give_up() -> None:
        raise ReindexCancelled

    with pytest.raises(ReindexCancelled), parse_in_parallel(FILES, 60, at_once=1, parse=read) as parsed:
        parsed(FILES[0], give_up)
    assert begun == ["a.pdf"]


def test_a_process_that_reads_is_ended_when_that_is_not_wanted_any_more():
    stopped = threading.Event()
    stopped.set()
    with pytest.raises(UnreadableSource, match="was not read to its end"):
        read_in_sandbox("pdf", pdf(*[LINES] * 200), 60, stopped=stopped)


def test_a_file_larger_than_a_pipe_is_sent_whole_to_a_late_process(tmp_path):
    """The parser process may begin to read after the pipe is full."""
    parser = tmp_path / "selectolax" / "lexbor.py"
    parser.parent.mkdir()
    parser.with_name("__init__.py").write_text("")
    parser.write_text("import time\ntime.sleep(0.5)\nLexborNode = object\nLexborHTMLParser = None\n")
    with pytest.raises(UnreadableSource, match=DAMAGED):  # it was read, and then there was no parser
        read_in_sandbox("html", b"a" * 2_000_000, 20, packages=f"{tmp_path}:{PACKAGES}")


def test_text_is_read_in_its_turn_and_what_it_says_is_the_same():
    file = SourceFile("a.md", b"# Title\n\nText.\n")
    with parse_in_parallel([file], 60) as parsed:
        assert parsed(file, waiting) == parse(file)


def test_a_cancelled_reindex_ends_while_a_file_is_read(tmp_path):
    cancelled = threading.Event()
    seeds = write(tmp_path / "seeds", a_md="Bread is made of flour.\n", b_pdf=pdf(*[LINES] * 200))

    def cancel(what: str, done: int, total: int) -> None:
        if (what, done) == ("reading sources", 1):
            cancelled.set()

    made: Any = library(seeds, tmp_path / "index")
    with pytest.raises(ReindexCancelled):
        made.reindex(cancel, cancelled=cancelled)
    assert not (tmp_path / "index" / "LIVE").exists()
