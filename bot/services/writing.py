"""Answers that a language model writes: shown while they grow, and stopped by a button."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
import secrets
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import discord

from bot.services.errors import trace
from bot.services.notices import ALONE, Notices
from bot.views.answer import unfinished_message

if TYPE_CHECKING:
    from index import Answer

__all__ = ["EDIT_EVERY_SECONDS", "GrowingAnswer", "Show", "Writing", "Writings"]

log = logging.getLogger(__name__)

EDIT_EVERY_SECONDS = 1.0
"""Least time between two edits of a message, and before the first: most faults show within it."""

STOP = "stop-writing"
"""The topic of notices with the key of a writing to stop, and who asks for it."""

ANYBODY = "moderator"

Show = Callable[[discord.ui.LayoutView], Awaitable[None]]
"""Sends a message, or replaces what was sent of it before."""


@dataclass(frozen=True, slots=True)
class Writing:
    """An answer that is being written; setting `stopped` ends it with the sentences verified until then."""

    user: int | None
    key: str = field(default_factory=lambda: secrets.token_hex(8))
    stopped: threading.Event = field(default_factory=threading.Event)


class Writings:
    """The answers that are being written now, by their keys."""

    def __init__(self, notices: Notices = ALONE) -> None:
        self._writings: dict[str, Writing] = {}
        self._notices = notices
        notices.on(STOP, self._stop_asked)

    def get(self, key: str) -> Writing | None:
        """Return the writing of this key; None if it has ended."""
        return self._writings.get(key)

    async def stop_elsewhere(self, key: str, *, user: int | None) -> bool:
        """Have another process stop a writing, if the user asked it or is None; return whether one did."""
        return await self._notices.ask(STOP, f"{key} {_stand_in(key, user) if user is not None else ANYBODY}")

    def _stop_asked(self, text: str) -> bool:
        key, _, by = text.partition(" ")
        writing = self._writings.get(key)
        if writing is None or by not in (ANYBODY, _stand_in(key, writing.user)):
            return False
        writing.stopped.set()
        return True

    @contextlib.contextmanager
    def begin(self, user: int | None) -> Iterator[Writing]:
        """Return the writing of an answer for a user, which can be stopped inside the `with` block."""
        writing = Writing(user)
        self._writings[writing.key] = writing
        try:
            yield writing
        finally:
            del self._writings[writing.key]

    def stop_all(self) -> None:
        """Stop every writing."""
        for writing in self._writings.values():
            writing.stopped.set()


class GrowingAnswer:
    """Shows an answer while it is written: the latest state, and not more often than every so many seconds.

    `begin` and `update` may be called from any thread.
    """

    def __init__(self, show: Show, *, question: str, writing: str, edit_every: float = EDIT_EVERY_SECONDS) -> None:
        self._show = show
        self._question = question
        self._writing = writing
        self._edit_every = edit_every
        self._loop = asyncio.get_running_loop()
        self._answer: Answer | None = None
        self._changed = asyncio.Event()
        self._ended = asyncio.Event()
        self.begun = asyncio.Event()
        """Set when the language model is asked."""

    def begin(self) -> None:
        """Note that the language model is asked."""
        self._call(self._begin)

    def update(self, answer: Answer) -> None:
        """Show the answer so far."""
        self._call(self._update, answer)

    @contextlib.asynccontextmanager
    async def shown(self) -> AsyncIterator[None]:
        """Show the answer inside the `with` block as it grows; nothing is sent any more after it."""
        display = asyncio.create_task(self._display())
        try:
            yield
        finally:
            for event in (self._ended, self.begun, self._changed):
                event.set()
            await display

    async def _display(self) -> None:
        await self.begun.wait()
        while not await self._pause():
            await self._changed.wait()
            self._changed.clear()
            if self._ended.is_set() or not await self._show_now():
                return

    async def _pause(self) -> bool:
        """Wait until the next edit is due; return whether the answer has ended."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._ended.wait(), self._edit_every)
        return self._ended.is_set()

    async def _show_now(self) -> bool:
        """Show the answer as it is; return whether to go on. No failure costs anybody the answer."""
        try:
            await self._show(unfinished_message(self._answer, question=self._question, writing=self._writing))
        except (discord.Forbidden, discord.NotFound) as error:
            log.warning("An answer is not shown while it is written: %s", trace(error))
            return False
        except Exception as error:  # the next edit may succeed, and the whole answer comes in any case
            log.warning("A part of an answer could not be shown: %s", trace(error))
        return True

    def _begin(self) -> None:
        self.begun.set()
        self._changed.set()

    def _update(self, answer: Answer) -> None:
        self._answer = answer
        self._changed.set()

    def _call(self, callback: Callable[..., object], *args: object) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody looks any more
            self._loop.call_soon_threadsafe(callback, *args)


def _stand_in(key: str, user: int | None) -> str:
    """Return what stands for a user in a notice about a writing."""
    return hashlib.blake2b(f"{key} {user}".encode(), digest_size=12).hexdigest()
