"""The HTTP half of the local Discord: routes, authorization, rate limits, and a record of every request."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from tests.discord_payloads import BOT, Channel, Json, application
from tests.discord_rules import EPHEMERAL, LOADING, Refused
from tests.discord_state import Exchange, State
from tests.recorder import Recorder

__all__ = ["API", "HttpApi", "Request"]

API = "/api/v10"
CALLBACK = "/interactions/{interaction_id}/{interaction_token}/callback"
HOOK = "/webhooks/{webhook_id}/{webhook_token}"
COMMANDS = "/applications/{application_id}/commands"

Handler = Callable[[web.Request, Any], Awaitable[web.Response]]


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
    body = json.dumps(data).encode()
    return web.Response(body=body, status=status, content_type="application/json", headers=headers)


def _nothing() -> web.Response:
    return web.Response(status=204)


def _too_many(retry_after: float) -> web.Response:
    """A 429 as Discord sends it through its proxy; without `Via`, discord.py takes it for a ban."""
    headers = {"Via": "1.1 google", "Retry-After": str(retry_after), "X-RateLimit-Scope": "user"}
    body = {"message": "You are being rate limited.", "retry_after": retry_after, "global": False}
    return _json(body, 429, headers)


async def _body(request: web.Request) -> Any:
    if request.content_type == "multipart/form-data":
        return json.loads(str((await request.post())["payload_json"]))
    text = await request.text()
    return json.loads(text) if text else None


async def _unknown_route(request: web.Request, body: Any) -> web.Response:
    raise Refused(404, 0, "404: Not Found")


class HttpApi:
    """Discord's HTTP calls on a `State`; `announce` is called with each message that the bot sends to a channel."""

    def __init__(
        self,
        *,
        token: str,
        team: bool,
        state: State,
        gateway_url: Callable[[], str],
        announce: Callable[[Channel, Json], Awaitable[None]],
    ) -> None:
        self.token = token
        self.team = team
        self.state = state
        self.requests: Recorder[Request] = Recorder("requests")
        self._gateway_url = gateway_url
        self._announce = announce
        self._limits: list[RateLimit] = []

    def rate_limit(self, method: str, path: str, *, retry_after: float, times: int = 1) -> None:
        """Answer the next requests whose method and path fit the regular expressions with 429."""
        self._limits.append(RateLimit(re.compile(method), re.compile(path), retry_after, times))

    def register(self, router: web.UrlDispatcher) -> None:
        """Add every route, and one that answers 404 to any other."""
        for method, route, handler in self._routes():
            router.add_route(method, API + route, self._answer(handler, open_to_all=self._needs_no_token(route)))
        router.add_route("*", API + "/{unknown:.*}", self._answer(_unknown_route, open_to_all=True))

    @staticmethod
    def _needs_no_token(route: str) -> bool:
        """Interactions carry a token of their own in the path."""
        return route == "/gateway" or route.startswith((CALLBACK, HOOK))

    def _routes(self) -> list[tuple[str, str, Handler]]:
        return [
            ("GET", "/gateway", self._gateway),
            ("GET", "/gateway/bot", self._gateway),
            ("GET", "/users/@me", self._me),
            ("GET", "/oauth2/applications/@me", self._application),
            ("GET", "/applications/@me", self._application),
            ("GET", COMMANDS, self._list_commands),
            ("PUT", COMMANDS, self._sync),
            ("POST", CALLBACK, self._callback),
            ("POST", HOOK, self._follow_up),
            ("GET", HOOK + "/messages/@original", self._get_response),
            ("PATCH", HOOK + "/messages/@original", self._edit_response),
            ("DELETE", HOOK + "/messages/@original", self._delete_response),
            ("PATCH", HOOK + "/messages/{message_id}", self._edit_follow_up),
            ("GET", "/channels/{channel_id}", self._channel),
            ("POST", "/channels/{channel_id}/messages", self._post),
            ("PATCH", "/channels/{channel_id}/messages/{message_id}", self._edit),
            ("POST", "/channels/{channel_id}/typing", self._typing),
            ("POST", "/users/@me/channels", self._open_direct_messages),
        ]

    def _answer(self, handler: Handler, *, open_to_all: bool) -> Callable[[web.Request], Awaitable[web.Response]]:
        """The handler behind authorization and rate limits, its refusals in Discord's form, everything recorded."""

        async def answer(request: web.Request) -> web.Response:
            at = self.state.clock()
            body = None
            try:
                body = await _body(request)
                response = self._refused_at_the_door(request, open_to_all) or await handler(request, body)
            except Refused as refused:
                response = _json(refused.body, refused.status)
            except ValueError:
                response = _json({"message": "The request body contains invalid JSON.", "code": 50109}, 400)
            self._record(request, body, at, response.status)
            return response

        return answer

    def _refused_at_the_door(self, request: web.Request, open_to_all: bool) -> web.Response | None:
        if not open_to_all and request.headers.get("Authorization") != f"Bot {self.token}":
            return _json({"message": "401: Unauthorized", "code": 0}, 401)
        for limit in self._limits:
            if limit.times and limit.method.fullmatch(request.method) and limit.path.search(request.path):
                limit.times -= 1
                return _too_many(limit.retry_after)
        return None

    def _record(self, request: web.Request, body: Any, at: float, status: int) -> None:
        resource = request.match_info.route.resource
        route = (resource.canonical if resource else request.path).removeprefix(API)
        self.requests.add(Request(request.method, request.path.removeprefix(API), route, body, at, status))

    async def _gateway(self, request: web.Request, body: Any) -> web.Response:
        limits = {"total": 1000, "remaining": 999, "reset_after": 14400000, "max_concurrency": 1}
        more = {"shards": 1, "session_start_limit": limits} if request.path.endswith("/bot") else {}
        return _json({"url": self._gateway_url(), **more})

    async def _me(self, request: web.Request, body: Any) -> web.Response:
        return _json(BOT.payload() | {"verified": True, "mfa_enabled": True, "email": None, "flags": 0})

    async def _application(self, request: web.Request, body: Any) -> web.Response:
        return _json(application(team=self.team))

    async def _list_commands(self, request: web.Request, body: Any) -> web.Response:
        return _json(list(self.state.commands.values()))

    async def _sync(self, request: web.Request, body: Any) -> web.Response:
        return _json(self.state.sync(body))

    async def _callback(self, request: web.Request, body: Any) -> web.Response:
        interaction_id, token = request.match_info["interaction_id"], request.match_info["interaction_token"]
        exchange = self.state.acknowledge(interaction_id, token, body, self.state.clock())
        assert exchange.message is not None
        if request.query.get("with_response") not in ("1", "true"):
            return _nothing()
        flags = exchange.message["flags"]
        about = {
            "id": exchange.id,
            "type": 2,
            "response_message_id": exchange.message["id"],
            "response_message_loading": bool(flags & LOADING),
            "response_message_ephemeral": bool(flags & EPHEMERAL),
        }
        return _json({"interaction": about, "resource": {"type": body["type"], "message": exchange.message}})

    def _exchange(self, request: web.Request) -> Exchange:
        return self.state.exchange(request.match_info["webhook_token"])

    async def _follow_up(self, request: web.Request, body: Any) -> web.Response:
        message = self.state.follow_up(self._exchange(request), body)
        return _json(message) if request.query.get("wait") in ("1", "true") else _nothing()

    async def _get_response(self, request: web.Request, body: Any) -> web.Response:
        message = self._exchange(request).message
        if message is None:
            raise Refused(404, 10008, "Unknown Message")
        return _json(message)

    async def _edit_response(self, request: web.Request, body: Any) -> web.Response:
        return _json(self.state.edit_response(self._exchange(request), body))

    async def _delete_response(self, request: web.Request, body: Any) -> web.Response:
        self._exchange(request).message = None
        return _nothing()

    async def _edit_follow_up(self, request: web.Request, body: Any) -> web.Response:
        exchange = self._exchange(request)
        message_id = request.match_info["message_id"]
        if exchange.message is not None and exchange.message["id"] == message_id:
            return _json(self.state.edit_response(exchange, body))
        if message_id not in exchange.followups:
            raise Refused(404, 10008, "Unknown Message")
        message = self.state.edit(exchange.followups[message_id], body)
        exchange.updates.add(dict(message))
        return _json(message)

    async def _channel(self, request: web.Request, body: Any) -> web.Response:
        return _json(self.state.channel(request.match_info["channel_id"]).payload())

    async def _post(self, request: web.Request, body: Any) -> web.Response:
        channel = self.state.channel(request.match_info["channel_id"])
        message = self.state.post(channel, body)
        await self._announce(channel, message)
        return _json(message)

    async def _edit(self, request: web.Request, body: Any) -> web.Response:
        message = self.state.messages.get(request.match_info["message_id"])
        if message is None:
            raise Refused(404, 10008, "Unknown Message")
        if message["author"]["id"] != BOT.id:
            raise Refused(403, 50005, "Cannot edit a message authored by another user")
        return _json(self.state.edit(message, body))

    async def _typing(self, request: web.Request, body: Any) -> web.Response:
        self.state.channel(request.match_info["channel_id"])
        return _nothing()

    async def _open_direct_messages(self, request: web.Request, body: Any) -> web.Response:
        user = self.state.users.get(str(body.get("recipient_id")))
        if user is None:
            raise Refused(400, 50033, "Invalid Recipient(s)")
        return _json(self.state.direct_messages(user).payload())
