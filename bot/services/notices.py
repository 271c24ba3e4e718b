"""Notices among the processes of one bot: what changed in one, and what another one is to do."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.services.errors import trace

if TYPE_CHECKING:
    from bot.services.worker import LibraryWorker
    from index.domain.coordination import Coordinator

__all__ = ["ALONE", "Notices"]

log = logging.getLogger(__name__)

ANSWER_SECONDS = 1.2
"""How long another process has for what it is asked: less than half of what Discord gives for a first response."""

DONE = "done"
ASKED = "?"

Handler = Callable[[str], bool | str | None]
"""Takes the text of a notice, and returns the answer to one that asks for something: True if it was done."""


@dataclass(frozen=True, slots=True)
class Request:
    """What this process asked the others for, and what they answered so far."""

    done: asyncio.Event = field(default_factory=asyncio.Event)
    answers: list[str] = field(default_factory=list)


class Notices:
    """Tells the bot's other processes, and hears from them; without a coordinator there are none.

    What is heard is handled in the event loop, from `begin` to `end`.
    """

    def __init__(
        self, coordinator: Coordinator | None = None, worker: LibraryWorker | None = None, key: str = ""
    ) -> None:
        self._coordinator = coordinator
        self._worker = worker
        self._key = key
        self._handlers: dict[str, Handler] = {}
        self._requests: dict[str, Request] = {}
        self._ends: list[Callable[[], None]] = []
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def shared(self) -> bool:
        """Whether there are other processes."""
        return self._coordinator is not None

    def on(self, topic: str, handle: Handler) -> None:
        """Call `handle` with the texts told of a topic, this process's own too."""
        if self.shared:
            self._handlers[topic] = handle

    def begin(self) -> None:
        """Hear from now on."""
        if self._coordinator is None:
            return
        loop = asyncio.get_running_loop()

        def listen(topic: str, hear: Callable[[str, str], None]) -> None:
            def receive(text: str) -> None:
                if not loop.is_closed():
                    loop.call_soon_threadsafe(hear, topic, text)

            if self._coordinator:
                self._ends.append(self._coordinator.listen(self._name(topic), receive))

        for topic in self._handlers:
            listen(topic, self._hear)
        listen(DONE, self._hear_done)

    def end(self) -> None:
        """Hear no more."""
        while self._ends:
            self._ends.pop()()

    def tell(self, topic: str, text: str) -> None:
        """Tell all processes; a failure is logged."""
        if self._coordinator is not None:
            task = asyncio.get_running_loop().create_task(self._send(topic, text))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def ask(self, topic: str, text: str) -> bool:
        """Ask all processes for something; return whether one of them did it in time."""
        if self._coordinator is None:
            return False
        async with self._request(topic, text) as request:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(ANSWER_SECONDS):
                    await request.done.wait()
        return request.done.is_set()

    async def gather(self, topic: str) -> list[str]:
        """Return what the processes answer in time, this one included."""
        async with self._request(topic, "") as request:
            await asyncio.sleep(ANSWER_SECONDS)
        return request.answers

    @contextlib.asynccontextmanager
    async def _request(self, topic: str, text: str) -> AsyncIterator[Request]:
        number = secrets.token_hex(8)
        request = self._requests[number] = Request()
        try:
            await self._send(topic, f"{ASKED}{number} {text}")
            yield request
        finally:
            del self._requests[number]

    async def _send(self, topic: str, text: str) -> None:
        try:
            if self._coordinator and self._worker:
                await self._worker.run(self._coordinator.notify, self._name(topic), text)
        except Exception as error:  # the others take it up later
            log.warning("The other processes could not be told of %s: %s", topic, trace(error))

    def _hear(self, topic: str, text: str) -> None:
        if not text.startswith(ASKED):
            self._handlers[topic](text)
            return
        number, _, asked = text.removeprefix(ASKED).partition(" ")
        if answer := self._handlers[topic](asked):
            self.tell(DONE, number if answer is True else f"{number} {answer}")

    def _hear_done(self, _: str, text: str) -> None:
        number, _, answer = text.partition(" ")
        if request := self._requests.get(number):
            request.answers.append(answer)
            request.done.set()

    def _name(self, topic: str) -> str:
        return f"{topic}-{self._key}"


ALONE = Notices()
