"""Style sheets and the like, by names with a hash of their content, which browsers keep for good."""

from __future__ import annotations

import mimetypes

from aiohttp import hdrs, web

from bot.web.templating import STATIC, static_url

__all__ = ["static_routes"]

FOR_GOOD = "public, max-age=31536000, immutable"


def static_routes() -> list[web.RouteDef]:
    """Return one route for each file."""
    return [_route(file.name) for file in sorted(STATIC.iterdir()) if file.is_file()]


def _route(name: str) -> web.RouteDef:
    body = (STATIC / name).read_bytes()
    content_type = mimetypes.guess_type(name)[0] or "application/octet-stream"

    async def serve(request: web.Request) -> web.Response:
        text_charset = "utf-8" if content_type.startswith("text/") else None
        headers = {hdrs.CACHE_CONTROL: FOR_GOOD}
        return web.Response(body=body, content_type=content_type, charset=text_charset, headers=headers)

    return web.get(static_url(name), serve)
