"""The output of a language model as a stream: its tokens counted for whose request it is, its speed learnt."""

from __future__ import annotations

import time
from collections.abc import Generator as PieceGenerator
from collections.abc import Mapping, Sequence
from typing import Any

from index.domain.generation import ChatMessage, GenerationError, GenerationFault, WritingRequest
from index.domain.ports import Generator
from index.generation._speed import ReadingSpeed
from index.generation.budgets import TokenBudgets
from index.generation.token_estimates import estimate_messages

__all__ = ["ModelStream"]


class ModelStream:
    """Asks a generator for at most `max_tokens` a time, within budgets. Thread-safe if the generator is."""

    def __init__(self, generator: Generator, *, max_tokens: int, budgets: TokenBudgets | None = None) -> None:
        self._generator = generator
        self._max_tokens = max_tokens
        self._budgets = budgets
        self._speed = ReadingSpeed()

    def pieces(
        self,
        messages: Sequence[ChatMessage],
        request: WritingRequest,
        deadline: float,
        schema: Mapping[str, Any] | None = None,
    ) -> PieceGenerator[str, None, None]:
        """Yield the pieces of an output. Raises GenerationError."""
        read = estimate_messages(messages)
        reservation = None
        if self._budgets:
            reservation = self._budgets.reserve(read + self._max_tokens, user=request.user, guild=request.guild)
        used: list[int] = []
        started, is_first = time.monotonic(), True
        try:
            for piece in self._generator.stream(
                messages, schema=schema, deadline=deadline, stopped=request.stopped, on_usage=used.append
            ):
                if is_first:
                    self._speed.observe(read, time.monotonic() - started)
                    is_first = False
                yield piece
        except GenerationError as error:
            if is_first and error.fault is GenerationFault.TIMEOUT:
                self._speed.observe(read, time.monotonic() - started)
            raise
        finally:
            if reservation:
                reservation.settle(used[0] if used else None)

    @property
    def most_tokens(self) -> int:
        """How many tokens of messages the model reads at once."""
        return self._generator.context_tokens - self._max_tokens

    def most_in_time(self, deadline: float) -> int:
        """Return how many tokens of messages it reads at once, and surely in time."""
        return min(self.most_tokens, self._speed.most(deadline - time.monotonic()))
