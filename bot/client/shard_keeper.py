"""A shard that several processes may run: taken when it is free, gone on with where it ended, handed over."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import TYPE_CHECKING

from bot.client.session_replay import RESUMABLE, SessionReplay, replay_of
from bot.client.shard_connection import ShardConnection
from bot.client.shard_sessions import SavedSession
from bot.services.errors import trace

if TYPE_CHECKING:
    from collections.abc import Callable

    from discord.ext import commands

    from bot.client.event_gate import EventGate
    from bot.client.identify_turns import IdentifyTurns
    from bot.client.locks import Held, Locks
    from bot.client.shard_sessions import ShardSessions

__all__ = ["ShardKeeper"]

log = logging.getLogger(__name__)

SAVE_SECONDS = 0.5
"""How often it is saved how far a session got."""

HOLD_OFF_SECONDS = 5.0
"""How long a free shard is left to its process after the database was away, which took everybody's locks."""


class ShardKeeper:
    """Runs a shard while it holds the shard's lock; `waits` says that another process runs it."""

    def __init__(
        self,
        client: commands.AutoShardedBot,
        shard: int,
        *,
        turns: IdentifyTurns,
        locks: Locks,
        sessions: ShardSessions,
        gate: EventGate,
        changed: Callable[[], None],
    ) -> None:
        self.shard = shard
        self.waits = False
        self.ready = asyncio.Event()
        self._client = client
        self._turns = turns
        self._changed = changed
        self._locks = locks
        self._sessions = sessions
        self._gate = gate
        self._held: Held | None = None
        self._connection: ShardConnection | None = None
        self._replay: asyncio.Task[None] | None = None
        self._saved: SavedSession | None = None
        self._trouble = ""
        self._patient = False

    @property
    def runs(self) -> bool:
        """Whether this process runs the shard."""
        return self._held is not None

    async def run(self) -> None:
        """Run the shard whenever it is free, until the client closes. Raises what a connection raises."""
        while not self._client.is_closed():
            self._held = await self._take()
            self.waits = False
            try:
                await self._serve()
            finally:
                await self.hand_over()

    async def _take(self) -> Held:
        while True:
            try:
                if held := await self._locks.take(f"shard-{self.shard}"):
                    return held
                if not self.waits:
                    log.info("Another process runs shard %d: this one takes it over when that ends", self.shard)
                self.waits = self._patient = True  # Discord may be away when the other process ends
                self._changed()
                self._trouble = ""
            except Exception as error:  # the database may be away: it is tried again
                self._complain("Shard %d cannot be taken yet: %s", error)
                await asyncio.sleep(HOLD_OFF_SECONDS)
            await asyncio.sleep(self._locks.poll_seconds)

    def _complain(self, message: str, error: Exception) -> None:
        """Log a failure, once until it ends."""
        if not self._trouble:
            self._trouble = trace(error)
            log.warning(message, self.shard, self._trouble)

    async def _serve(self) -> None:
        """Run the shard until its lock is lost."""
        self.ready.clear()
        if before := await self._load():
            replay = SessionReplay(self._client, self._gate, self.shard, before)
            self._replay = asyncio.create_task(replay.run(self.ready))
        self._connection = ShardConnection(self._client, self.shard, self._turns, self._gate, patient=self._patient)
        self._changed()
        running = asyncio.create_task(self._connection.run())
        keeping = asyncio.create_task(self._keep())
        try:
            await asyncio.wait({running, keeping}, return_when=asyncio.FIRST_COMPLETED)
            if running.done():
                running.result()
            if keeping.done():
                keeping.result()
        finally:
            for task in (running, keeping):
                task.cancel()
            await asyncio.gather(running, keeping, return_exceptions=True)

    async def _load(self) -> SavedSession | None:
        """Return the session that another process left, which is kept until it is replayed here."""
        try:
            before = await self._sessions.load(self.shard)
            if before:
                await self._sessions.save(self.shard, before.taken())
        except Exception as error:  # then the shard begins anew
            log.warning("The session of shard %d cannot be read: %s", self.shard, trace(error))
            return None
        return before

    async def _keep(self) -> None:
        """Save how far the session got, until the lock is lost to another process."""
        while True:
            await asyncio.sleep(SAVE_SECONDS)
            try:
                if self._held and not self._held.still() and not await self._retake():
                    return
                await self._save()
                self._trouble = ""
            except Exception as error:  # the database may be away: questions are answered meanwhile
                self._complain("The session of shard %d is not saved: %s", error)

    async def _retake(self) -> bool:
        """Take a lock anew that was lost with the database; return whether no other process has it now."""
        held = await self._locks.take(f"shard-{self.shard}")
        if held is None:
            log.warning("Another process took shard %d over", self.shard)
            return False
        self._held = held
        return True

    async def _save(self) -> None:
        """Save the session, unless what was saved of the one before is still needed."""
        events = self._gate.events
        if (self._replay and not self._replay.done()) or events.unfinished(replay_of(self.shard)):
            return
        await self._save_session(self._connection, events.unfinished(str(self.shard)))

    async def _save_session(
        self, connection: ShardConnection | None, unfinished: tuple[int, ...] = (), *, handed_over: bool = False
    ) -> None:
        socket = connection.ws if connection else None
        if socket is None or not socket.session_id:
            return
        session = SavedSession(socket.session_id, str(socket.gateway), socket.sequence or 0, unfinished, handed_over)
        if session != self._saved:
            await self._sessions.save(self.shard, session)
            self._saved = session

    async def hand_over(self) -> None:
        """Stop taking events, and let another process go on after those that were taken, which are dealt with here.

        Without the lock the session that is kept is that of the process which has it, and stays.
        """
        held, self._held = self._held, None
        connection, self._connection = self._connection, None
        replay, self._replay = self._replay, None
        if connection:
            await connection.close(RESUMABLE)
        replayed = replay is None or replay.done()
        if replay:
            replay.cancel()
            await asyncio.gather(replay, return_exceptions=True)
        try:
            if replayed and held and held.still():
                await self._save_session(connection, handed_over=True)
        except Exception as error:  # then the next process begins a session of its own
            log.warning("The session of shard %d is not handed over: %s", self.shard, trace(error))
        self._saved = None
        if connection:
            connection.forget()
        if held:
            with contextlib.suppress(Exception):  # a lock in a database that is away is lost already
                await held.leave()
        self._changed()
