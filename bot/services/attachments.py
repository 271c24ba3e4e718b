"""A file that somebody attached, taken from Discord within limits on size and time; and files that wait for a word."""

from __future__ import annotations

import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

import aiohttp
import yarl
from discord.http import Route

from bot.settings import DISCORD_API

__all__ = ["DownloadFailed", "PendingUploads", "download", "serves_files"]

SECONDS = 60.0
PIECE = 64 * 1024

MOST_WAITING = 4
WAITING_SECONDS = 600.0


class DownloadFailed(Exception):
    """The file did not come: it lies elsewhere, Discord did not give it, it took too long, or is larger than it may
    be."""


async def download(url: str, most_bytes: int, *, seconds: float = SECONDS) -> bytes:
    """What lies there; no more than is allowed is read, and from nobody but Discord. Raises NotTaken."""
    taken = bytearray()
    timeout = aiohttp.ClientTimeout(total=seconds)
    if not serves_files(url):
        raise DownloadFailed
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout, auto_decompress=False) as session,
            session.get(url, allow_redirects=False) as response,
        ):
            if response.status != 200:
                raise DownloadFailed
            async for piece in response.content.iter_chunked(PIECE):
                taken += piece
                if len(taken) > most_bytes:
                    raise DownloadFailed
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        raise DownloadFailed from error
    return bytes(taken)


@dataclass(frozen=True, slots=True)
class PendingUpload:
    """A file that waits for the word of who brought it, until a time."""

    user: int
    name: str
    data: bytes
    until: float


class PendingUploads:
    """Files that wait for their replacing to be confirmed: a few, for a few minutes, in memory alone."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._held: OrderedDict[str, PendingUpload] = OrderedDict()

    def hold(self, user: int, name: str, data: bytes) -> str:
        """The key under which it waits; the oldest goes where there are too many."""
        self._forget()
        key = secrets.token_hex(8)
        self._held[key] = PendingUpload(user, name, data, self._clock() + WAITING_SECONDS)
        while len(self._held) > MOST_WAITING:
            self._held.popitem(last=False)
        return key

    def give(self, key: str, user: int) -> PendingUpload | None:
        """What waits under a key, to who brought it, once; None where nothing does."""
        self._forget()
        held = self._held.get(key)
        return self._held.pop(key) if held is not None and held.user == user else None

    def _forget(self) -> None:
        now = self._clock()
        for key in [key for key, held in self._held.items() if held.until < now]:
            del self._held[key]


FILES = ("https://cdn.discordapp.com", "https://media.discordapp.net")
"""Where Discord keeps what people attach."""


def serves_files(url: str) -> bool:
    """Whether an attachment that lies there lies on Discord, or on what stands in for it."""
    places = FILES if Route.BASE == DISCORD_API else (*FILES, Route.BASE)
    try:
        return yarl.URL(url).origin() in {yarl.URL(place).origin() for place in places}
    except (TypeError, ValueError):  # an address without a host, or none at all
        return False
