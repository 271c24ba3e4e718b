"""Processes that have the reader of a format loaded and fork for each file: starting one takes longer than reading.

Each file is read in a process of its own, within the limits of `index.parsing._sandbox`; what it does to that process
ends with it.
"""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Self, cast

from index.domain.errors import UnreadableSource
from index.parsing._deadline import CANCELLED, too_slow
from index.parsing._framing import ANSWER, REQUEST
from index.parsing._sandbox import PACKAGES, POLL_SECONDS, environment, parsed_file, read_in_sandbox
from index.parsing.formats import SECONDS
from index.parsing.layout import ParsedFile

__all__ = ["ReaderProcesses"]

PROGRAM = """
import sys, types
package = sys.modules["index"] = types.ModuleType("index")
package.__path__ = [sys.argv.pop(1)]
from index.parsing._worker import serve
sys.exit(serve())
"""


class ReaderProcesses:
    """Reads files of the formats in `SANDBOXED`, each in a process of its own. Thread-safe; its processes end with it.

    `most` processes stay for the next file; they import from `packages`.
    """

    def __init__(self, most: int, *, packages: str = PACKAGES) -> None:
        self._most = most
        self._packages = packages
        self._lock = threading.Lock()
        self._idle: list[_ReaderProcess] = []

    def read(
        self, form: str, data: bytes, seconds: float = SECONDS, *, stopped: threading.Event | None = None
    ) -> ParsedFile:
        """Read a file within limits, until `stopped` is set, as `read_in_sandbox` does. Raises UnreadableSource."""
        if not hasattr(os, "fork"):  # Windows
            return read_in_sandbox(form, data, seconds, packages=self._packages, stopped=stopped)
        process = self._take(form)
        try:
            code, answer = process.read(data, seconds, stopped or threading.Event())
        except BaseException:
            process.kill()
            raise
        self._give_back(process)
        return parsed_file(form, code, answer, seconds)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._lock:
            idle, self._idle, self._most = self._idle, [], 0
        for process in idle:
            process.kill()

    def _take(self, form: str) -> _ReaderProcess:
        with self._lock:
            for place, process in enumerate(self._idle):
                if process.form == form:
                    return self._idle.pop(place)
        return _ReaderProcess(form, self._packages)

    def _give_back(self, process: _ReaderProcess) -> None:
        is_alive = process.is_alive
        surplus = [] if is_alive else [process]
        with self._lock:
            self._idle += [process] * is_alive
            while len(self._idle) > self._most:
                surplus.append(self._idle.pop(0))
        for other in surplus:
            other.kill()


class _ReaderProcess:
    """A process with one reader loaded, and the process of the file that is being read."""

    def __init__(self, form: str, packages: str) -> None:
        self.form = form
        command = [sys.executable, "-B", "-P", "-c", PROGRAM, str(Path(__file__).parents[1]), form]
        self._process = subprocess.Popen(  # noqa: S603  # our own program, with arguments of our own
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment(packages),
            start_new_session=True,
        )
        self._stdin, self._stdout = cast("IO[bytes]", self._process.stdin), cast("IO[bytes]", self._process.stdout)

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def read(self, data: bytes, seconds: float, stopped: threading.Event) -> tuple[int, bytes]:
        """Return the exit code of the process that read the file, and what it wrote.

        Raises UnreadableSource if that takes too long or is not wanted any more.
        """
        end = time.monotonic() + seconds
        # The process may end, or be ended, before it has taken all of it.
        sending = threading.Thread(target=_send, args=(self._stdin, seconds, data), name="send", daemon=True)
        sending.start()
        header = self._receive(ANSWER.size, end, seconds, stopped)
        if len(header) < ANSWER.size:
            return self._process.wait(), b""
        code, length = ANSWER.unpack(header)
        answer = self._receive(length, end, seconds, stopped)
        sending.join()
        return code, answer

    def kill(self) -> None:
        """End the process, and the one that reads a file."""
        with suppress(OSError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        for stream in (self._stdin, self._stdout):
            with suppress(OSError):
                stream.close()

    def _receive(self, length: int, end: float, seconds: float, stopped: threading.Event) -> bytes:
        """Return so many bytes that the process wrote; fewer if it ended."""
        pieces: list[bytes] = []
        with selectors.DefaultSelector() as selector:
            selector.register(self._stdout, selectors.EVENT_READ)
            while length:
                if not selector.select(min(POLL_SECONDS, max(0.0, end - time.monotonic()))):
                    if stopped.is_set():
                        raise UnreadableSource(CANCELLED)
                    if time.monotonic() >= end:
                        raise UnreadableSource(too_slow(seconds))
                    continue
                piece = os.read(self._stdout.fileno(), min(length, 1 << 20))
                if not piece:
                    break
                pieces.append(piece)
                length -= len(piece)
        return b"".join(pieces)


def _send(stream: IO[bytes], seconds: float, data: bytes) -> None:
    """Write a request, even if the other side ends before it has read all of it."""
    with suppress(OSError, ValueError):
        stream.write(REQUEST.pack(seconds, len(data)))
        stream.write(data)
        stream.flush()
