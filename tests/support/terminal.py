"""A pseudo-terminal with a program in it, for tests that press keys and read the screen."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.support.paths import ROOT

__all__ = ["Terminal"]

pty = pytest.importorskip("pty", reason="pseudo-terminals are Unix's")


class Terminal:
    """A person at a terminal of their own, with Python running some code in it."""

    def __init__(
        self, code: str, *arguments: str, folder: Path = ROOT, settings: Mapping[str, str] | None = None
    ) -> None:
        self._master, slave = pty.openpty()
        self.seen = ""
        claim = "import fcntl, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0)\n"  # so that Ctrl-C is a signal there
        environment = {**os.environ, "PROMPT_TOOLKIT_NO_CPR": "1", "TERM": "xterm-256color", "PYTHONPATH": str(ROOT)}
        environment |= settings or {}
        self.process = subprocess.Popen(
            [sys.executable, "-c", claim + code, *arguments],
            cwd=folder,
            env=environment,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
        )
        os.close(slave)

    def press(self, keys: str) -> None:
        os.write(self._master, keys.encode())

    def await_text(self, text: str) -> str:
        """What the screen got up to `text`, and `text`."""
        deadline = time.monotonic() + 60
        while text not in self.seen:
            ready, _, _ = select.select([self._master], [], [], max(0.0, deadline - time.monotonic()))
            assert ready, f"{text!r} did not come; the screen got {self.seen!r}"
            self.seen += os.read(self._master, 4096).decode()
        before, found, self.seen = self.seen.partition(text)
        return before + found

    def leave(self) -> tuple[int, str]:
        """The exit code, and what else was printed."""
        code = self.process.wait(timeout=60)
        while select.select([self._master], [], [], 0)[0]:
            try:
                self.seen += os.read(self._master, 4096).decode()
            except OSError:  # Linux says so when the other end has closed
                break
        return code, self.seen

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self._master)
