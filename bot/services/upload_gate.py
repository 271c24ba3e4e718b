"""The gate of uploads: of each library one file at a time is fetched and checked, and of all a few."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.services.errors import Refused
from bot.text.i18n import gettext
from bot.views.message import notice_message

__all__ = ["MOST_WAITING", "UploadGate"]

MOST_WAITING = 4
"""Uploads of one server at a time, the one that is checked included; further ones are refused."""
MOST_AT_ONCE = 2


class UploadGate:
    """Lets uploads in: those of one server one after the other, so that a flood of them delays no other's for long."""

    def __init__(self) -> None:
        self._coming: Counter[int | None] = Counter()
        self._locks: dict[int | None, asyncio.Lock] = {}
        self._slots = asyncio.Semaphore(MOST_AT_ONCE)

    @asynccontextmanager
    async def turn(self, owner: int | None) -> AsyncIterator[None]:
        """Wait for the turn of a library's upload, and hold it. Raises Refused if too many of that library wait."""
        if self._coming[owner] >= MOST_WAITING:
            text = gettext(
                "{number} files of this server are being added already: wait until they are, then add the next.",
                number=MOST_WAITING,
            )
            raise Refused(notice_message(text))
        self._coming[owner] += 1
        lock = self._locks.setdefault(owner, asyncio.Lock())
        try:
            async with lock, self._slots:
                yield
        finally:
            self._coming[owner] -= 1
            if not self._coming[owner]:
                del self._coming[owner], self._locks[owner]
