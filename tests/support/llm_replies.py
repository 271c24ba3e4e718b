"""What a scripted language model's server replies: texts, errors, broken streams."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any

__all__ = [
    "ChatRequest",
    "Reply",
    "Script",
    "cut_stream",
    "empty",
    "endless",
    "hanging",
    "http_error",
    "json_output",
    "raw",
    "refusal",
    "text",
]


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """A recorded request; its key is not kept, only whether there was one."""

    body: Mapping[str, Any]
    headers: Mapping[str, str]
    has_key: bool

    @property
    def messages(self) -> Sequence[Mapping[str, Any]]:
        messages: Sequence[Mapping[str, Any]] = self.body["messages"]
        return messages

    @property
    def text(self) -> str:
        """All text of all messages."""
        contents = [message.get("content") or "" for message in self.messages]
        parts = [[{"text": content}] if isinstance(content, str) else content for content in contents]
        return "\n".join(part.get("text", "") for content in parts for part in content)


@dataclass(frozen=True, slots=True)
class Reply:
    """What the server does with one request.

    Attributes
    ----------
    pieces : iterable of str or float
        Pieces of the output; a number is a pause of so many seconds.
    wait : float
        Seconds before anything is sent.
    ending : str
        "stop", "length" or "content_filter": the reason of the end; "cut": the connection is closed midway;
        "hang": nothing comes any more, until the client hangs up or the server is closed.
    refusal : str or None
        What goes into the field `refusal`.
    body : bytes or None
        Sent as it is instead of all this.
    usage : bool
        Whether tokens are counted, for a client that asks for it: one a piece.
    """

    pieces: Iterable[str | float] = ()
    wait: float = 0.0
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    ending: str = "stop"
    refusal: str | None = None
    body: bytes | None = None
    usage: bool = True


Script = Reply | Callable[[ChatRequest], Reply]
"""A reply, or what makes one from the request."""


def text(*pieces: str | float, ending: str = "stop", wait: float = 0.0, usage: bool = True) -> Reply:
    """These pieces; a number is a pause in seconds."""
    return Reply(pieces, ending=ending, wait=wait, usage=usage)


def json_output(value: Any, *, size: int = 8, pause: float = 0.0) -> Reply:
    """A value as JSON, in pieces of `size` characters with a pause before each."""
    written = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    cut = [written[start : start + size] for start in range(0, len(written), size)]
    return Reply([part for piece in cut for part in ((pause, piece) if pause else (piece,))])


def http_error(status: int, message: str = "It did not work.", *, retry_after: str = "") -> Reply:
    """An error in OpenAI's form."""
    body = json.dumps({"error": {"message": message, "type": "error", "param": None, "code": None}}).encode()
    return Reply(status=status, headers={"Retry-After": retry_after} if retry_after else {}, body=body)


def cut_stream(*pieces: str | float) -> Reply:
    """These pieces, then the connection breaks."""
    return Reply(pieces, ending="cut")


def hanging(*pieces: str | float) -> Reply:
    """These pieces, then nothing for ever; without pieces not even headers come."""
    return Reply(pieces, ending="hang")


def raw(body: bytes | str, *, content_type: str = "text/event-stream") -> Reply:
    """A body that need not be what a client expects."""
    data = body.encode() if isinstance(body, str) else body
    return Reply(body=data, headers={"Content-Type": content_type})


def empty() -> Reply:
    """A proper end without any output."""
    return Reply()


def refusal(message: str = "I can't help with that.") -> Reply:
    """A refusal in the field that the format has for it."""
    return Reply(refusal=message)


def endless(piece: str = "and again ", *, pause: float = 0.001) -> Reply:
    """The same piece until the client hangs up, whatever max_tokens says."""
    return Reply(cycle((pause, piece)))
