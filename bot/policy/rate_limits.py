"""Who may ask now: a cool-down a user, a measure a server, one question in flight a user, and a bounded queue."""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from discord.ext import commands

from bot.text.i18n import gettext

__all__ = ["Limits", "RateLimiter"]

MINUTE = 60.0
FIRST_GUESS_SECONDS = 0.1
"""How long a question takes, before any was measured."""
WEIGHT = 0.1
"""Of the newest question in the mean of their times."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Least seconds between two questions of a user, most questions a minute of one server, most questions that wait;
    0 for no limit."""

    user_seconds: float = 3.0
    server_per_minute: int = 300
    most_waiting: int = 200


class RateLimiter:
    """Admits questions or says in a sentence why not, and when to come again. `clock` is in seconds.

    Everything here is small: users are forgotten as soon as they may ask again.
    """

    def __init__(self, limits: Limits, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._limits = limits
        self._clock = clock
        self._users: dict[float, commands.CooldownMapping[int]] = {}
        self._servers = _mapping(limits.server_per_minute, MINUTE)
        self._notified = _mapping(1, MINUTE)
        self._in_flight: set[int] = set()
        self._mean = FIRST_GUESS_SECONDS

    @property
    def waiting(self) -> int:
        """Questions that were admitted and are not answered yet."""
        return len(self._in_flight)

    def refusal(self, user: int, server: int | None, *, user_seconds: float | None = None) -> str:
        """Why this user may not ask now; empty if they may, which is then taken note of.

        `user_seconds` is the server's own cool-down, in the place of the bot's.
        """
        if user in self._in_flight:
            return gettext("Your last question is still being answered: one at a time, please.")
        if self._limits.most_waiting and self.waiting >= self._limits.most_waiting:
            wait = max(1, math.ceil(self._mean * self.waiting))
            return gettext("Too many questions are waiting just now: try again in {seconds} s.", seconds=wait)
        now = self._clock()
        users = self._of_users(self._limits.user_seconds if user_seconds is None else user_seconds)
        if wait := _wait(users, user, now):
            return gettext("One question at a time, please: try again in {seconds} s.", seconds=wait)
        if server is not None and (wait := _wait(self._servers, server, now)):
            return gettext("This server asks more than I can take just now: try again in {seconds} s.", seconds=wait)
        for mapping, key in ((users, user), (self._servers, server)):
            if mapping and key is not None:
                mapping.update_rate_limit(key, now)
        return ""

    def may_notify(self, channel: int) -> bool:
        """Whether something that all in a channel see may be said there again: once a minute. Taken note of."""
        return self._notified is None or self._notified.update_rate_limit(channel, self._clock()) is None

    @contextlib.contextmanager
    def in_flight(self, user: int) -> Iterator[None]:
        """Around a question that was admitted."""
        self._in_flight.add(user)
        started = self._clock()
        try:
            yield
        finally:
            self._in_flight.discard(user)
            waited = (self._clock() - started) / max(1, self.waiting)
            self._mean += WEIGHT * (waited - self._mean)

    def _of_users(self, seconds: float) -> commands.CooldownMapping[int] | None:
        """Servers may differ in their cool-down, so there is a measure for each length."""
        if seconds <= 0:
            return None
        if seconds not in self._users:
            self._users[seconds] = commands.CooldownMapping[int].from_cooldown(1, seconds, int)
        return self._users[seconds]


def _mapping(times: int, seconds: float) -> commands.CooldownMapping[int] | None:
    return commands.CooldownMapping[int].from_cooldown(times, seconds, int) if times > 0 else None


def _wait(mapping: commands.CooldownMapping[int] | None, key: int, now: float) -> int:
    """Whole seconds until the measure is not full, 0 if it is not."""
    bucket = mapping.get_bucket(key, now) if mapping else None
    wait = bucket.get_retry_after(now) if bucket else 0.0
    return math.ceil(wait)
