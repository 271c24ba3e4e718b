"""A reader of one format in a process of its own, with limits on time and memory: a hostile file ends that process.

The file goes in by standard input, what was read comes back as JSON. In the process no connection is opened, no
program is started and no file is written, whatever a file asks for.
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
from typing import IO

from index.domain.errors import UnreadableSource
from index.domain.messages import Message, message_from_json
from index.parsing.formats import SECONDS
from index.parsing.layout import ParsedBlock, ParsedFile

__all__ = ["DAMAGED", "MEMORY", "TOO_MUCH", "read_confined"]


START = """
import sys, types
package = sys.modules["index"] = types.ModuleType("index")
package.__path__ = [sys.argv.pop(1)]
from index.parsing._worker import main
sys.exit(main())
"""
"""The package without its front door, whose imports take longer than most files do."""

PACKAGES = str(Path(__file__).parents[2])

KEPT = ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "TMPDIR", "TEMP", "TMP")
"""What the process gets of the environment: no token, no key."""


LOOK_EVERY = 0.2
"""Seconds between two looks at whether the reading is still wanted."""

STOPPED = Message("was not read to its end, for that was not wanted any more")

MEMORY = 1_500_000_000
"""Bytes of address space of the process, where the system keeps such a limit (Linux does)."""

TOO_MUCH = 77
"""The exit code of the process when it ran out of memory."""

DAMAGED = Message("is damaged, or made so that its reader fails: save it anew")

log = logging.getLogger(__name__)


def read_confined(
    form: str,
    data: bytes,
    seconds: float = SECONDS,
    *,
    packages: str = PACKAGES,
    stopped: threading.Event | None = None,
) -> ParsedFile:
    """What a reader of one of the formats in CONFINED makes of a file; `packages` is where the process finds it, and
    once `stopped` is set that is ended.

    Raises UnreadableSource.
    """
    command = [sys.executable, "-B", "-P", "-c", START, str(Path(__file__).parents[1]), form, f"{seconds:g}"]
    environment = {name: os.environ[name] for name in KEPT if name in os.environ}
    environment["PYTHONPATH"] = packages
    try:
        done = _run(command, data, seconds, environment, stopped or threading.Event())
    except subprocess.TimeoutExpired as error:
        raise UnreadableSource(_too_slow(seconds)) from error
    if done.returncode == TOO_MUCH:
        raise UnreadableSource(Message("takes more than {size} GB of memory to read: split it", size=MEMORY / 1e9))
    if os.name != "nt" and -done.returncode in (signal.SIGXCPU, signal.SIGKILL):
        raise UnreadableSource(_too_slow(seconds))
    try:
        answer = json.loads(done.stdout)
        why = message_from_json(answer.get("unreadable", ""))
        log.debug("a %s file %s: %s", form, why or "is read", answer.get("error", ""))
        found = None if why else ParsedFile(str(answer["title"]), tuple(ParsedBlock(*row) for row in answer["parts"]))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:  # not a word of it is trusted
        raise UnreadableSource(DAMAGED) from error
    if found is None:
        raise UnreadableSource(why)
    return found


def _run(
    command: list[str], data: bytes, seconds: float, environment: dict[str, str], stopped: threading.Event
) -> subprocess.CompletedProcess[bytes]:
    """As `subprocess.run` does, but it ends when `stopped` is set too. Raises TimeoutExpired, UnreadableSource."""
    pipe, end = subprocess.PIPE, time.monotonic() + seconds
    with subprocess.Popen(  # noqa: S603  # our own program, with arguments of our own
        command, stdin=pipe, stdout=pipe, stderr=pipe, env=environment
    ) as process:
        # `communicate` sends no more of what a process has not taken yet when its time is up: so a thread does.
        taken, process.stdin = process.stdin, None
        try:
            threading.Thread(target=_sent, args=(taken, data), name="send", daemon=True).start()
            while True:
                try:
                    out, said = process.communicate(timeout=min(LOOK_EVERY, max(0.0, end - time.monotonic())))
                    return subprocess.CompletedProcess(command, process.returncode, out, said)
                except subprocess.TimeoutExpired:
                    if stopped.is_set():
                        raise UnreadableSource(STOPPED) from None
                    if time.monotonic() >= end:
                        raise
        except BaseException:
            process.kill()
            raise


def _sent(stream: IO[bytes], data: bytes) -> None:
    """Write all of the data and close, whether or not the other side ends before it has read it."""
    with contextlib.suppress(OSError):
        try:
            stream.write(data)
        finally:
            stream.close()


def _too_slow(seconds: float) -> Message:
    return Message("takes longer than {seconds} s to read: split it, or raise EXTRACT_SECONDS", seconds=float(seconds))
