"""The HTTP half of the local Discord: authorization, rate limits, and a record of every request."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from tests.support.discord.api import Api, Call, needs_no_token
from tests.support.discord.files import LARGEST_BYTES, Upload, Uploads
from tests.support.discord.oauth import OAuth
from tests.support.discord.refusals import Refused
from tests.support.recorder import Recorder

__all__ = ["API", "LARGEST_REQUEST", "HttpApi", "Request"]

API = "/api/v10"
LARGEST_REQUEST = 3 * LARGEST_BYTES


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request of the bot: `path` is below the API's root, `route` the same with its parameters named."""

    method: str
    path: str
    route: str
    body: Any
    at: float
    status: int


@dataclass
class RateLimit:
    """The next `times` requests that fit are answered 429."""

    method: re.Pattern[str]
    path: re.Pattern[str]
    retry_after: float
    times: int


def _json(data: Any, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """JSON under the bare content type that Discord sends; discord.py reads no other as JSON."""
    if status == 204:
        return web.Response(status=204)
    body = json.dumps(data).encode()
    return web.Response(body=body, status=status, content_type="application/json", headers=headers)


def _too_many(retry_after: float) -> web.Response:
    """A 429 as Discord sends it through its proxy; without `Via`, discord.py takes it for a ban."""
    headers = {"Via": "1.1 google", "Retry-After": str(retry_after), "X-RateLimit-Scope": "user"}
    body = {"message": "You are being rate limited.", "retry_after": retry_after, "global": False}
    return _json(body, 429, headers)


async def _parts(request: web.Request) -> tuple[Any, Uploads]:
    """The body, and the files that come with it."""
    if request.content_type != "multipart/form-data":
        text = await request.text()
        return json.loads(text) if text else None, {}
    form = await request.post()
    uploads = {
        int(match[1]): Upload(part.filename, part.file.read())
        for name, part in form.items()
        if (match := re.fullmatch(r"files\[(\d+)\]", name)) and isinstance(part, web.FileField)
    }
    return json.loads(str(form["payload_json"])), uploads


class HttpApi:
    """An `Api` behind a socket."""

    def __init__(self, api: Api, *, token: str, oauth: OAuth) -> None:
        self.api = api
        self.oauth = oauth
        self.token = token
        self.requests: Recorder[Request] = Recorder("requests")
        self._limits: list[RateLimit] = []

    def rate_limit(self, method: str, path: str, *, retry_after: float, times: int = 1) -> None:
        """Answer the next requests whose method and path fit the regular expressions with 429."""
        self._limits.append(RateLimit(re.compile(method), re.compile(path), retry_after, times))

    def register(self, router: web.UrlDispatcher) -> None:
        """Take everything below the API's root."""
        self.oauth.register(router, API)
        router.add_route("*", API + "/{path:.*}", self._serve)

    async def _serve(self, request: web.Request) -> web.Response:
        """The answer behind authorization and rate limits, refusals in Discord's form, everything recorded."""
        received_at, body = self.api.state.clock(), None
        path = request.path.removeprefix(API)
        if (header := request.headers.get("Authorization", "")).startswith("Bearer "):
            status, reply = self.oauth.answer(path, header.removeprefix("Bearer "))
            return _json(reply, status)
        route = self.api.route(request.method, path)
        try:
            body, uploads = await _parts(request)
            response = self._refused_at_the_door(request, open_to_all=route is None or needs_no_token(route))
            if response is None:
                status, reply = await self.api.answer(Call(request.method, path, body, uploads, request.query))
                response = _json(reply, status)
        except Refused as refused:
            response = _json(refused.body, refused.status)
        except ValueError:
            response = _json({"message": "The request body contains invalid JSON.", "code": 50109}, 400)
        self.requests.add(Request(request.method, path, route or path, body, received_at, response.status))
        return response

    def _refused_at_the_door(self, request: web.Request, *, open_to_all: bool) -> web.Response | None:
        if not open_to_all and request.headers.get("Authorization") != f"Bot {self.token}":
            return _json({"message": "401: Unauthorized", "code": 0}, 401)
        for limit in self._limits:
            if limit.times and limit.method.fullmatch(request.method) and limit.path.search(request.path):
                limit.times -= 1
                return _too_many(limit.retry_after)
        return None
