"""One request to a language model: what is sent, what came of it, and how long there is."""

from __future__ import annotations

import base64
import email.utils
import time
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import Any

from index.domain.generation import ChatMessage

__all__ = ["CURRENT", "Call", "retry_after"]

_CHARACTERS_PER_TOKEN = 4
_TOKENS_PER_PICTURE = 1_000


@dataclass(slots=True)
class Call:
    """A request and its output so far; `pieces` ends with None.

    Attributes
    ----------
    deadline : float
        Moment of `time.monotonic()`, as `created` and `began`.
    asked, opened : bool
        Whether the request went out without having failed so far, and whether the server began to answer it.
    status : int
        The last HTTP status; 0 before any.
    """

    messages: Sequence[ChatMessage]
    schema: Mapping[str, Any] | None
    deadline: float
    pieces: SimpleQueue[str | None] = field(default_factory=SimpleQueue)
    asked: bool = False
    opened: bool = False
    status: int = 0
    characters: int = 0
    counted: int = 0
    created: float = field(default_factory=time.monotonic)
    began: float = 0.0

    @property
    def remaining(self) -> float:
        """Seconds until the deadline; negative after it."""
        return self.deadline - time.monotonic()

    @property
    def had_its_time(self) -> bool:
        """Whether at least half of the time was the server's, not spent in waiting for a place."""
        return self.deadline - self.began >= (self.deadline - self.created) / 2

    @property
    def has_pictures(self) -> bool:
        return any(message.pictures for message in self.messages)

    def begin(self) -> None:
        """Note that the wait for a place is over."""
        self.began = time.monotonic()

    def put(self, piece: str) -> None:
        """Hand a piece of the output to the thread that asked."""
        self.characters += len(piece)
        self.pieces.put(piece)

    def tokens(self) -> int:
        """Return the server's count of tokens, else an estimate; 0 if it took nothing."""
        if self.counted or not (self.opened or self.asked):
            return self.counted
        pictures = sum(len(message.pictures) for message in self.messages)
        sent = sum(len(message.text) for message in self.messages)
        return (sent + self.characters) // _CHARACTERS_PER_TOKEN + pictures * _TOKENS_PER_PICTURE

    def wire_messages(self, *, pictures: bool) -> list[dict[str, Any]]:
        """Return the messages in OpenAI's form."""
        return [
            {"role": str(message.role), "content": _content(message) if pictures else message.text}
            for message in self.messages
        ]


CURRENT: ContextVar[Call] = ContextVar("CURRENT")
"""The request that a task works for."""


def _content(message: ChatMessage) -> str | list[dict[str, Any]]:
    if not message.pictures:
        return message.text
    addresses = [
        f"data:{picture.media_type};base64,{base64.b64encode(picture.data).decode()}" for picture in message.pictures
    ]
    images = [{"type": "image_url", "image_url": {"url": address}} for address in addresses]
    return [{"type": "text", "text": message.text}, *images]


def retry_after(headers: Mapping[str, str]) -> float:
    """Return the seconds of a Retry-After header, 0 if there is none that can be read."""
    value = headers.get("retry-after", "")
    try:
        return float(value)
    except ValueError:
        moment = email.utils.parsedate_tz(value)
        return email.utils.mktime_tz(moment) - time.time() if moment else 0.0
