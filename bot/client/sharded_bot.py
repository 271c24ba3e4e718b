"""A bot of many shards: the connections that discord.py's own sharded bot makes one after another, each by itself."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from discord.ext import commands

from bot.client.identify_turns import IdentifyTurns
from bot.client.shard_connection import ShardConnection
from bot.shards import ALL_SHARDS, ShardRange

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["ShardedBot"]


class ShardedBot(commands.AutoShardedBot):
    """Runs the shards of this process.

    discord.py reconnects the shards of a process one at a time, and a first connection that fails is tried forever.
    Here each shard has a task of its own, and a bot that cannot connect at its start ends.
    """

    def __init__(self, *args: Any, shards: ShardRange = ALL_SHARDS, **kwargs: Any) -> None:
        super().__init__(*args, shard_count=shards.count, **kwargs)
        self.shard_range = shards
        self.turns = IdentifyTurns()

    async def connect(self, *, reconnect: bool = True) -> None:
        """Connect every shard, and stay connected until the bot closes; it always reconnects."""
        count = await self._count_shards()
        self.shard_count = self._connection.shard_count = count
        shards = list(self.shard_range.ids) or range(count)
        self._connection.shard_ids = shards
        await self._run_shards(ShardConnection(self, shard, self.turns).run() for shard in shards)

    async def _run_shards(self, shards: Iterable[Any]) -> None:
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
