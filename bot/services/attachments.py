"""Attachments: downloaded from Discord within limits, and uploads that await confirmation."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

import aiohttp
import yarl
from cachetools import TTLCache

from bot.settings import DISCORD_API

__all__ = ["AttachmentDownloader", "DownloadFailed", "PendingUpload", "PendingUploads"]

DISCORD_ORIGINS = ("https://cdn.discordapp.com", "https://media.discordapp.net")
"""Where Discord keeps attachments."""

TIMEOUT_SECONDS = 60.0
CHUNK_BYTES = 64 * 1024

MAX_PENDING = 4
"""Uploads of one library that await confirmation at the same time."""
MAX_ALL_PENDING = 40
PENDING_SECONDS = 600.0


class DownloadFailed(Exception):
    """A file that is not on Discord, or is refused, too slow or too large."""


class AttachmentDownloader:
    """Downloads attachments from Discord and nowhere else; an API that stands in for Discord's may serve them too."""

    def __init__(self, *, api_url: str = DISCORD_API) -> None:
        urls = DISCORD_ORIGINS if api_url == DISCORD_API else (*DISCORD_ORIGINS, api_url)
        self._origins = {yarl.URL(url).origin() for url in urls}

    def is_trusted(self, url: str) -> bool:
        """Whether a file at this URL is on Discord."""
        try:
            return yarl.URL(url).origin() in self._origins
        except (TypeError, ValueError):  # an address without a host, or none at all
            return False

    async def download(self, url: str, max_bytes: int, *, seconds: float = TIMEOUT_SECONDS) -> bytes:
        """Return the file at a URL. Raises DownloadFailed; at most `max_bytes` are read, within so many seconds."""
        if not self.is_trusted(url):
            raise DownloadFailed
        data = bytearray()
        timeout = aiohttp.ClientTimeout(total=seconds)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout, auto_decompress=False) as session,
                session.get(url, allow_redirects=False) as response,
            ):
                if response.status != 200 or (response.content_length or 0) > max_bytes:
                    raise DownloadFailed
                async for chunk in response.content.iter_chunked(CHUNK_BYTES):
                    data += chunk
                    if len(data) > max_bytes:
                        raise DownloadFailed
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise DownloadFailed from error
        return bytes(data)


@dataclass(frozen=True, slots=True)
class PendingUpload:
    """A file that its user has yet to confirm."""

    user: int
    name: str
    data: bytes
    owner: int | None = None
    """The server whose sources it is for; None for the shared ones."""


class PendingUploads:
    """Uploads that await confirmation: a few of each library, for ten minutes, in memory only."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._uploads: TTLCache[str, PendingUpload] = TTLCache(MAX_ALL_PENDING, PENDING_SECONDS, timer=clock)

    def add(self, user: int, name: str, data: bytes, owner: int | None = None) -> str:
        """Keep an upload and return its key; the oldest of the same library is dropped if there are too many."""
        own = [key for key, upload in self._uploads.items() if upload.owner == owner]
        for old in own[: max(0, len(own) - MAX_PENDING + 1)]:
            del self._uploads[old]
        key = secrets.token_hex(8)
        self._uploads[key] = PendingUpload(user, name, data, owner)
        return key

    def take(self, key: str, user: int, owner: int | None = None) -> PendingUpload | None:
        """Remove a pending upload of this user to this library and return it; None if there is none."""
        upload = self._uploads.get(key)
        return self._uploads.pop(key) if upload and (upload.user, upload.owner) == (user, owner) else None
