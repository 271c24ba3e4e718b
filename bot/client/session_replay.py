"""The session that another process left: its missed events are replayed, until this process has one of its own."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import aiohttp
import discord
import yarl
from discord.gateway import DiscordWebSocket, ReconnectWebSocket

from bot.client.discord_patches import dispatch_acknowledged, event_parsers, interaction_of, set_parsers
from bot.client.event_gate import INTERACTION, MESSAGE
from bot.services.errors import trace

if TYPE_CHECKING:
    from discord.ext import commands

    from bot.client.event_gate import EventGate
    from bot.client.shard_sessions import SavedSession

__all__ = ["RESUMABLE", "SessionReplay", "replay_of"]

log = logging.getLogger(__name__)

OVERLAP_SECONDS = 1.0
"""How long both sessions are listened to, so that no event falls between them."""

CONNECT_SECONDS = 20.0
GOODBYE, RESUMABLE = 1000, 4000
BROKEN = (ReconnectWebSocket, discord.ConnectionClosed, discord.HTTPException, aiohttp.ClientError, OSError)


def replay_of(shard: int) -> str:
    """Return the name of a shard's replay among the connections that bring events."""
    return f"{shard} before"


class SessionReplay:
    """Resumes another process's session beside this one's own connection of the shard.

    Interactions are dealt with at once, messages in servers once the shard has its servers. Where the other process
    died, an interaction that it acknowledged is answered if it still waits, and one that it answered is left alone.
    """

    def __init__(self, client: commands.AutoShardedBot, gate: EventGate, shard: int, saved: SavedSession) -> None:
        self._client = client
        self._gate = gate
        self._shard = shard
        self._saved = saved
        self._tasks: set[asyncio.Task[None]] = set()
        self._ready = asyncio.Event()
        self._socket: DiscordWebSocket | None = None
        self.resumed = 0
        """How many events are dealt with here."""

    async def run(self, ready: asyncio.Event) -> None:
        """Replay until the shard is ready, then end the old session; a failure is logged."""
        listening = asyncio.create_task(self._listen())
        try:
            await ready.wait()
            self._ready.set()
            await asyncio.wait({listening}, timeout=OVERLAP_SECONDS)
            await self._close(GOODBYE)
            while self._tasks:
                await asyncio.wait(set(self._tasks))
        finally:
            listening.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await listening
            await self._close(RESUMABLE)
        if self.resumed:
            log.info("Shard %d took over %d questions that were asked meanwhile", self._shard, self.resumed)

    async def _listen(self) -> None:
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                socket = await DiscordWebSocket.from_client(
                    self._client,
                    resume=True,
                    gateway=yarl.URL(self._saved.url),
                    shard_id=self._shard,
                    session=self._saved.session,
                    sequence=self._saved.resume_after,
                )
            self._socket = socket
            set_parsers(socket, {name: partial(self._take, name) for name in (INTERACTION, MESSAGE)})
            while True:
                await socket.poll_event()
        except BROKEN as error:
            log.info("The session of shard %d that another process left has ended: %s", self._shard, trace(error))

    async def _close(self, code: int) -> None:
        socket, self._socket = self._socket, None
        if socket is not None:
            with contextlib.suppress(*BROKEN):
                await socket.close(code=code)

    def _take(self, name: str, data: Any) -> None:
        sequence = (self._socket and self._socket.sequence) or 0
        if not (self._gate.concerns_bot(name, data) and self._saved.is_to_do(sequence)):
            return
        in_doubt = not self._saved.handed_over
        with self._gate.events.arrival(replay_of(self._shard), sequence, int(data["id"]), resumed=in_doubt) as is_new:
            if is_new:
                self.resumed += 1
                task = asyncio.create_task(self._deal(name, data, in_doubt=in_doubt))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    async def _deal(self, name: str, data: Any, *, in_doubt: bool) -> None:
        parse = event_parsers(self._client)[name]
        if name == MESSAGE and "guild_id" in data:
            await self._ready.wait()
        if name == INTERACTION and in_doubt:
            try:
                await self._resume_interaction(data, parse)
            except (discord.HTTPException, aiohttp.ClientError) as error:
                log.warning("A question of the session before could not be taken over: %s", trace(error))
        else:
            parse(data)

    async def _resume_interaction(self, data: Any, parse: Callable[[Any], None]) -> None:
        """Deal with an interaction that may be acknowledged or answered already."""
        interaction = interaction_of(self._client, data)
        try:
            original = await interaction.original_response()
        except discord.NotFound:
            parse(data)
            return
        if original.flags.loading:
            dispatch_acknowledged(self._client, interaction)
