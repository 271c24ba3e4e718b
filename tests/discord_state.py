"""What the local Discord remembers: channels, messages, interactions, commands."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.discord_payloads import BOT, LISTED, OWNER, UNLISTED, Channel, Guild, Json, User, now, snowflake
from tests.discord_rules import COMPONENTS_V2, EPHEMERAL, LOADING, Refused, check_message, pings
from tests.recorder import Recorder

__all__ = ["ANSWER_WITHIN_S", "Exchange", "State"]

ANSWER_WITHIN_S = 3.0  # an interaction's token dies if nothing came by then
KEPT_FLAGS = EPHEMERAL | COMPONENTS_V2 | 1 << 2 | 1 << 12  # suppress embeds, suppress notifications


@dataclass(eq=False)
class Exchange:
    """One interaction: what was asked, when it was acknowledged, and its response as it changed."""

    id: str
    token: str
    user: User
    channel: Channel
    dispatched_at: float
    acknowledged_at: float | None = None
    message: Json | None = None
    updates: Recorder[Json] = field(default_factory=lambda: Recorder("interaction response"))
    followups: dict[str, Json] = field(default_factory=dict)

    @property
    def acknowledged_after(self) -> float:
        """Seconds from the dispatch to the callback; infinite where none came in time."""
        return float("inf") if self.acknowledged_at is None else self.acknowledged_at - self.dispatched_at


class State:
    """Channels, messages, interactions and commands, changed only by rules that Discord has."""

    def __init__(self, *, clock: Callable[[], float], guilds: tuple[Guild, ...] = (LISTED, UNLISTED)) -> None:
        self.clock = clock
        self.channels: dict[str, Channel] = {guild.channel_id: guild.channel for guild in guilds}
        self.users: dict[str, User] = {user.id: user for user in (BOT, OWNER, *(guild.owner for guild in guilds))}
        self.messages: dict[str, Json] = {}
        self.exchanges: dict[str, Exchange] = {}
        self.commands: dict[str, Json] = {}
        self.posts: Recorder[Json] = Recorder("messages by the bot")
        self.notified: dict[str, set[str]] = {}  # message id: whom the bot's message notified

    def direct_messages(self, user: User) -> Channel:
        """The channel of direct messages with a user, made when first asked for."""
        self.users[user.id] = user
        for channel in self.channels.values():
            if channel.recipient == user:
                return channel
        channel = Channel(snowflake(), recipient=user)
        self.channels[channel.id] = channel
        return channel

    def channel(self, channel_id: str) -> Channel:
        if channel_id not in self.channels:
            raise Refused(404, 10003, "Unknown Channel")
        return self.channels[channel_id]

    def new_message(self, channel: Channel, author: User, body: Json, **extra: Any) -> Json:
        """A message as Discord keeps it, after its rules were checked."""
        content = body.get("content") or ""
        mentioned = [self.users[one] for one in dict.fromkeys(re.findall(r"<@!?(\d+)>", content)) if one in self.users]
        message: Json = {
            "id": snowflake(),
            "type": 0,
            "channel_id": channel.id,
            "author": author.payload(),
            "content": content,
            "embeds": body.get("embeds") or [],
            "components": body.get("components") or [],
            "flags": (body.get("flags") or 0) & KEPT_FLAGS,
            "timestamp": now(),
            "edited_timestamp": None,
            "tts": False,
            "pinned": False,
            "mention_everyone": False,
            "mentions": [user.payload() for user in mentioned],
            "mention_roles": [],
            "attachments": [],
            **extra,
        }
        if not message["flags"] & LOADING:
            check_message(message)
        self.messages[message["id"]] = message
        return message

    def _by_bot(self, channel: Channel, body: Json, *, replied_to: str | None = None, **extra: Any) -> Json:
        message = self.new_message(channel, BOT, body, **extra)
        self.notified[message["id"]] = pings(body, replied_to=replied_to)
        return message

    def post(self, channel: Channel, body: Json) -> Json:
        """A message that the bot sends to a channel."""
        extra: Json = {}
        reference = body.get("message_reference")
        replied_to = None
        if reference:
            original = self.messages.get(str(reference["message_id"]))
            if original is None and reference.get("fail_if_not_exists", True):
                raise Refused(400, 50035, "Invalid Form Body", {"message_reference": {"_errors": [_UNKNOWN_REFERENCE]}})
            if original is not None:
                replied_to = original["author"]["id"]
                extra = {"type": 19, "message_reference": _as_strings(reference), "referenced_message": original}
        message = self._by_bot(channel, body, replied_to=replied_to, **extra)
        self.posts.add(message)
        return message

    def edit(self, message: Json, body: Json) -> Json:
        """The message changed by the fields given; the flag of components v2 stays once set."""
        changed: Json = message | {key: body[key] or [] for key in ("embeds", "components") if key in body}
        changed["content"] = (body["content"] or "") if "content" in body else message["content"]
        changed["flags"] = (message["flags"] & ~LOADING) | ((body.get("flags") or 0) & COMPONENTS_V2)
        changed["edited_timestamp"] = now()
        check_message(changed)
        message.update(changed)
        self.notified.setdefault(message["id"], set()).update(pings(body))
        return message

    def exchange(self, token: str) -> Exchange:
        """The interaction whose response may be edited: it was acknowledged."""
        exchange = self.exchanges.get(token)
        if exchange is None or exchange.acknowledged_at is None:
            raise Refused(404, 10015, "Unknown Webhook")
        return exchange

    def acknowledge(self, interaction_id: str, token: str, body: Json, at: float) -> Exchange:
        """The first response to an interaction."""
        exchange = self.exchanges.get(token)
        if exchange is None or exchange.id != interaction_id or at - exchange.dispatched_at > ANSWER_WITHIN_S:
            raise Refused(404, 10062, "Unknown interaction")
        if exchange.acknowledged_at is not None:
            raise Refused(400, 40060, "Interaction has already been acknowledged.")
        kind, data = body.get("type"), body.get("data") or {}
        if kind == 4:
            message = self._by_bot(exchange.channel, data)
        elif kind == 5:
            flags = (data.get("flags") or 0) & EPHEMERAL | LOADING
            message = self._by_bot(exchange.channel, {}, flags=flags)
        else:
            raise Refused(400, 50035, "Invalid Form Body", {"type": {"_errors": [_UNFIT_TYPE]}})
        exchange.acknowledged_at, exchange.message = at, message
        exchange.updates.add(dict(message))
        return exchange

    def edit_response(self, exchange: Exchange, body: Json) -> Json:
        """The original response, changed."""
        if exchange.message is None:
            raise Refused(404, 10008, "Unknown Message")
        self.edit(exchange.message, body)
        exchange.updates.add(dict(exchange.message))
        return exchange.message

    def follow_up(self, exchange: Exchange, body: Json) -> Json:
        """A further message; the first one after a deferred response takes its place, as on Discord."""
        if exchange.message is not None and exchange.message["flags"] & LOADING:
            return self.edit_response(exchange, body)
        message = self._by_bot(exchange.channel, body)
        exchange.followups[message["id"]] = message
        exchange.updates.add(dict(message))
        return message

    def sync(self, definitions: list[Json]) -> list[Json]:
        """The application's commands, replaced whole; each keeps its id as long as it keeps its name."""
        synced: dict[str, Json] = {}
        for definition in definitions:
            name = definition["name"]
            is_slash = definition.get("type", 1) == 1
            if is_slash and (not re.fullmatch(r"[-_\w]{1,32}", name) or name != name.lower()):
                raise Refused(400, 50035, "Invalid Form Body", {"name": {"_errors": [_UNFIT_NAME]}})
            known = self.commands.get(name, {"id": snowflake()})
            ids = {"id": known["id"], "application_id": BOT.id, "version": snowflake()}
            synced[name] = {"type": 1, "options": [], **definition, **ids}
        self.commands = synced
        return list(synced.values())


def _as_strings(reference: Json) -> Json:
    return {key: value if isinstance(value, bool) else str(value) for key, value in reference.items()}


_UNKNOWN_REFERENCE = {"code": "MESSAGE_REFERENCE_UNKNOWN_MESSAGE", "message": "Unknown message"}
_UNFIT_TYPE = {"code": "BASE_TYPE_CHOICES", "message": "This interaction takes a message, or a deferred one."}
_UNFIT_NAME = {"code": "APPLICATION_COMMAND_INVALID_NAME", "message": "Command name is invalid"}
