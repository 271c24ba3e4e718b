"""What holds for every request: which host it may be for, how long it may take, and the headers of its response."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
from collections.abc import Callable, Mapping, Sequence

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler, Middleware

from bot.request_ids import begin_request
from bot.services.errors import trace

__all__ = ["OPEN_PATHS", "SECURITY_HEADERS", "add_security_headers", "middlewares"]

log = logging.getLogger(__name__)

SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
OPEN_PATHS = frozenset(["/healthz", "/readyz", "/metrics"])
"""What other machines ask by the bot's address, which is no name of it."""
SECONDS = 20.0
"""How long a request may take, its body included; a stream of events may go on for as long as its handler lets it."""
STREAM_SUFFIX = "/events"
LOOPBACK_NAMES = frozenset(["localhost", "localhost."])


async def add_security_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Set the headers that keep a page to itself, where a handler has not set its own."""
    for name, value in SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)
    if hdrs.CACHE_CONTROL not in response.headers:
        response.headers[hdrs.CACHE_CONTROL] = "no-store"
    response.headers.popall(hdrs.SERVER, None)


def middlewares(hosts: Sequence[str], on_defect: Callable[[Exception], None]) -> list[Middleware]:
    """Return the middlewares, outermost first.

    `hosts` are the names that requests may be for; `on_defect` is told of unexpected errors.
    """
    allowed = {host.lower() for host in hosts}

    @web.middleware
    async def explain_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
        identifier = begin_request()
        try:
            return await handler(request)
        except web.HTTPRedirection:
            raise
        except web.HTTPException as error:
            allow = {"Allow": error.headers[hdrs.ALLOW]} if hdrs.ALLOW in error.headers else None
            return _sentence(error.status, error.reason, allow)
        except TimeoutError:
            return _sentence(408, "The request took too long")
        except Exception as error:  # a defect of ours: the reader gets no trace
            on_defect(error)
            log.error("defect: a request of %s fails: %s", request.path.split("/")[1][:20] or "/", trace(error))
            return _sentence(500, f"Something went wrong; the log has more: request {identifier}")

    @web.middleware
    async def check_host(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path not in OPEN_PATHS and not _is_allowed(request.headers.get(hdrs.HOST, ""), allowed):
            return _sentence(421, "No such host here: PUBLIC_URL names the one that there is")
        return await handler(request)

    @web.middleware
    async def limit_time(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path.endswith(STREAM_SUFFIX):
            return await handler(request)
        async with asyncio.timeout(SECONDS):
            return await handler(request)

    return [explain_errors, check_host, limit_time]


def _is_allowed(header: str, allowed: set[str]) -> bool:
    """Whether a Host header names this server: an allowed name, or this machine itself; its port does not count."""
    name = (header.partition("]")[0].removeprefix("[") if header.startswith("[") else header.partition(":")[0]).lower()
    if name in allowed or name in LOOPBACK_NAMES:
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _sentence(status: int, text: str, headers: Mapping[str, str] | None = None) -> web.Response:
    return web.Response(status=status, text=f"{text}.\n", headers=headers)
