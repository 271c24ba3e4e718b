"""The circuit breaker of a language model's server."""

from __future__ import annotations

import logging
from asyncio import CancelledError
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pybreaker

from index.generation.faults import ServerFault

__all__ = ["ServerBreaker"]

log = logging.getLogger(__name__)


class ServerBreaker(pybreaker.CircuitBreaker):
    """Opens after so many faults of the server in a row; other errors show that it lives."""

    def __init__(self, failures: int, seconds: float) -> None:
        self._memory = pybreaker.CircuitMemoryStorage(pybreaker.STATE_CLOSED)
        super().__init__(
            fail_max=failures,
            reset_timeout=seconds,
            state_storage=self._memory,
            exclude=[lambda error: not isinstance(error, ServerFault)],
            listeners=[_Log()],
            throw_new_error_on_trip=False,
        )
        self._is_trying = False

    @contextmanager
    def one_at_a_time(self) -> Iterator[None]:
        """Run a request unless the server is paused; after a pause one alone, which tells whether the others may.

        Not for several threads. Raises CircuitBreakerError.
        """
        if self.current_state == pybreaker.STATE_CLOSED:
            with self.calling():
                yield
            return
        if self._is_trying:
            raise pybreaker.CircuitBreakerError("another request tries whether the server answers again")
        self._is_trying = True
        try:
            with self.calling():
                yield
        except CancelledError:  # given up by who asked, which tells nothing of the server
            self.half_open()
            raise
        finally:
            self._is_trying = False

    @property
    def open_until(self) -> datetime | None:
        """When the server is asked again (UTC); None while it is asked."""
        opened = self._memory.opened_at
        if self.current_state != pybreaker.STATE_OPEN or opened is None:
            return None
        end = opened + timedelta(seconds=self.reset_timeout)
        return end if end > datetime.now(UTC) else None


class _Log(pybreaker.CircuitBreakerListener):
    """Logs when the server is given up for a while, and when it is asked again."""

    def state_change(
        self,
        cb: pybreaker.CircuitBreaker,
        old_state: pybreaker.CircuitBreakerState | None,
        new_state: pybreaker.CircuitBreakerState,
    ) -> None:
        if new_state.name == pybreaker.STATE_OPEN:
            log.warning("The language model's server failed so often that it is not asked for %g s.", cb.reset_timeout)
        elif new_state.name == pybreaker.STATE_CLOSED:
            log.info("The language model's server answers again.")
