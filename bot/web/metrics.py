"""What the bot counts and times, as Prometheus reads it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

__all__ = ["CONTENT_TYPE", "metrics_routes"]

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
"""Prometheus' text format."""


def metrics_routes(text: Callable[[], Awaitable[bytes]]) -> list[web.RouteDef]:
    """Return `/metrics`, which says what `text` returns."""

    async def metrics(request: web.Request) -> web.Response:
        return web.Response(body=await text(), headers={"Content-Type": CONTENT_TYPE})

    return [web.get("/metrics", metrics)]
