"""Several sources read at once, as many as there are cores, each in a process of its own and with its own limits."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager

from index.domain.documents import Document
from index.domain.sources import SourceFile
from index.parsing.documents import parse
from index.parsing.formats import CONFINED, format_of

__all__ = ["AT_ONCE", "parsing"]

AT_ONCE = min(8, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
"""Processes at a time; no more than so many, for each may take as much memory as one alone."""

LOOK_EVERY = 0.2
"""Seconds between two looks at whether the reading is still wanted."""

Parse = Callable[[SourceFile, float, threading.Event], Document]
Parsed = Callable[[SourceFile, Callable[[], None]], Document]
"""The document of one of the files; what it is given is called again and again while that is waited for, and may raise
to give up. Raises what reading the file raises."""


@contextmanager
def parsing(
    files: Sequence[SourceFile], seconds: float, *, at_once: int = AT_ONCE, parse: Parse = parse
) -> Iterator[Parsed]:
    """What gives the documents of these files, to be asked for in their order. When the block ends, whatever is still
    read is given up."""
    stopped = threading.Event()
    with ThreadPoolExecutor(at_once, thread_name_prefix="read") as pool:
        begun: dict[int, Future[Document]] = {}
        for file in files:
            if format_of(file) in CONFINED:
                begun[id(file)] = pool.submit(parse, file, seconds, stopped)

        def parsed(file: SourceFile, waiting: Callable[[], None]) -> Document:
            future = begun.pop(id(file), None)
            if future is None:
                return parse(file, seconds, stopped)
            while not wait([future], LOOK_EVERY).done:
                waiting()
            return future.result()

        try:
            yield parsed
        finally:
            stopped.set()
            pool.shutdown(cancel_futures=True)
