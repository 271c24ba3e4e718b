"""A draft on the terminal: a language model's text in grey as it comes, gone when it is checked."""

from __future__ import annotations

from types import TracebackType

from rich.console import Console
from rich.live import Live
from rich.text import Text

from bot.text.escape import fold

__all__ = ["Draft"]

GREY = "bright_black"
WRITING = "Writing … (Ctrl-C stops it)"
STOPPING = "Stopping … (Ctrl-C leaves)"

ROOM = 3
"""Rows of the terminal that a draft leaves free."""


class Draft:
    """Shows what is being written until the block ends; nothing before `begin`."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._live = Live(Text(WRITING, GREY), console=console, transient=True, refresh_per_second=12)

    def __enter__(self) -> Draft:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def begin(self) -> None:
        """Show that something is being written."""
        self._live.start(refresh=True)

    def announce_stop(self) -> None:
        """Show that it is being stopped."""
        self._live.update(Text(STOPPING, GREY), refresh=True)

    def show(self, draft: str) -> None:
        """Show the draft so far, the end of it if all does not fit."""
        if text := fold(draft):
            rows = Text(text, GREY).wrap(self._console, max(20, self._console.width))
            self._live.update(Text("\n").join(rows[-max(1, self._console.height - ROOM) :]))
