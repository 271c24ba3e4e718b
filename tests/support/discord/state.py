"""What the local Discord remembers: messages, files, interactions, commands."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from tests.support.discord.commands import synced
from tests.support.discord.components import numbered
from tests.support.discord.exchange import Exchange
from tests.support.discord.files import NO_FILES, Uploads, attach, refer
from tests.support.discord.payloads import (
    ADD_REACTIONS,
    BOT,
    CREATE_PUBLIC_THREADS,
    LISTED,
    SEND_MESSAGES,
    SEND_MESSAGES_IN_THREADS,
    UNLISTED,
    Channel,
    Guild,
    Json,
    User,
    now,
    snowflake,
)
from tests.support.discord.places import Places
from tests.support.discord.refusals import Refused, between, invalid
from tests.support.discord.rules import COMPONENTS_V2, EPHEMERAL, HAS_THREAD, LOADING, check_message, pings
from tests.support.recorder import Recorder

__all__ = ["ANSWER_WITHIN_S", "Exchange", "State"]

ANSWER_WITHIN_S = 3.0  # an interaction's token dies if nothing came by then
KEPT_FLAGS = EPHEMERAL | COMPONENTS_V2 | 1 << 2 | 1 << 12  # suppress embeds, suppress notifications
ARCHIVED_AFTER = (60, 1440, 4320, 10080)


class State(Places):
    """Messages, interactions and commands, changed only by rules that Discord has.

    It outlives the bot: messages and their buttons are there when another bot process comes.
    """

    def __init__(self, *, clock: Callable[[], float], guilds: tuple[Guild, ...] = (LISTED, UNLISTED)) -> None:
        super().__init__(guilds)
        self.clock = clock
        self.messages: dict[str, Json] = {}
        self.files: dict[str, bytes] = {}  # by the id of the attachment
        self.exchanges: dict[str, Exchange] = {}
        self.commands: dict[str, Json] = {}
        self.menus: dict[str, Json] = {}  # of messages and users, by name
        self.posts: Recorder[Json] = Recorder("messages by the bot")
        self.notified: dict[str, set[str]] = {}  # message id: whom the bot's message notified
        self.by_nonce: dict[str, Json] = {}  # the bot's messages that were to be made once
        self.shown_to: dict[str, User] = {}  # of ephemeral messages

    def message(self, message_id: str, channel: Channel | None = None) -> Json:
        """A message that the bot asks for; ephemeral ones are out of its reach."""
        message = self.messages.get(message_id)
        if message is None or message["flags"] & EPHEMERAL or (channel and message["channel_id"] != channel.id):
            raise Refused(404, 10008, "Unknown Message")
        return message

    def files_of(self, message: Json) -> dict[str, bytes]:
        """The files on a message by name."""
        return {attachment["filename"]: self.files[attachment["id"]] for attachment in message["attachments"]}

    def new_message(
        self, channel: Channel, author: User, body: Json, uploads: Uploads = NO_FILES, **extra: Any
    ) -> Json:
        """A message as Discord keeps it, after its rules were checked."""
        content = body.get("content") or ""
        mentioned = [
            self.users[user_id]
            for user_id in dict.fromkeys(re.findall(r"<@!?(\d+)>", content))
            if user_id in self.users
        ]
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
        message["attachments"] = attach(message, body, uploads, self.files)
        if not message["flags"] & LOADING:
            check_message(message)
        self._keep_components(message)
        self.messages[message["id"]] = message
        return message

    @staticmethod
    def _keep_components(message: Json) -> None:
        message["components"] = numbered(copy.deepcopy(message["components"]))
        refer(message["components"], message["attachments"])

    def by_bot(
        self, channel: Channel, body: Json, uploads: Uploads = NO_FILES, *, replied_to: str | None = None, **extra: Any
    ) -> Json:
        """Store a message of the bot and the ids that it notifies."""
        message = self.new_message(channel, BOT, body, uploads, **extra)
        self.notified[message["id"]] = pings(body, replied_to=replied_to)
        return message

    def post(self, channel: Channel, body: Json, uploads: Uploads = NO_FILES) -> Json:
        """A message that the bot sends to a channel."""
        self.must(SEND_MESSAGES_IN_THREADS if channel.parent else SEND_MESSAGES, channel)
        nonce = str(body["nonce"]) if body.get("enforce_nonce") and body.get("nonce") else ""
        if nonce and (known := self.by_nonce.get(nonce)):
            return known
        extra: Json = {}
        reference = body.get("message_reference")
        replied_to = None
        if reference:
            original = self.messages.get(str(reference["message_id"]))
            if original is not None and original["flags"] & EPHEMERAL:
                original = None
            if original is None and reference.get("fail_if_not_exists", True):
                raise Refused(400, 50035, "Invalid Form Body", {"message_reference": {"_errors": [_UNKNOWN_REFERENCE]}})
            if original is not None:
                replied_to = original["author"]["id"]
                extra = {
                    "type": 19,
                    "message_reference": _as_strings(reference),
                    "referenced_message": _alone(original),
                }
        message = self.by_bot(channel, body, uploads, replied_to=replied_to, **extra)
        if nonce:
            self.by_nonce[nonce] = message
        self.posts.add(message)
        return message

    def edit(self, message: Json, body: Json, uploads: Uploads = NO_FILES) -> Json:
        """The message changed by the fields given; the flag of components v2 stays once set."""
        changed: Json = message | {key: body[key] or [] for key in ("embeds", "components") if key in body}
        changed["content"] = (body["content"] or "") if "content" in body else message["content"]
        changed["flags"] = (message["flags"] & ~LOADING) | ((body.get("flags") or 0) & COMPONENTS_V2)
        changed["edited_timestamp"] = now()
        changed["attachments"] = attach(message, body, uploads, self.files)
        check_message(changed)
        self._keep_components(changed)
        message.update(changed)
        self.notified.setdefault(message["id"], set()).update(pings(body))
        return message

    def react(self, channel: Channel, message_id: str, emoji: str) -> None:
        """A reaction of the bot to a message."""
        message = self.message(message_id, channel)
        self.must(ADD_REACTIONS, channel)
        message.setdefault("reactions", []).append({"emoji": {"id": None, "name": emoji}, "count": 1, "me": True})

    def begin_thread(self, channel: Channel, message_id: str, body: Json) -> Channel:
        """A public thread below a message, which shares its id."""
        message = self.message(message_id, channel)
        if channel.guild is None or channel.parent is not None:
            raise Refused(400, 50024, "Cannot execute action on this channel type")
        self.must(CREATE_PUBLIC_THREADS, channel)
        if message["flags"] & HAS_THREAD:
            raise Refused(400, 160004, "A thread has already been created for this message")
        between("name", (body.get("name") or "").strip(), 1, 100)
        if (body.get("auto_archive_duration") or 1440) not in ARCHIVED_AFTER:
            raise invalid("auto_archive_duration", "BASE_TYPE_CHOICES", f"Value must be one of {set(ARCHIVED_AFTER)}.")
        thread = self.add(replace(channel, id=message_id, parent=channel, name=body["name"], begun_at=now()))
        message |= {"thread": thread.payload(), "flags": message["flags"] | HAS_THREAD}
        self.threads.add(thread)
        return thread

    def seen(self, message: Json) -> Json:
        """The message as a bot without the message content intent sees it, and the one that it replies to."""
        channel = self.channels[message["channel_id"]]
        payload = copy.deepcopy(message)
        if payload.get("referenced_message"):
            payload["referenced_message"] = self.seen(_alone(payload["referenced_message"]))
        addressed = message["author"]["id"] == BOT.id or any(mention["id"] == BOT.id for mention in message["mentions"])
        if channel.guild is not None and not addressed:
            payload |= {"content": "", "embeds": [], "components": [], "attachments": []}
        return payload

    def message_create(self, message: Json) -> Json:
        """MESSAGE_CREATE's data."""
        channel = self.channels[message["channel_id"]]
        if channel.guild is None:
            return self.seen(message)
        author = self.users[message["author"]["id"]]
        member = {key: value for key, value in author.member().items() if key != "user"}
        return {**self.seen(message), "guild_id": channel.guild.id, "member": member}

    def sync(self, definitions: list[Json]) -> list[Json]:
        """The application's commands, replaced whole."""
        known = {(command["type"], command["name"]): command for command in self.all_commands()}
        commands = synced(definitions, known)
        self.commands = {name: command_id for (kind, name), command_id in commands.items() if kind == 1}
        self.menus = {name: command_id for (kind, name), command_id in commands.items() if kind != 1}
        return list(commands.values())

    def all_commands(self) -> Iterator[Json]:
        """Slash commands, then those of context menus."""
        yield from self.commands.values()
        yield from self.menus.values()


def _alone(message: Json) -> Json:
    """A message without the one that it replies to: Discord shows one only."""
    return {key: value for key, value in message.items() if key != "referenced_message"}


def _as_strings(reference: Json) -> Json:
    return {key: value if isinstance(value, bool) else str(value) for key, value in reference.items()}


_UNKNOWN_REFERENCE = {"code": "MESSAGE_REFERENCE_UNKNOWN_MESSAGE", "message": "Unknown message"}
