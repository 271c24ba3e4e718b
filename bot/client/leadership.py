"""Leadership: of the processes of one bot, one runs what is to run once; when it ends, another goes on."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from bot.services.errors import trace

if TYPE_CHECKING:
    from bot.client.locks import Held, Locks
    from bot.services.process_state import ProcessState

__all__ = ["Leadership"]

log = logging.getLogger(__name__)

CHECK_SECONDS = 2.0
"""How often the leader makes sure that it still is."""


AWAY_SECONDS = 5.0
"""How long to wait with a new try while the database is away."""


class Leadership:
    """Runs tasks while this process leads, and notes in `process` whether it does."""

    def __init__(self, locks: Locks, process: ProcessState) -> None:
        self._locks = locks
        self._process = process
        process.leads = False

    async def run(self, begin: Callable[[], Iterable[asyncio.Task[None]]]) -> None:
        """Run the tasks that `begin` starts, whenever this process becomes the leader, until it is cancelled."""
        while True:
            held = await self._win()
            self._process.leads = True
            log.info("This process leads: it syncs the commands, and runs the schedules")
            tasks = list(begin())
            try:
                await self._keep(held)
            finally:
                self._process.leads = False
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
                await held.leave()
            log.warning("This process no longer leads")

    async def _win(self) -> Held:
        while True:
            try:
                return await self._locks.wait("leader")
            except Exception as error:  # the database may be away: then nobody leads
                log.warning("No leader can be found: %s", trace(error))
                await asyncio.sleep(AWAY_SECONDS)

    async def _keep(self, held: Held) -> None:
        """Return once the lock is lost."""
        while held.still():  # noqa: ASYNC110 - the database takes it away, which sets no event
            await asyncio.sleep(CHECK_SECONDS)

    async def last_run(self) -> datetime | None:
        """Return when a leader last completed a scheduled reindex; None if that is not known."""
        try:
            return datetime.fromisoformat(await self._locks.read("scheduled"))
        except ValueError:
            return None

    async def note_run(self, moment: datetime) -> None:
        """Let later leaders know when a scheduled reindex was completed."""
        await self._locks.write("scheduled", moment.isoformat())
