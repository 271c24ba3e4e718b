"""Token budgets of a day: of everyone, of a server and of a user; reserved before a request, settled after it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from index.domain.errors import JournalUnavailable
from index.domain.generation import GenerationError, GenerationFault, GenerationStatus, TokenBudget
from index.journal.token_counts import EVERYONE, MemoryTokenCounts, TokenCounts, TokenOwner, server, user

__all__ = ["GenerationMonitor", "Reservation", "TokenBudgets", "TokenLimits"]

log = logging.getLogger(__name__)

NO_LIMIT = float("inf")


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class TokenLimits:
    """The most tokens of a day in UTC: of everyone, of one server and of one user; 0 for no limit."""

    day: int = 0
    server: int = 0
    user: int = 0


class Reservation:
    """Tokens set aside for one request, until `settle` replaces the estimate by what it took."""

    def __init__(self, counts: TokenCounts, day: date, owners: tuple[TokenOwner, ...], estimate: int) -> None:
        self._counts = counts
        self._day = day
        self._owners = owners
        self._estimate = estimate
        self._lock = threading.Lock()
        self._settled = False

    def settle(self, used: int | None) -> None:
        """Count what the request took: None if that is not known, which leaves the estimate; 0 if it was not sent.

        Only the first call counts.
        """
        with self._lock:
            if self._settled:
                return
            self._settled = True
        if used is None or used == self._estimate:
            return
        try:
            self._counts.correct(self._day, self._owners, used - self._estimate)
        except JournalUnavailable as error:
            log.warning("The estimate of a request's tokens stays counted: %s", error)


class TokenBudgets:
    """Budgets kept in `stored` counts; what these refuse to take, if they are unavailable, is kept in memory.

    Thread-safe, across processes too: a request is counted before it is sent, by its estimate.
    """

    def __init__(self, *, stored: TokenCounts, limits: TokenLimits, clock: Callable[[], datetime] = _now) -> None:
        self._stored = stored
        self._memory = MemoryTokenCounts()
        self._limits = limits
        self._clock = clock

    def reserve(self, estimate: int, *, user: int | None = None, guild: int | None = None) -> Reservation:
        """Set tokens aside for a request.

        Raises
        ------
        GenerationError
            BUDGET: a budget has not as many left.
        """
        day, estimate = self._today(), max(0, estimate)
        limits = self._owners(user, guild)
        counts, added = self._add(day, limits, estimate)
        if not added:
            raise GenerationError(GenerationFault.BUDGET, f"a request of {estimate} tokens exceeds a budget of the day")
        return Reservation(counts, day, tuple(limits), estimate)

    def left(self, *, user: int | None = None, guild: int | None = None) -> dict[TokenOwner, TokenBudget]:
        """Return the budgets that a request of this user in this server would count for."""
        day = self._today()
        return {
            owner: TokenBudget(0 if limit == NO_LIMIT else int(limit), self._used(day, owner))
            for owner, limit in self._owners(user, guild).items()
        }

    def _add(self, day: date, limits: dict[TokenOwner, float], tokens: int) -> tuple[TokenCounts, bool]:
        in_memory = {owner: limit - self._memory.used(day, owner) for owner, limit in limits.items()}
        try:
            return self._stored, self._stored.reserve(day, in_memory, tokens)
        except JournalUnavailable as error:
            log.warning("Tokens are counted in memory: %s", error)
            return self._memory, self._memory.reserve(day, limits, tokens)

    def _used(self, day: date, owner: TokenOwner) -> int:
        in_memory = self._memory.used(day, owner)
        try:
            return self._stored.used(day, owner) + in_memory
        except JournalUnavailable:
            return in_memory

    def _owners(self, user_id: int | None, guild: int | None) -> dict[TokenOwner, float]:
        """Return whose tokens are counted, with the limits; of servers and users only those that have one."""
        owners = {EVERYONE: float(self._limits.day or NO_LIMIT)}
        if self._limits.server and guild is not None:
            owners[server(guild)] = self._limits.server
        if self._limits.user and user_id is not None:
            owners[user(user_id)] = self._limits.user
        return owners

    def _today(self) -> date:
        return self._clock().astimezone(UTC).date()


class GenerationMonitor:
    """What is known of the language model without asking it.

    `model` tells its name, empty if that is not known yet, `paused_until` when a paused one is asked again.
    """

    def __init__(
        self,
        *,
        model: Callable[[], str],
        budgets: TokenBudgets,
        paused_until: Callable[[], datetime | None] = lambda: None,
    ) -> None:
        self._model = model
        self._budgets = budgets
        self._paused_until = paused_until

    def status(self, *, user: int | None = None, guild: int | None = None) -> GenerationStatus:
        """Return the model, its budgets for this user in this server, and whether it is paused."""
        budgets = self._budgets.left(user=user, guild=guild)
        by_kind = {owner.kind: budget for owner, budget in budgets.items()}
        return GenerationStatus(
            model=self._model(),
            day=budgets[EVERYONE],
            server=by_kind.get("server"),
            user=by_kind.get("user"),
            paused_until=self._paused_until(),
        )
