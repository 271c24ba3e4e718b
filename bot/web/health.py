"""Whether the process lives, and whether it can answer: for those who restart it or send it traffic."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from aiohttp import web

__all__ = ["health_routes"]


def health_routes(unready: Callable[[], str], about: Callable[[], Mapping[str, object]] = dict) -> list[web.RouteDef]:
    """Return `/healthz`, which answers as long as the event loop does, and `/readyz`.

    `unready` returns why questions cannot be answered now, empty if they can; `about` returns what else both say of
    the process.
    """

    async def healthz(request: web.Request) -> web.Response:
        return web.json_response({"status": "ok", **about()})

    async def readyz(request: web.Request) -> web.Response:
        reason = unready()
        return web.json_response({"ready": not reason, "reason": reason, **about()}, status=503 if reason else 200)

    return [web.get("/healthz", healthz), web.get("/readyz", readyz)]
