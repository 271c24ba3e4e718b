"""The web server at a real port: what it refuses, bounds and never says."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web

from bot.logs import RequestFilter
from bot.web.health import health_routes
from bot.web.middleware import SECURITY_HEADERS
from bot.web.server import MOST_BODY, CannotListen, WebServer

SECRET = "a question of somebody"


async def hello(request: web.Request) -> web.Response:
    return web.Response(text="hello")


async def echo(request: web.Request) -> web.Response:
    return web.Response(text=str(len(await request.read())))


async def broken(request: web.Request) -> web.Response:
    raise ValueError(SECRET)


ROUTES = [web.get("/hello", hello), web.post("/echo", echo), web.get("/broken", broken)]


@asynccontextmanager
async def serving(routes: Sequence[web.RouteDef] = ROUTES, **options) -> AsyncIterator[WebServer]:
    server = WebServer(**{"host": "127.0.0.1", "port": 0, "routes": routes} | options)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


async def ask(server: WebServer, path: str, method: str = "GET", **options) -> tuple[int, str, dict[str, str]]:
    url = f"http://127.0.0.1:{server.port}{path}"
    async with aiohttp.ClientSession() as session, session.request(method, url, **options) as response:
        return response.status, await response.text(), dict(response.headers)


async def raw(server: WebServer, *pieces: bytes, seconds: float = 5.0) -> bytes:
    """Send bytes as they are; return what comes until the connection ends."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    for piece in pieces:
        writer.write(piece)
    try:
        return await asyncio.wait_for(reader.read(), seconds)
    except ConnectionResetError:
        return b""
    finally:
        writer.close()


async def test_every_response_keeps_the_page_to_itself():
    async with serving() as server:
        for path in ("/hello", "/nowhere", "/broken"):
            _, _, headers = await ask(server, path)
            assert {name: headers.get(name) for name in SECURITY_HEADERS} == SECURITY_HEADERS
            assert headers["Cache-Control"] == "no-store"
            assert "Server" not in headers


async def test_a_request_for_another_host_is_refused():
    async with serving(hosts=["footnote.example"]) as server:
        right = ["footnote.example", "FOOTNOTE.example:443", "localhost:1", "127.0.0.1", "[::1]:80"]
        wrong = ["evil.example", "", "[", "127.0.0.1.evil.example", "footnote.example.evil"]
        statuses = [(await ask(server, "/hello", headers={"Host": host}))[0] for host in right + wrong]
        assert statuses == [200] * len(right) + [421] * len(wrong)


async def test_health_is_told_under_any_host():
    async with serving(health_routes(lambda: "")) as server:
        for path in ("/healthz", "/readyz"):
            assert (await ask(server, path, headers={"Host": "10.0.0.7:8080"}))[0] == 200


@pytest.mark.parametrize(("reason", "status"), [("", 200), ("there is no index yet", 503)])
async def test_readiness_tells_why_questions_cannot_be_answered(reason, status):
    async with serving(health_routes(lambda: reason)) as server:
        code, text, _ = await ask(server, "/readyz")
        assert (code, f'"reason": "{reason}"' in text) == (status, True)


async def test_a_body_that_is_too_large_is_refused():
    async with serving() as server:
        assert (await ask(server, "/echo", "POST", data=b"x" * MOST_BODY))[:2] == (200, str(MOST_BODY))
        assert (await ask(server, "/echo", "POST", data=b"x" * (MOST_BODY + 1)))[0] == 413


@pytest.mark.parametrize("head", [b"GET /" + b"a" * 5_000, b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 9_000])
async def test_headers_that_are_too_long_are_refused(head):
    async with serving() as server:
        assert b" 400 " in await raw(server, head + b" HTTP/1.1\r\n\r\n")


async def test_a_connection_that_never_asks_is_dropped():
    async with serving(first_request_seconds=0.2) as server:
        assert await raw(server, b"GET /hello HT") == b""
        assert await raw(server) == b""
        assert (await ask(server, "/hello"))[0] == 200


async def test_connections_are_bounded():
    async with serving(most_connections=2) as server:
        opened = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(2)]
        assert await raw(server, b"GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n") == b""
        for _, writer in opened:
            writer.close()


async def test_a_defect_is_told_without_what_was_asked(caplog):
    caplog.handler.addFilter(RequestFilter())
    defects = []
    async with serving(on_defect=defects.append) as server:
        with caplog.at_level(logging.ERROR):
            status, text, _ = await ask(server, f"/broken?q={SECRET}")
    assert (status, SECRET in text, SECRET in caplog.text, "ValueError" in caplog.text) == (500, False, False, True)
    assert text == f"Something went wrong; the log has more: request {caplog.records[-1].request}.\n"
    assert [type(defect) for defect in defects] == [ValueError]


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/nowhere", 404), ("POST", "/hello", 405), ("TRACE", "/hello", 405)]
)
async def test_what_is_not_served_is_one_sentence(method, path, status):
    async with serving() as server:
        code, text, headers = await ask(server, path, method)
        assert (code, text.count("\n"), headers["Content-Type"]) == (status, 1, "text/plain; charset=utf-8")


async def test_a_port_that_is_taken_is_one_sentence_with_what_to_do():
    async with serving() as server:
        other = WebServer(host="127.0.0.1", port=server.port)
        with pytest.raises(CannotListen, match=f"port {server.port}.*set HTTP_PORT to a free port"):
            await other.start()


async def test_an_address_of_another_machine_is_one_sentence_too():
    with pytest.raises(CannotListen, match="HTTP_HOST to an address of this machine"):
        await WebServer(host="203.0.113.1", port=0).start()


async def test_a_stopped_server_takes_no_requests():
    async with serving() as server:
        port = server.port
    with pytest.raises(aiohttp.ClientConnectorError):
        async with aiohttp.ClientSession() as session:
            await session.get(f"http://127.0.0.1:{port}/hello")
