"""Upkeep of servers' own libraries: rebuilt when the shared sources changed, deleted some time after the bot left."""

from __future__ import annotations

import asyncio
import logging

from discord.ext import tasks

from bot.services.build_queue import BuildQueue
from bot.services.errors import explain
from bot.services.metrics import Metrics
from bot.services.worker import LibraryWorker
from index import Corpora, LibraryError, Message
from index.domain.activity import report_outcome

__all__ = ["CorporaMaintenance"]

log = logging.getLogger(__name__)

LOOK_EVERY_SECONDS = 5.0
HOURS_BETWEEN = 1.0


class CorporaMaintenance:
    """Does nothing if no server has a library of its own. A failure is logged, and the other servers get their turn."""

    def __init__(self, libraries: Corpora, *, worker: LibraryWorker, builds: BuildQueue, metrics: Metrics) -> None:
        self._libraries = libraries
        self._worker = worker
        self._builds = builds
        self._metrics = metrics

    def start(self) -> list[asyncio.Task[None]]:
        """Start what there is to do, and return the tasks, to be cancelled at the end."""
        return [self.rebuild_loop.start(), self.delete_loop.start()] if self._libraries.enabled else []

    def stop(self) -> None:
        self.rebuild_loop.cancel()
        self.delete_loop.cancel()

    @tasks.loop(seconds=LOOK_EVERY_SECONDS)
    async def rebuild_loop(self) -> None:
        await self.rebuild_outdated()

    @tasks.loop(hours=HOURS_BETWEEN)
    async def delete_loop(self) -> None:
        await self.delete_left()

    async def rebuild_outdated(self) -> None:
        """Rebuild, one after the other, the libraries that lack what changed in the shared sources."""
        try:
            servers = await self._worker.run(self._libraries.outdated)
        except Exception as error:  # whatever it was, it is looked again
            explain(error, "looking for servers' libraries to rebuild")
            return
        for server in servers:
            try:
                async with self._builds.turn():
                    await self._worker.run(self._rebuild, server)
            except LibraryError as error:
                self._metrics.count_error(error)
                log.warning("A server's library is not rebuilt, and serves as it was: %s", error.log_message)
            except Exception as error:  # the other servers get theirs
                self._metrics.count_error(error)
                explain(error, "rebuilding a server's library")

    async def delete_left(self) -> None:
        """Delete what servers had that the bot left longer ago than the grace time."""
        try:
            deleted = await self._worker.run(self._libraries.delete_left)
        except Exception as error:  # whatever it was, it is tried again
            explain(error, "deleting what servers had")
            return
        if deleted:
            log.info("Deleted what %d servers had that I am no longer in", len(deleted))

    def _rebuild(self, server: int) -> None:
        library = self._libraries.of(server)
        if library.borrowed:  # it was deleted, or left, meanwhile
            return
        with library.audited(Message("reindex"), origin=str(server)) as line, self._metrics.reindex():
            line.outcome = report_outcome(library.reindex())
