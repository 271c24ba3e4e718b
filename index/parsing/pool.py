"""Sources parsed in parallel, as many as there are cores, each in a process with its own limits."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from functools import partial
from itertools import islice

from index.domain.documents import Document
from index.domain.sources import SourceFile
from index.parsing._reader_processes import ReaderProcesses
from index.parsing.documents import ReadWithinLimits
from index.parsing.documents import parse as parse_file
from index.parsing.formats import SANDBOXED, format_of

__all__ = ["MAX_PROCESSES", "GetDocument", "parse_in_parallel", "reader_with_limits"]

MAX_PROCESSES = min(8, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
"""Processes at a time; each may take as much memory as the limit allows."""

AHEAD = 8
"""Files for each process that are read before their documents are asked for."""

POLL_SECONDS = 0.2
"""Time between two checks whether the document is still wanted."""

Parse = Callable[[SourceFile, float, threading.Event], Document]
GetDocument = Callable[[SourceFile, Callable[[], None]], Document]
"""Returns the document of a file, or raises what reading it raised.

It calls its second argument again and again while it waits; that may raise to give up.
"""


@contextmanager
def parse_in_parallel(
    files: Sequence[SourceFile], seconds: float, *, at_once: int = MAX_PROCESSES, parse: Parse | None = None
) -> Iterator[GetDocument]:
    """Parse files in parallel; the block gets a function that returns their documents, to be called in their order.

    At most AHEAD documents for each process wait for that. When the block ends, files that are still being read are
    given up. `parse` is `index.parsing.documents.parse` by default.
    """
    stopped = threading.Event()
    with ReaderProcesses(at_once) as processes, ThreadPoolExecutor(at_once, thread_name_prefix="read") as pool:
        parse = parse or partial(parse_file, read=processes.read)
        waiting_files = (file for file in files if format_of(file) in SANDBOXED)
        futures: dict[int, Future[Document]] = {}

        def read_ahead() -> None:
            for file in islice(waiting_files, max(0, AHEAD * at_once - len(futures))):
                futures[id(file)] = pool.submit(parse, file, seconds, stopped)

        def get_document(file: SourceFile, waiting: Callable[[], None]) -> Document:
            future = futures.get(id(file))
            if future is None:
                return parse(file, seconds, stopped)
            while not wait([future], POLL_SECONDS).done:
                waiting()
            del futures[id(file)]
            read_ahead()
            return future.result()

        read_ahead()
        try:
            yield get_document
        finally:
            stopped.set()
            pool.shutdown(cancel_futures=True)


def reader_with_limits(formats: int = 2) -> ReadWithinLimits:
    """Return what reads files one at a time, each within limits; for so many formats a process stays for the next."""
    return ReaderProcesses(formats).read
