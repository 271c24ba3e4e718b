"""Long work on the index: done in a thread, its progress shown in the response of an interaction."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections.abc import Callable
from typing import TypeVar

import aiohttp
import discord

from bot.services.errors import trace
from bot.services.interactions import Interaction
from bot.services.worker import LibraryWorker
from bot.views import status as status_view
from index import Corpora

__all__ = ["ProgressMessages", "Run"]

log = logging.getLogger(__name__)

T = TypeVar("T")

Turn = contextlib.AbstractAsyncContextManager[None]
"""What is entered when work may begin, and left when it has ended."""

EDIT_EVERY_SECONDS = 2.0


class Run:
    """The progress of one run, called from its thread; `number` identifies one that can be cancelled, else it is 0."""

    def __init__(self, stage: str, number: int = 0) -> None:
        self.number = number
        self.progress = (stage, 0, 0)
        self.cancelled = threading.Event()

    def __call__(self, stage: str, done: int, total: int) -> None:
        self.progress = (stage, done, total)  # one assignment, so that a reader in another thread sees a whole triple


class ProgressMessages:
    """Runs work in a thread and edits the response of an interaction as it goes on."""

    def __init__(self, libraries: Corpora, worker: LibraryWorker, *, edit_every: float = EDIT_EVERY_SECONDS) -> None:
        self.edit_every = edit_every
        self._libraries = libraries
        self._worker = worker

    async def run(self, interaction: Interaction, run: Run, work: Callable[[], T], *, turn: Turn | None = None) -> T:
        """Return the result of `work`, begun when its `turn` comes, or raise its error; then no progress is shown."""
        ended = asyncio.Event()
        display = asyncio.create_task(self._show(interaction, run, ended))
        try:
            async with turn or contextlib.nullcontext():
                return await self._worker.run(work)
        finally:
            ended.set()
            await display

    async def _show(self, interaction: Interaction, run: Run, ended: asyncio.Event) -> None:
        """Edit the response whenever there is progress, but not too often, until the work has ended."""
        before = None
        while not ended.is_set():
            cancelled = run.cancelled.is_set()
            if (now := (run.progress, cancelled)) != before:
                before = now
                running = self._libraries.of(interaction.guild_id).running()
                same = running if running and running.stage == run.progress[0] else None
                view = status_view.progress_message(
                    *now[0],
                    left=same.seconds_left if same else None,
                    rate=same.per_second if same else None,
                    run=run.number,
                    cancelled=cancelled,
                )
                try:
                    await interaction.edit_original_response(view=view)
                except (discord.HTTPException, aiohttp.ClientError) as error:
                    log.warning("Progress is no longer shown: %s", trace(error))
                    return
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(ended.wait(), self.edit_every)
