"""Where the files lie that people attach to commands of the local Discord."""

from __future__ import annotations

from urllib.parse import quote

from aiohttp import web

from tests.support.discord.commands import AttachedFile
from tests.support.discord.nouns import BOT, snowflake

__all__ = ["Cdn"]

WAY = "/ephemeral-attachments"


class Cdn:
    """A server of attached files; `asked` are the names of those fetched, `base` is its address."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.asked: list[str] = []
        self.base = ""

    def hold(self, filename: str, data: bytes, *, size: int | None = None) -> AttachedFile:
        """Hold a file for a command; `size` overrides the size that its payload states."""
        id_ = snowflake()
        self.files[id_] = data
        url = f"{self.base}{WAY}/{BOT.id}/{id_}/{quote(filename, safe='')}?ex=1&is=2&hm=3"
        return AttachedFile(filename, len(data) if size is None else size, url, id_)

    def lose(self, file: AttachedFile) -> AttachedFile:
        """The same file, no longer there."""
        del self.files[file.id]
        return file

    def register(self, router: web.UrlDispatcher) -> None:
        router.add_get(f"{WAY}/{{application}}/{{id}}/{{name:.*}}", self._serve)

    async def _serve(self, request: web.Request) -> web.Response:
        self.asked.append(request.match_info["name"])
        data = self.files.get(request.match_info["id"])
        if data is None:
            return web.Response(status=404, text="This content is no longer available.")
        return web.Response(body=data, content_type="application/octet-stream")
