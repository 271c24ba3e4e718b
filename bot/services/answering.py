"""Answers of the library, called in threads: a few at a time, but for those that wait for a language model."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import replace

from bot.services.metrics import Metrics, Stage
from bot.services.notices import ALONE, Notices
from bot.services.tracing import Tracing
from bot.services.worker import LibraryWorker
from bot.services.writing import EDIT_EVERY_SECONDS, GrowingAnswer, Show, Writings
from index import Answer, Library
from index.domain.activity import RecordedAnswer
from index.domain.generation import GenerationFault, WritingRequest

__all__ = ["Answering"]

MAX_CONCURRENT = 2
"""Questions in threads at the same time; the model uses all processors, so more would only slow each other."""


class Answering:
    """Has answers made, and shows those that a language model writes while they grow."""

    def __init__(
        self,
        library: Library,
        worker: LibraryWorker,
        *,
        metrics: Metrics | None = None,
        tracing: Tracing | None = None,
        edit_every: float = EDIT_EVERY_SECONDS,
        notices: Notices = ALONE,
    ) -> None:
        self.writings = Writings(notices)
        self.edit_every = edit_every
        self._library = library
        self._worker = worker
        self._metrics = metrics or Metrics()
        self._tracing = tracing or Tracing()
        self._slots = asyncio.Semaphore(MAX_CONCURRENT)

    async def quote(self, question: str, ask: Callable[[str], Answer]) -> Answer:
        """Return the answer of `ask` in quotations, which is not recorded, when its turn comes."""
        with self._tracing.question("page"):
            async with self._turn():
                with self._metrics.timed(Stage.ANSWER):
                    answer = await self._worker.run(ask, question)
            self._tracing.answered(answer)
            return answer

    async def run(
        self, ask: Callable[..., RecordedAnswer], request: WritingRequest, show: Show, *, question: str = ""
    ) -> RecordedAnswer:
        """Return what `ask` returns, called in a thread when its turn comes.

        If a language model writes answers, `ask` is given `writing`, a request, and `show` shows the answer as it
        grows, below `question`. If too many are being written, the answer quotes.
        """
        recorded = await self._run(ask, request, show, question)
        self._tracing.answered(recorded.answer)
        return recorded

    async def _run(
        self, ask: Callable[..., RecordedAnswer], request: WritingRequest, show: Show, question: str
    ) -> RecordedAnswer:
        if not self._library.writes:
            async with self._turn():
                with self._metrics.timed(Stage.ANSWER):
                    return await self._worker.run(ask)
        with self.writings.begin(request.user) as writing:
            growing = GrowingAnswer(show, question=question, writing=writing.key, edit_every=self.edit_every)
            request = replace(request, on_asked=growing.begin, on_answer=growing.update, stopped=writing.stopped)
            async with growing.shown():
                async with self._turn():  # until the language model is asked: from then on the thread mostly waits
                    with self._metrics.timed(Stage.ANSWER):
                        if not self._worker.can_wait:
                            return _unwritten(await self._worker.run(ask))
                        work = asyncio.ensure_future(self._worker.run_waiting(ask, writing=request))
                        begun = asyncio.ensure_future(growing.begun.wait())
                        await asyncio.wait({work, begun}, return_when=asyncio.FIRST_COMPLETED)
                        begun.cancel()
                if work.done():
                    return work.result()
                with self._metrics.timed(Stage.WRITE):
                    return await work

    @contextlib.asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        """Wait until one of the slots is free, and hold it."""
        with self._metrics.waiting() as stop_waiting:
            with self._tracing.stage(Stage.QUEUE):
                await self._slots.acquire()
            try:
                stop_waiting()
                yield
            finally:
                self._slots.release()


def _unwritten(recorded: RecordedAnswer) -> RecordedAnswer:
    """Return an answer of quotations that says why no language model wrote it."""
    fault = "" if recorded.answer.abstained else GenerationFault.BUSY
    return replace(recorded, answer=replace(recorded.answer, fault=fault))
