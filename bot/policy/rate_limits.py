"""Rate limits: a cool-down per user, a limit per server, one question in flight per user, and a bounded queue."""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from discord.ext import commands

from bot.text.i18n import gettext, gettext_noop

__all__ = ["IN_FLIGHT", "MINUTE", "TOO_EARLY", "TOO_MANY", "Limits", "RateLimiter"]

MINUTE = 60.0
FIRST_ESTIMATE = 0.1
"""Seconds that a question takes, before any was measured."""
SMOOTHING = 0.1
"""Weight of the newest question in the moving average of their times."""

IN_FLIGHT = gettext_noop("Your last question is still being answered: one at a time, please.")
TOO_EARLY = gettext_noop("One question at a time, please: try again in {seconds} s.")
TOO_MANY = gettext_noop("This server asks more than I can take just now: try again in {seconds} s.")


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of questions; 0 for no limit."""

    user_seconds: float = 3.0
    """Least time between two questions of a user."""
    server_per_minute: int = 300
    most_waiting: int = 200
    """Questions of all users that are not answered yet."""


class RateLimiter:
    """Admits questions, or says why not and when to try again; `clock` is in seconds.

    It stays small: a user is forgotten as soon as the cool-down is over.
    """

    def __init__(self, limits: Limits, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._limits = limits
        self._clock = clock
        self._users: dict[float, commands.CooldownMapping[int]] = {}
        self._servers = _mapping(limits.server_per_minute, MINUTE)
        self._notices = _mapping(1, MINUTE)
        self._in_flight: set[int] = set()
        self._mean_seconds = FIRST_ESTIMATE

    @property
    def waiting(self) -> int:
        """How many admitted questions are not answered yet."""
        return len(self._in_flight)

    def refusal(self, user: int, server: int | None, *, user_seconds: float | None = None) -> str:
        """Return why a user may not ask now; empty if the question is admitted, which counts against the limits.

        `user_seconds` is the server's own cool-down, in place of the bot's.
        """
        if refusal := self.problem(user, server, user_seconds=user_seconds):
            return refusal
        now = self._clock()
        for mapping, key in ((self._users_mapping(user_seconds), user), (self._servers, server)):
            if mapping and key is not None:
                mapping.update_rate_limit(key, now)
        return ""

    def problem(self, user: int, server: int | None, *, user_seconds: float | None = None) -> str:
        """Return why a user may not ask now, as `refusal` does; empty if the question may be asked. Counts nothing."""
        if user in self._in_flight:
            return gettext(IN_FLIGHT)
        if self._limits.most_waiting and self.waiting >= self._limits.most_waiting:
            wait = max(1, math.ceil(self._mean_seconds * self.waiting))
            return gettext("Too many questions are waiting just now: try again in {seconds} s.", seconds=wait)
        now = self._clock()
        if wait := _seconds_left(self._users_mapping(user_seconds), user, now):
            return gettext(TOO_EARLY, seconds=wait)
        if server is not None and (wait := _seconds_left(self._servers, server, now)):
            return gettext(TOO_MANY, seconds=wait)
        return ""

    def wait_seconds(self, user: int, server: int | None, *, user_seconds: float | None = None) -> int:
        """Return in how many seconds the limits of time admit a question; 0 if they do now."""
        now = self._clock()
        own = _seconds_left(self._users_mapping(user_seconds), user, now)
        return own if server is None else max(own, _seconds_left(self._servers, server, now))

    def may_notify(self, reader: int) -> bool:
        """Return whether a notice may be sent to a channel or a user, by id, which counts: once a minute."""
        return self._notices is None or self._notices.update_rate_limit(reader, self._clock()) is None

    @contextlib.contextmanager
    def in_flight(self, user: int) -> Iterator[None]:
        """Count an admitted question as unanswered within a block, and measure its time."""
        self._in_flight.add(user)
        started = self._clock()
        try:
            yield
        finally:
            self._in_flight.discard(user)
            seconds = (self._clock() - started) / max(1, self.waiting)
            self._mean_seconds += SMOOTHING * (seconds - self._mean_seconds)

    def _users_mapping(self, user_seconds: float | None) -> commands.CooldownMapping[int] | None:
        """Return the cool-downs of one length, since servers may choose their own."""
        seconds = self._limits.user_seconds if user_seconds is None else user_seconds
        if seconds <= 0:
            return None
        if seconds not in self._users:
            self._users[seconds] = commands.CooldownMapping[int].from_cooldown(1, seconds, int)
        return self._users[seconds]


def _mapping(rate: int, seconds: float) -> commands.CooldownMapping[int] | None:
    return commands.CooldownMapping[int].from_cooldown(rate, seconds, int) if rate > 0 else None


def _seconds_left(mapping: commands.CooldownMapping[int] | None, key: int, now: float) -> int:
    """Return whole seconds until the limit admits another question; 0 if it does now."""
    bucket = mapping.get_bucket(key, now) if mapping else None
    return math.ceil(bucket.get_retry_after(now)) if bucket else 0
