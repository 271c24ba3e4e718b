"""Limits of questions that the processes of one bot hold together; each process holds its own besides."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from bot.policy.rate_limits import IN_FLIGHT, MINUTE, TOO_EARLY, TOO_MANY, Limits
from bot.services.errors import trace
from bot.services.worker import LibraryWorker
from bot.text.i18n import gettext
from index import LibraryError
from index.domain.limits import RateLimit

if TYPE_CHECKING:
    from bot.services.ask_context import AskContext
    from index.domain.coordination import RateCounter

__all__ = ["SharedLimits", "SharedRefusal"]

log = logging.getLogger(__name__)

T = TypeVar("T")

ANSWER_SECONDS = 0.5
"""How long a question waits for the database: a sixth of the time that Discord gives for a first response."""

AWAY_SECONDS = 5.0
"""How long each process counts for itself once the database did not answer in time."""

IN_FLIGHT_SECONDS = 60.0
"""How long a question that is being answered keeps its user's next one waiting in other processes, at most: so long
after the death of a process."""

MOST_ANSWERED = 1000
"""Questions that were answered while the database was away, and are told to it afterwards."""


@dataclass(frozen=True, slots=True)
class SharedRefusal:
    """Why a question is not answered now, and in how many seconds it may be asked again; 0 if that is not known."""

    text: str
    wait: int


class SharedLimits:
    """Counts questions for all processes of a bot; without a `counter`, or while it is away, it admits all.

    `hash_id` returns the journal's keyed hash of an id; it and the counter are called in a thread. `key` stands for the
    bot among those that use one database.
    """

    def __init__(
        self, limits: Limits, counter: RateCounter | None, hash_id: Callable[[str, int], str], key: str
    ) -> None:
        self._limits = limits
        self._counter = counter
        self._hash_id = hash_id
        self._key = key
        self._worker = LibraryWorker()
        self._answered: deque[AskContext] = deque(maxlen=MOST_ANSWERED)
        self._retry_at = 0.0
        self._is_away = False

    @contextlib.asynccontextmanager
    async def counted(self, context: AskContext) -> AsyncIterator[SharedRefusal | None]:
        """Count a question, which is in flight until the block ends; yield why it is refused, if it is."""
        if self._counter is None or time.monotonic() < self._retry_at:
            yield None
            return
        reached = await self._call(self._take, self._counter, context)
        if reached:
            yield _refusal(reached)
            return
        try:
            yield None
        finally:
            self._answered.append(context)
            if not self._is_away:
                await self._call(self._give_back, self._counter)

    async def _call(self, func: Callable[..., T], *args: object) -> T | None:
        """Return the result of a call in the one thread of all of them; None if it fails, or takes too long."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                result = await self._worker.run_in_turn(func, *args)
        except Exception as error:  # whatever it is, it costs nobody an answer
            self._retry_at = time.monotonic() + AWAY_SECONDS
            if not self._is_away:
                _log(error)
            self._is_away = True
            return None
        if self._is_away and time.monotonic() >= self._retry_at:  # else it was asked before
            log.info("Limits of questions hold in all processes together again")
            self._is_away = False
        return result

    def _take(self, counter: RateCounter, context: AskContext) -> dict[str, float]:
        """Return the seconds until the limits that are reached admit a question, by their texts."""
        self._give_back(counter)
        limits = self._limits_of(context)
        reached = counter.take(self._event(context), list(limits.values()))
        return {text: reached[limit.key] for text, limit in limits.items() if limit.key in reached}

    def _give_back(self, counter: RateCounter) -> None:
        """Let the counter know which questions are no longer in flight."""
        while self._answered:
            context = self._answered[0]
            counter.give_back(self._event(context), self._in_flight(context))
            self._answered.popleft()

    def _limits_of(self, context: AskContext) -> dict[str, RateLimit]:
        limits = {IN_FLIGHT: RateLimit(self._in_flight(context), 1, IN_FLIGHT_SECONDS)}
        own = context.settings.cooldown
        if seconds := self._limits.user_seconds if own is None else own:
            limits[TOO_EARLY] = RateLimit(self._name(f"cooldown-{seconds:g}", context.user), 1, seconds)
        if context.guild is not None and (most := self._limits.server_per_minute):
            limits[TOO_MANY] = RateLimit(self._name("server", context.guild), most, MINUTE)
        return limits

    def _in_flight(self, context: AskContext) -> str:
        return self._name("in-flight", context.user)

    def _event(self, context: AskContext) -> str:
        return self._name("question", context.event)

    def _name(self, kind: str, number: int) -> str:
        """Return what stands for an id in the database; its hash is not the one of the journal's own rows."""
        return f"{kind}-{self._key}-{self._hash_id(f'limits-{kind}', number)}"


def _log(error: Exception) -> None:
    """Log that the database did not count a question."""
    if isinstance(error, TimeoutError):
        log.warning(
            "Each process holds its own limits of questions for now: the database takes longer than half a second"
        )
    else:
        why = error.log_message if isinstance(error, LibraryError) else trace(error)
        log.warning("Each process holds its own limits of questions for now: %s", why)


def _refusal(reached: Mapping[str, float]) -> SharedRefusal:
    """Return the first reason of those limits that are reached, and the longest of the waits that are known."""
    waits = {text: max(1, math.ceil(seconds)) for text, seconds in reached.items() if text != IN_FLIGHT}
    text = next(iter(reached))
    return SharedRefusal(gettext(text, seconds=waits.get(text, 0)), max(waits.values(), default=0))
