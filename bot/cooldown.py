"""The least time between two questions of one user, wherever they ask."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from discord.ext import commands

__all__ = ["Cooldown"]


class Cooldown:
    """Counts per user; forgets whoever has not asked for as long as the cool-down lasts. `clock` is in seconds."""

    def __init__(self, seconds: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._users = commands.CooldownMapping[int].from_cooldown(1, seconds, int) if seconds > 0 else None

    def take(self, user: int) -> int:
        """0 if the user may ask now, which is then taken note of; else the whole seconds until they may."""
        wait = self._users.update_rate_limit(user, self._clock()) if self._users else None
        return math.ceil(wait) if wait else 0
