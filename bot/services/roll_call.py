"""A roll call of a bot's processes: how many there are, which shards each runs, and which one leads."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from bot.shards import ProcessShards, ShardReport, format_shards, parse_shards

if TYPE_CHECKING:
    from bot.services.notices import Notices
    from bot.services.process_state import ProcessState

__all__ = ["RollCall"]

PRESENT = "present"
"""The topic of notices that every process answers by its shards."""


class RollCall:
    """Asks the bot's processes for their shards, and answers for this one."""

    def __init__(self, process: ProcessState, notices: Notices) -> None:
        self._process = process
        self._notices = notices
        notices.on(PRESENT, lambda _: json.dumps({"shards": format_shards(process.shards), "leads": process.leads}))

    async def report(self) -> ShardReport:
        """Return how the shards are shared out now; other processes have a second to answer."""
        own = ProcessShards(self._process.shards, self._process.leads)
        answers = await self._notices.gather(PRESENT) if self._notices.shared else []
        processes = tuple(filter(None, map(_read, answers)))
        return ShardReport(self._process.shard_count, own, processes or (own,))


def _read(answer: str) -> ProcessShards | None:
    """Return what a process answered; None if it is of another release, and says it in another way."""
    try:
        table = json.loads(answer)
        return ProcessShards(parse_shards(table["shards"]), bool(table["leads"]))
    except (ValueError, KeyError, TypeError):
        return None
