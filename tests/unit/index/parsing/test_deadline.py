"""Reading in this process ends when its time is over or the file is not wanted any more."""

from __future__ import annotations

import threading

import pytest

from index.domain.errors import UnreadableSource
from index.domain.sources import SourceFile
from index.parsing.documents import parse

PAGE = SourceFile("a.md", b"The ferry sails at noon.\n")


@pytest.mark.parametrize("stopped", [None, threading.Event()])
def test_markdown_is_read_whole_within_its_time(stopped):
    assert parse(PAGE, 60, stopped).text == "The ferry sails at noon.\n"


def test_markdown_is_given_up_with_the_reason_when_its_time_is_over():
    with pytest.raises(UnreadableSource, match="takes longer than 0 s to read: split it, or raise EXTRACT_SECONDS"):
        parse(PAGE, 0.0)


def test_markdown_that_is_not_wanted_any_more_is_given_up():
    stopped = threading.Event()
    stopped.set()
    with pytest.raises(UnreadableSource, match="was not wanted any more"):
        parse(PAGE, 60, stopped)
