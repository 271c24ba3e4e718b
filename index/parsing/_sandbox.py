"""Files read in a process of its own with limits on time and memory, so that a hostile file ends only that process.

The file goes in by standard input, the blocks come back as JSON. The process opens no connection, starts no program and
writes no file, whatever a file asks for.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import IO, Any

from index.domain.errors import UnreadableSource
from index.domain.messages import Message, message_from_json
from index.parsing._deadline import CANCELLED, too_slow
from index.parsing.formats import SECONDS
from index.parsing.layout import ParsedBlock, ParsedFile

__all__ = [
    "DAMAGED",
    "MEMORY_LIMIT",
    "OUT_OF_MEMORY",
    "PACKAGES",
    "POLL_SECONDS",
    "environment",
    "parsed_file",
    "read_in_sandbox",
]


PROGRAM = """
import sys, types
package = sys.modules["index"] = types.ModuleType("index")
package.__path__ = [sys.argv.pop(1)]
from index.parsing._worker import main
sys.exit(main())
"""
"""Imports the package without its front door, which takes longer than reading most files."""

PACKAGES = str(Path(__file__).parents[2])

PASSED_ON = ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "TMPDIR", "TEMP", "TMP")
"""Environment variables that the process gets: no token, no key."""


POLL_SECONDS = 0.2
"""Time between two checks whether the document is still wanted."""

MEMORY_LIMIT = 1_500_000_000
"""Bytes of address space of the process, on systems that enforce such a limit (Linux)."""

OUT_OF_MEMORY = 77
"""The exit code of the process when it ran out of memory."""

DAMAGED = Message("is damaged, or made so that its reader fails: save it anew")

log = logging.getLogger(__name__)


def read_in_sandbox(
    form: str,
    data: bytes,
    seconds: float = SECONDS,
    *,
    packages: str = PACKAGES,
    stopped: threading.Event | None = None,
) -> ParsedFile:
    """Read a file of one of the formats in `SANDBOXED`, until `stopped` is set; the process imports from `packages`.

    Raises UnreadableSource: the file cannot be read, or takes too long or too much memory.
    """
    command = [sys.executable, "-B", "-P", "-c", PROGRAM, str(Path(__file__).parents[1]), form, f"{seconds:g}"]
    try:
        done = _run(command, data, seconds, environment(packages), stopped or threading.Event())
    except subprocess.TimeoutExpired as error:
        raise UnreadableSource(too_slow(seconds)) from error
    return parsed_file(form, done.returncode, done.stdout, seconds)


def environment(packages: str) -> dict[str, str]:
    """Return the environment of a process that reads a file and imports from `packages`."""
    return {name: os.environ[name] for name in PASSED_ON if name in os.environ} | {"PYTHONPATH": packages}


def parsed_file(form: str, code: int, answer: bytes, seconds: float) -> ParsedFile:
    """Return what a process that read a file answered, by its exit code and output. Raises UnreadableSource."""
    if code == OUT_OF_MEMORY:
        raise UnreadableSource(
            Message("takes more than {size} GB of memory to read: split it", size=MEMORY_LIMIT / 1e9)
        )
    if os.name != "nt" and -code in (signal.SIGXCPU, signal.SIGKILL):
        raise UnreadableSource(too_slow(seconds))
    try:
        said = json.loads(answer)
        why = message_from_json(said.get("unreadable", ""))
        log.debug("a %s file %s: %s", form, why or "is read", said.get("error", ""))
        parsed = None if why else _to_parsed_file(said)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:  # the answer is not trusted
        raise UnreadableSource(DAMAGED) from error
    if parsed is None:
        raise UnreadableSource(why)
    return parsed


def _to_parsed_file(answer: dict[str, Any]) -> ParsedFile:
    return ParsedFile(
        title=str(answer["title"]),
        blocks=tuple(ParsedBlock(*row) for row in answer["blocks"]),
        fields=tuple((str(name), str(value)) for name, value in answer["fields"]),
        notes=tuple(map(message_from_json, answer["notes"])),
    )


def _run(
    command: list[str], data: bytes, seconds: float, environment: dict[str, str], stopped: threading.Event
) -> subprocess.CompletedProcess[bytes]:
    """Run a command like `subprocess.run`, but also end it when `stopped` is set."""
    pipe, end = subprocess.PIPE, time.monotonic() + seconds
    with subprocess.Popen(  # noqa: S603  # our own program, with arguments of our own
        command, stdin=pipe, stdout=pipe, stderr=pipe, env=environment
    ) as process:
        # After a timeout `communicate` would not send the rest of the data, so a thread does.
        stdin, process.stdin = process.stdin, None
        try:
            threading.Thread(target=_send, args=(stdin, data), name="send", daemon=True).start()
            while True:
                try:
                    out, err = process.communicate(timeout=min(POLL_SECONDS, max(0.0, end - time.monotonic())))
                    return subprocess.CompletedProcess(command, process.returncode, out, err)
                except subprocess.TimeoutExpired:
                    if stopped.is_set():
                        raise UnreadableSource(CANCELLED) from None
                    if time.monotonic() >= end:
                        raise
        except BaseException:
            process.kill()
            raise


def _send(stream: IO[bytes], data: bytes) -> None:
    """Write all data and close, even if the other side ends before reading it."""
    with contextlib.suppress(OSError):
        try:
            stream.write(data)
        finally:
            stream.close()
