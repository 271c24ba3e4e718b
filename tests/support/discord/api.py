"""Discord's HTTP calls on a `State`, without sockets: a method, a path and a body in, a status and a reply out."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from tests.support.discord.exchange import Exchange
from tests.support.discord.files import Uploads
from tests.support.discord.payloads import BOT, Channel, Json, application
from tests.support.discord.refusals import Refused
from tests.support.discord.responses import Responses
from tests.support.discord.rules import EPHEMERAL, LOADING
from tests.support.discord.state import State

__all__ = ["Api", "Call", "needs_no_token"]

CALLBACK = "/interactions/{interaction_id}/{interaction_token}/callback"
HOOK = "/webhooks/{webhook_id}/{webhook_token}"
COMMANDS = "/applications/{application_id}/commands"
MESSAGES = "/channels/{channel_id}/messages"

NOTHING: tuple[int, Any] = (204, None)


@dataclass(frozen=True, slots=True)
class Call:
    """One request: `path` is below the API's root, `body` read from JSON, also from a form's `payload_json`."""

    method: str
    path: str
    body: Any = None
    uploads: Uploads = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, str] = field(default_factory=dict)

    def is_set(self, name: str) -> bool:
        return self.query.get(name) in ("1", "true")


Handler = Callable[[Call], Awaitable[tuple[int, Any]]]
Tell = Callable[[str, Json, Channel], Awaitable[None]]
"""Takes an event that the gateway brings: its name, its data, the channel that it is of."""


def needs_no_token(route: str) -> bool:
    """Interactions carry a token of their own in the path."""
    return route == "/gateway" or route.startswith((CALLBACK, HOOK))


class Api:
    """Answers calls; `tell` sends the event of a message that the bot posts."""

    def __init__(self, state: State, *, team: bool, tell: Tell, gateway: Callable[[], Json] = dict) -> None:
        self.state = state
        self.responses = Responses(state)
        self.team = team
        self._tell = tell
        self._gateway_info = gateway
        self._routes = [(method, route, _pattern(route), handler) for method, route, handler in self._handlers()]

    @property
    def endpoints(self) -> list[tuple[str, str]]:
        """Every method and path that is answered."""
        return [(method, route) for method, route, *_ in self._routes]

    def route(self, method: str, path: str) -> str | None:
        """The path with its parameters named; None where Discord has no such call."""
        return next((route for its, route, fits, _ in self._routes if its == method and fits.fullmatch(path)), None)

    async def answer(self, call: Call) -> tuple[int, Any]:
        """Status and reply; raises Refused."""
        for method, _, fits, handler in self._routes:
            if method == call.method and (match := fits.fullmatch(call.path)):
                params = match.groupdict()
                return await handler(Call(call.method, call.path, call.body, call.uploads, call.query, params))
        raise Refused(404, 0, "404: Not Found")

    def _handlers(self) -> list[tuple[str, str, Handler]]:
        return [
            ("GET", "/gateway", self._gateway),
            ("GET", "/gateway/bot", self._gateway),
            ("GET", "/users/@me", self._me),
            ("GET", "/users/{user_id}", self._user),
            ("GET", "/oauth2/applications/@me", self._application),
            ("GET", "/applications/@me", self._application),
            ("GET", COMMANDS, self._list_commands),
            ("PUT", COMMANDS, self._sync),
            ("POST", CALLBACK, self._callback),
            ("POST", HOOK, self._follow_up),
            ("GET", HOOK + "/messages/@original", self._get_response),
            ("PATCH", HOOK + "/messages/@original", self._edit_response),
            ("DELETE", HOOK + "/messages/@original", self._delete_response),
            ("GET", HOOK + "/messages/{message_id}", self._get_follow_up),
            ("PATCH", HOOK + "/messages/{message_id}", self._edit_follow_up),
            ("GET", "/channels/{channel_id}", self._channel),
            ("POST", MESSAGES, self._post),
            ("GET", MESSAGES + "/{message_id}", self._get),
            ("PATCH", MESSAGES + "/{message_id}", self._edit),
            ("PUT", MESSAGES + "/{message_id}/reactions/{emoji_name}/@me", self._react),
            ("POST", MESSAGES + "/{message_id}/threads", self._begin_thread),
            ("POST", "/channels/{channel_id}/typing", self._typing),
            ("POST", "/users/@me/channels", self._open_direct_messages),
            ("GET", "/guilds/{guild_id}", self._guild),
            ("GET", "/guilds/{guild_id}/audit-logs", self._audit_log),
        ]

    async def _gateway(self, call: Call) -> tuple[int, Any]:
        info = self._gateway_info()
        return 200, info if call.path.endswith("/bot") else {"url": info.get("url", "")}

    async def _me(self, call: Call) -> tuple[int, Any]:
        return 200, BOT.payload() | {"verified": True, "mfa_enabled": True, "email": None, "flags": 0}

    async def _user(self, call: Call) -> tuple[int, Any]:
        user = self.state.users.get(call.params["user_id"])
        if user is None:
            raise Refused(404, 10013, "Unknown User")
        return 200, user.payload()

    async def _application(self, call: Call) -> tuple[int, Any]:
        return 200, application(team=self.team)

    async def _list_commands(self, call: Call) -> tuple[int, Any]:
        return 200, list(self.state.all_commands())

    async def _sync(self, call: Call) -> tuple[int, Any]:
        return 200, self.state.sync(call.body)

    async def _callback(self, call: Call) -> tuple[int, Any]:
        interaction_id, token = call.params["interaction_id"], call.params["interaction_token"]
        exchange = self.responses.acknowledge(interaction_id, token, call.body, call.uploads)
        return (200, _about(exchange, call.body["type"])) if call.is_set("with_response") else NOTHING

    def _exchange(self, call: Call) -> Exchange:
        return self.responses.exchange(call.params["webhook_token"])

    async def _follow_up(self, call: Call) -> tuple[int, Any]:
        message = self.responses.follow_up(self._exchange(call), call.body, call.uploads)
        return (200, message) if call.is_set("wait") else NOTHING

    async def _get_response(self, call: Call) -> tuple[int, Any]:
        return 200, self.responses.original(self._exchange(call))

    async def _edit_response(self, call: Call) -> tuple[int, Any]:
        return 200, self.responses.edit(self._exchange(call), call.body, call.uploads)

    async def _delete_response(self, call: Call) -> tuple[int, Any]:
        self.responses.delete(self._exchange(call))
        return NOTHING

    async def _get_follow_up(self, call: Call) -> tuple[int, Any]:
        return 200, self.responses.named(self._exchange(call), call.params["message_id"])

    async def _edit_follow_up(self, call: Call) -> tuple[int, Any]:
        message_id = call.params["message_id"]
        return 200, self.responses.edit_named(self._exchange(call), message_id, call.body, call.uploads)

    def _channel_of(self, call: Call) -> Channel:
        return self.state.channel(call.params["channel_id"])

    async def _channel(self, call: Call) -> tuple[int, Any]:
        return 200, self.state.payload(self._channel_of(call))

    async def _post(self, call: Call) -> tuple[int, Any]:
        channel = self._channel_of(call)
        message = self.state.post(channel, call.body, call.uploads)
        await self._tell("MESSAGE_CREATE", self.state.message_create(message), channel)
        return 200, message

    async def _get(self, call: Call) -> tuple[int, Any]:
        return 200, self.state.seen(self.state.message(call.params["message_id"], self._channel_of(call)))

    async def _edit(self, call: Call) -> tuple[int, Any]:
        message = self.state.message(call.params["message_id"], self._channel_of(call))
        if message["author"]["id"] != BOT.id:
            raise Refused(403, 50005, "Cannot edit a message authored by another user")
        return 200, self.state.edit(message, call.body, call.uploads)

    async def _react(self, call: Call) -> tuple[int, Any]:
        emoji = unquote(call.params["emoji_name"])
        self.state.react(self._channel_of(call), call.params["message_id"], emoji)
        return NOTHING

    async def _begin_thread(self, call: Call) -> tuple[int, Any]:
        thread = self.state.begin_thread(self._channel_of(call), call.params["message_id"], call.body)
        await self._tell("THREAD_CREATE", thread.payload() | {"newly_created": True}, thread)
        return 201, thread.payload()

    async def _typing(self, call: Call) -> tuple[int, Any]:
        self._channel_of(call)
        return NOTHING

    async def _guild(self, call: Call) -> tuple[int, Any]:
        return 200, self.state.guild(call.params["guild_id"])

    async def _audit_log(self, call: Call) -> tuple[int, Any]:
        return 200, self.state.audit_log(call.params["guild_id"])

    async def _open_direct_messages(self, call: Call) -> tuple[int, Any]:
        user = self.state.users.get(str(call.body.get("recipient_id")))
        if user is None:
            raise Refused(400, 50033, "Invalid Recipient(s)")
        return 200, self.state.direct_messages(user).payload()


def _about(exchange: Exchange, kind: int) -> Json:
    """The reply to a callback: the interaction, and the message that it made or changed."""
    about: Json = {"id": exchange.id, "type": exchange.kind}
    message = exchange.message
    if message is None:
        return {"interaction": about, "resource": {"type": kind}}
    about["response_message_id"] = message["id"]
    about["response_message_loading"] = bool(message["flags"] & LOADING)
    about["response_message_ephemeral"] = bool(message["flags"] & EPHEMERAL)
    return {"interaction": about, "resource": {"type": kind, "message": message}}


def _pattern(route: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", route))
