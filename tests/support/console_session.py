"""A session of the console over a fake library."""

from __future__ import annotations

import io

from rich.console import Console

from bot.console.session import Session
from tests.support.fakes import FakeLibrary

__all__ = ["ConsoleSession"]


class ConsoleSession:
    """A session over a fake library, with what it printed on either stream."""

    def __init__(self, *, terminal: bool = False, width: int = 200, library: FakeLibrary | None = None) -> None:
        self.library = library or FakeLibrary()
        self._streams = io.StringIO(), io.StringIO()
        out, err = (
            Console(file=stream, force_terminal=terminal, width=width, markup=False, emoji=False, highlight=False)
            for stream in self._streams
        )
        self.session = Session(self.library, out=out, err=err)

    @property
    def out(self) -> str:
        return self._streams[0].getvalue()

    @property
    def err(self) -> str:
        return self._streams[1].getvalue()
