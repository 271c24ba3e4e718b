"""A question and the buttons below its answer as steps of a test, on a wire."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.support.discord.payloads import BOT, Json
from tests.support.discord.rules import all_components
from tests.support.discord.wire import Sent, Wire
from tests.support.fakes import FakeLibrary

__all__ = [
    "MENTION",
    "QUESTION",
    "asked",
    "busy_journal",
    "damage",
    "id_in",
    "labels",
    "pressed",
    "replied",
    "settled",
    "slow_model",
]

QUESTION = "What is the context window of Scout?"
MENTION = f"<@{BOT.id}>"

COMMAND = "CommandTree-invoker"
"""What discord.py calls the task of a command."""


async def asked(wire: Wire, question: str = QUESTION, **who: Any) -> Json:
    """The message that answers a question; `private` is the command's option."""
    options = {"question": question} | {key: who.pop(key) for key in ("private",) if key in who}
    return await wire.command("ask", options, **who).answer()


async def pressed(wire: Wire, message: Json, button: str, **who: Any) -> Json:
    """The message that comes of a press."""
    return await wire.press(message, button, **who).answer()


async def replied(wire: Wire, content: str, **where: Any) -> Sent:
    """The reply to a message of a person."""
    message = wire.message(content, **where)

    def fits(sent: Sent) -> bool:
        reference = sent.body.get("message_reference") if sent.is_post else None
        return bool(reference) and str(reference["message_id"]) == message["id"]

    return await wire.sent.wait_for(fits)


async def settled(wire: Wire) -> None:
    """Nothing that was asked or pressed is under way any more."""
    async with asyncio.timeout(20):
        while waited := {
            *wire.bot.services.replies._pending,
            *(task for task in asyncio.all_tasks() if task.get_name() == COMMAND),
        }:
            await asyncio.wait(waited)


@contextmanager
def busy_journal(library: FakeLibrary) -> Iterator[None]:
    """The journal keeps everybody waiting, as where its file is on a slow disk."""
    with library.journal._file._lock:
        yield


@contextmanager
def slow_model(library: FakeLibrary) -> Iterator[None]:
    """Questions wait within it, and go on behind it whatever happened."""
    library.gate.clear()
    try:
        yield
    finally:
        library.gate.set()


def damage(library: FakeLibrary) -> None:
    """The journal's file is no journal any more."""
    database = library.journal._file
    with database._lock:  # or a purge that runs in a thread would open it meanwhile
        library.journal.close()
        database._file.write_bytes(b"no database" * 999)


def labels(message: Json) -> list[str]:
    """What is written on the buttons of a message."""
    return [component["label"] for component in all_components(message["components"]) if component.get("label")]


def id_in(message: Json) -> str:
    """The id of the answer that a message shows."""
    names = [component["custom_id"] for component in all_components(message["components"]) if "custom_id" in component]
    return str(names[0].split(":")[2])
