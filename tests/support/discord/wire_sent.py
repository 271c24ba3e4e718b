"""A request as it goes out over the wire, and what comes back."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from tests.support.discord.payloads import Json
from tests.support.discord.responses import MODAL
from tests.support.discord.rules import text_of

__all__ = ["Response", "Sent", "message_in"]


@dataclass(frozen=True, slots=True)
class Sent:
    """A request of the bot: `path` is below the API's root, `files` are its uploads by name, `message` is a copy of
    the message that it made or changed."""

    method: str
    path: str
    body: Any
    status: int
    files: dict[str, bytes] = field(default_factory=dict)
    message: Json | None = None

    @property
    def text(self) -> str:
        """Everything in it that a person can read."""
        return text_of(self.body.get("data") or self.body) if isinstance(self.body, dict) else ""

    @property
    def ephemeral(self) -> bool:
        return bool(((self.body.get("data") or self.body).get("flags") or 0) & 64)

    @property
    def is_callback(self) -> bool:
        return self.path.endswith("/callback")

    @property
    def is_form(self) -> bool:
        """Whether it opens a modal."""
        return self.is_callback and self.body["type"] == MODAL

    @property
    def is_edit(self) -> bool:
        return self.method == "PATCH" and self.path.endswith("/messages/@original")

    @property
    def is_follow_up(self) -> bool:
        return self.method == "POST" and bool(re.fullmatch(r"/webhooks/\d+/[^/]+", self.path))

    @property
    def is_post(self) -> bool:
        return self.method == "POST" and bool(re.fullmatch(r"/channels/\d+/messages", self.path))

    @property
    def is_thread(self) -> bool:
        """Whether it begins a thread."""
        return self.method == "POST" and self.path.endswith("/threads")

    @property
    def is_typing(self) -> bool:
        return self.path.endswith("/typing")


@dataclass(frozen=True, slots=True)
class Response:
    """The part of an aiohttp response that discord.py reads."""

    status: int
    body: str
    reason: str = "because"

    @property
    def headers(self) -> dict[str, str]:
        return {"content-type": "application/json"}

    async def text(self, encoding: str = "utf-8") -> str:
        return self.body


def message_in(reply: Any) -> Json | None:
    """A copy of the message in a reply, a callback's too."""
    message = reply.get("resource", {}).get("message", reply) if isinstance(reply, dict) else {}
    return dict(message) if "channel_id" in message else None
