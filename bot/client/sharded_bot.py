"""A bot of many shards: the connections that discord.py's own sharded bot makes one after another, each by itself."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from discord.ext import commands

from bot.client.discord_patches import note_shards
from bot.client.event_gate import EventGate
from bot.client.identify_turns import IdentifyTurns
from bot.client.shard_connection import ShardConnection
from bot.client.shard_keeper import ShardKeeper
from bot.client.shard_sessions import ShardSessions
from bot.services.gateway_events import GatewayEvents
from bot.services.process_state import ProcessState
from bot.shards import ALL_SHARDS, ShardRange

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterable

    from bot.client.locks import Locks

__all__ = ["ShardedBot"]


class ShardedBot(commands.AutoShardedBot):
    """Runs shards in this process: all of them, or with `locks` those that no other process runs.

    discord.py reconnects the shards of a process one at a time, and a first connection that fails is tried forever.
    Here each shard has a task of its own, and a bot that cannot connect at its start ends.
    """

    def __init__(
        self,
        *args: Any,
        shards: ShardRange = ALL_SHARDS,
        locks: Locks | None = None,
        process: ProcessState | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, shard_count=shards.count, **kwargs)
        self.shard_range = shards
        self.turns = IdentifyTurns(locks)
        self.keepers: list[ShardKeeper] = []
        self.process = process or ProcessState()
        self.process.shared = locks is not None
        self._usable = asyncio.Event()
        if locks:
            sessions, gate = ShardSessions(locks), EventGate(self, GatewayEvents())
            how: Any = {"turns": self.turns, "locks": locks, "sessions": sessions, "gate": gate}
            self.keepers = [ShardKeeper(self, shard, **how, changed=self._note_shards) for shard in shards.ids]

    async def connect(self, *, reconnect: bool = True) -> None:
        """Connect every shard, and stay connected until the bot closes; it always reconnects."""
        self.shard_count = self.process.shard_count = await self._count_shards()
        if self.keepers:
            await self._run_shards(keeper.run() for keeper in self.keepers)
            return
        shards = range(self.shard_count)
        note_shards(self, shards)
        self.process.shards = tuple(shards)
        await self._run_shards(ShardConnection(self, shard, self.turns).run() for shard in shards)

    async def _run_shards(self, shards: Iterable[Coroutine[Any, Any, None]]) -> None:
        """Run shards until the bot closes or one of them fails. Raises its error."""
        tasks = [asyncio.create_task(shard) for shard in shards]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _count_shards(self) -> int:
        """Ask Discord how many shards it recommends, and how many may identify at a time."""
        recommended, _, limits = await self.http.get_bot_gateway()
        self.turns.max_concurrency = max(1, limits["max_concurrency"])
        return self.shard_count or recommended

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Do not wait: `IdentifyTurns` did."""

    async def on_shard_ready(self, shard_id: int) -> None:
        """Note that a shard has its servers."""
        self._set_usable()
        for keeper in self.keepers:
            if keeper.shard == shard_id:
                keeper.ready.set()

    def _note_shards(self) -> None:
        """Note which shards this process runs now."""
        process = self.process
        process.shards = tuple(keeper.shard for keeper in self.keepers if keeper.runs)
        process.stands_by = all(keeper.waits for keeper in self.keepers)
        note_shards(self, process.shards)
        if process.stands_by:
            self._set_usable()

    def _set_usable(self) -> None:
        self.process.usable = True
        self._usable.set()

    async def wait_until_usable(self) -> None:
        """Wait until a shard has its servers, or other processes run all of them."""
        await self._usable.wait()
