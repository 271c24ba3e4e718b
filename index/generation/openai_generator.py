"""A language model behind any server with OpenAI's chat interface."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError
from contextlib import suppress
from datetime import datetime
from queue import Empty
from threading import Event
from typing import TYPE_CHECKING, Any

from pybreaker import CircuitBreakerError

from index.domain.generation import ChatMessage, GenerationError, GenerationFault
from index.generation._breaker import ServerBreaker
from index.generation._call import CURRENT, Call
from index.generation._chat_client import ChatClient
from index.generation._event_loop import BackgroundLoop
from index.generation.dialect import Dialect
from index.generation.faults import ServerFault, complaint, context_limit, generation_error, late_error
from index.generation.profiles import ModelProfile, profile_of
from index.generation.repetition import RepetitionGuard
from index.generation.served_models import choose_model, parse_models

if TYPE_CHECKING:
    from openai import AsyncStream
    from openai.types.chat import ChatCompletionChunk

__all__ = ["OpenAIGenerator"]

log = logging.getLogger(__name__)

FAILURES = 5
"""Faults of the server in a row after which it is not asked for a while."""
PAUSE_SECONDS = 60.0
LIST_SECONDS = 5.0
PREPARE_SECONDS = 1.0
"""How long an answer waits until the server has said what it has."""
POLL_SECONDS = 0.1
"""How soon a stop is noticed while nothing comes."""
MOST_CHARACTERS_PER_TOKEN = 12
"""Of a server that does not keep to the most tokens, no more is read than this."""


class OpenAIGenerator:
    """A `Generator` by the official client; nothing is opened before the first use.

    Parameters
    ----------
    base_url, model, api_key : str
        As in LLM_BASE_URL, LLM_MODEL (empty: the server's only model) and LLM_API_KEY.
    max_tokens : int
        The most tokens of one output.
    context_tokens : int
        How many tokens the model reads at once; 0: what the server says, else the profile.
    concurrency : int
        How many requests run at a time; others wait in their order, within their deadlines.
    failures, pause_seconds
        After so many faults of the server in a row it is not asked for so long.
    """

    def __init__(
        self,
        *,
        base_url: str,
        model: str = "",
        api_key: str = "",
        max_tokens: int = 1024,
        context_tokens: int = 0,
        concurrency: int = 4,
        failures: int = FAILURES,
        pause_seconds: float = PAUSE_SECONDS,
    ) -> None:
        self._base_url = base_url
        self._model = model
        self._max_tokens = max_tokens
        self._context_tokens = context_tokens
        self._told_tokens = 0
        self._dialect = Dialect()
        self._places = asyncio.Semaphore(concurrency)
        self._loop = BackgroundLoop("language-model")
        self._client = ChatClient(base_url, api_key)
        self._breaker = ServerBreaker(failures, pause_seconds)

    def __repr__(self) -> str:
        return f"OpenAIGenerator(base_url={self._base_url!r}, model={self._model!r})"

    @property
    def name(self) -> str:
        """The model's name; empty until the server has been asked for its only one."""
        return self._model

    @property
    def profile(self) -> ModelProfile:
        return profile_of(self._model)

    @property
    def context_tokens(self) -> int:
        return self._context_tokens or self._told_tokens or self.profile.context_tokens

    @property
    def reads_pictures(self) -> bool:
        """Whether pictures are sent: by the profile, until the server rejects one."""
        return self.profile.reads_pictures and self._dialect.pictures

    @property
    def paused_until(self) -> datetime | None:
        """When the server is asked again (UTC), while it is not because it failed so often."""
        return self._breaker.open_until

    def prepare(self) -> None:
        """Load the client and ask the server what it has; log a warning with its remedy if something is wrong.

        A server that is slow to answer is asked on in the background.
        """
        self._client.open()
        with suppress(TimeoutError):
            self._loop.submit(self._look_up_or_warn()).result(PREPARE_SECONDS)

    def stream(
        self,
        messages: Sequence[ChatMessage],
        *,
        schema: Mapping[str, Any] | None = None,
        deadline: float,
        stopped: Event | None = None,
        on_usage: Callable[[int], None] | None = None,
    ) -> Iterator[str]:
        """Yield the pieces of the output as they come; see `Generator`."""
        self._client.open()
        call = Call(messages, schema, deadline)
        work = self._loop.submit(self._write(call))
        work.add_done_callback(lambda _: call.pieces.put(None))
        try:
            while not (stopped is not None and stopped.is_set()):
                try:
                    piece = call.pieces.get(timeout=POLL_SECONDS)
                except Empty:
                    continue
                if piece is None:
                    work.result()
                    return
                yield piece
        except CancelledError:
            raise GenerationError(GenerationFault.UNUSABLE, "the program ends") from None
        finally:
            work.cancel()
            if on_usage is not None:
                on_usage(call.tokens())

    def close(self) -> None:
        """End what is being written and close the connections; it cannot be used any more."""
        if self._client.is_open:
            self._loop.submit(self._client.close()).result()
        self._loop.close()

    async def _write(self, call: Call) -> None:
        """Wait for a place, then ask; raises nothing but `GenerationError`."""
        try:
            async with asyncio.timeout(call.remaining):
                if call.remaining <= 0:
                    raise TimeoutError
                await self._places.acquire()
        except TimeoutError:
            raise GenerationError(GenerationFault.TIMEOUT, "no place was free in time") from None
        try:
            with self._breaker.one_at_a_time():
                await self._ask(call)
        except CircuitBreakerError:
            raise GenerationError(GenerationFault.PAUSED, "it failed so often that it is not asked now") from None
        finally:
            self._places.release()

    async def _ask(self, call: Call) -> None:
        """Do the request within its time; an error of the client holds question and key, so it is not passed on."""
        CURRENT.set(call)
        call.begin()
        try:
            async with asyncio.timeout(call.remaining):
                if not self._model:
                    await self._look_up()
                stream = await self._request(call)
                async with stream:
                    await self._read(stream, call)
        except TimeoutError:
            call.asked = call.status in (0, 200)
            raise late_error(call.status, fair=call.had_its_time) from None
        except Exception as error:  # the client's words may hold the question or the key: only their kind goes on
            call.asked = False
            raise generation_error(error) from None

    async def _request(self, call: Call) -> AsyncStream[ChatCompletionChunk]:
        """Return the opened stream, in the richest dialect that the server takes."""
        from openai import APIStatusError

        dialect = self._dialect
        while True:
            call.asked = True
            try:
                stream = await self._client.chat(
                    {
                        "model": self._model,
                        "messages": call.wire_messages(pictures=dialect.pictures),
                        **dialect.parameters(self.profile, self._max_tokens, call.schema),
                    }
                )
            except APIStatusError as error:
                words = complaint(error.body)
                if error.status_code not in (400, 422, 501) and not (error.status_code == 500 and "image" in words):
                    raise
                weaker = dialect.without(words, schema=call.schema is not None, pictures=call.has_pictures)
                if weaker is None:
                    self._told_tokens = context_limit(error.body) or self._told_tokens
                    raise
                dialect = weaker
            else:
                self._dialect = dialect
                return stream

    async def _read(self, stream: AsyncStream[ChatCompletionChunk], call: Call) -> None:
        """Put the pieces of a stream into the call; raises if it is of no use."""
        call.opened = True
        guard = RepetitionGuard()
        ending = ""
        async for chunk in stream:
            if chunk.usage:
                call.counted = chunk.usage.prompt_tokens + chunk.usage.completion_tokens
            for choice in chunk.choices[:1]:
                ending = choice.finish_reason or ending
                if choice.delta.refusal or ending == "content_filter":
                    raise GenerationError(GenerationFault.UNUSABLE, "it refused")
                if piece := choice.delta.content:
                    call.put(piece)
                    if guard.repeats(piece):
                        raise GenerationError(GenerationFault.UNUSABLE, "it repeats itself")
            if call.characters > self._max_tokens * MOST_CHARACTERS_PER_TOKEN:
                return
        if not call.characters:
            kind = stream.response.headers.get("content-type", "nothing").partition(";")[0]
            raise GenerationError(GenerationFault.UNUSABLE, f"it wrote nothing ({kind}): is LLM_BASE_URL right?")
        if not ending:
            raise ServerFault(GenerationFault.UNREACHABLE, "its output broke off")

    async def _look_up_or_warn(self) -> None:
        try:
            await self._look_up()
        except GenerationError as error:
            log.warning("No language model writes: %s. Until that is mended, answers are quotations.", error)

    async def _look_up(self) -> None:
        """Ask the server which models it has, for the name if none is given, and for the context."""
        try:
            async with asyncio.timeout(LIST_SECONDS):
                models = parse_models(await self._client.models())
        except Exception as error:  # a server may answer anything: it is named a fault, without its words
            if self._model and getattr(error, "status_code", 0) in (404, 405, 501):
                return  # not every server lists its models
            if isinstance(error, TimeoutError):
                error = ServerFault(GenerationFault.TIMEOUT, "it does not answer")
            raise generation_error(error) from None
        model = choose_model(self._model, models)
        if model is not None:
            self._model = self._model or model.name
            self._told_tokens = model.context_tokens
