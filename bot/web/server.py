"""The web server of the bot's process: pages, health, metrics."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from aiohttp import web

from bot.web.middleware import add_security_headers, middlewares

__all__ = ["MOST_BODY", "CannotListen", "WebServer"]

log = logging.getLogger(__name__)

MOST_BODY = 64 * 1024
"""Bytes of a request's body."""
FIRST_REQUEST_SECONDS = 10.0
"""Within which a new connection sends the headers of its first request."""
KEEP_ALIVE_SECONDS = 30.0
"""Within which a connection sends the headers of the next one."""
CLOSING_SECONDS = 3.0
"""How long requests may go on while the server stops."""
MOST_CONNECTIONS = 500
MOST_LINE, MOST_FIELD = 8_190, 8_190
"""Bytes of a request's line and of one header."""


class CannotListen(Exception):
    """The address cannot be listened at; the text says why and what to do."""


class WebServer:
    """Serves routes at one address.

    `hosts` are the names that requests may be for, beside those of this machine itself; `on_defect` is told of
    unexpected errors.
    """

    def __init__(
        self,
        *,
        host: str,
        port: int,
        routes: Iterable[web.AbstractRouteDef] = (),
        hosts: Sequence[str] = (),
        first_request_seconds: float = FIRST_REQUEST_SECONDS,
        most_connections: int = MOST_CONNECTIONS,
        on_defect: Callable[[Exception], None] = lambda _: None,
    ) -> None:
        self._host, self._port = host, port
        self._first_request_seconds = first_request_seconds
        self._most_connections = most_connections
        application = web.Application(
            client_max_size=MOST_BODY, middlewares=[self._notice, *middlewares(hosts, on_defect)]
        )
        application.on_response_prepare.append(add_security_headers)
        application.add_routes(routes)
        self._runner = web.AppRunner(
            application,
            access_log=None,
            handle_signals=False,
            keepalive_timeout=KEEP_ALIVE_SECONDS,
            max_line_size=MOST_LINE,
            max_field_size=MOST_FIELD,
            shutdown_timeout=CLOSING_SECONDS,
        )
        self._silent: dict[int, asyncio.TimerHandle] = {}
        self._server: asyncio.Server | None = None

    @property
    def port(self) -> int:
        """The port that is listened at; if 0 was wanted, the one that was free."""
        return int(self._server.sockets[0].getsockname()[1]) if self._server and self._server.sockets else self._port

    async def start(self) -> None:
        """Listen. Raises CannotListen."""
        await self._runner.setup()
        try:
            self._server = await asyncio.get_running_loop().create_server(self._connect, self._host, self._port)
        except (OSError, OverflowError) as error:
            await self._runner.cleanup()
            reason = error.strerror or str(error) if isinstance(error, OSError) else str(error)
            raise CannotListen(
                f"The web server cannot listen at {self._host}, port {self._port} ({reason}): set HTTP_PORT to a free "
                "port and HTTP_HOST to an address of this machine, or leave HTTP_PORT out."
            ) from error
        log.info("Serving HTTP at %s, port %d", self._host, self.port)

    async def stop(self) -> None:
        """Take no more requests, and give those that run a moment."""
        if self._server:
            self._server.close()
            self._server = None
        await self._runner.cleanup()

    def _connect(self) -> asyncio.BaseProtocol:
        """Return the protocol of a new connection, which is dropped if it sends no request for too long."""
        server = self._runner.server
        if server is None:
            raise RuntimeError("the server is not set up")
        protocol, loop = server(), asyncio.get_running_loop()
        patience = self._first_request_seconds if len(server.connections) < self._most_connections else 0.0
        self._silent[id(protocol)] = loop.call_later(patience, self._drop, protocol)
        return protocol

    def _drop(self, protocol: Any) -> None:
        del self._silent[id(protocol)]
        if protocol.transport is not None:
            protocol.transport.abort()

    @web.middleware
    async def _notice(self, request: web.Request, handler: Any) -> web.StreamResponse:
        """Let a connection be once it has sent a whole request's headers."""
        if timer := self._silent.pop(id(request.protocol), None):
            timer.cancel()
        response: web.StreamResponse = await handler(request)
        return response
