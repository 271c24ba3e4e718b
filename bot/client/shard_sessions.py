"""Sessions of shards, kept outside the process, so that another one can go on where it ended."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.client.locks import Locks

__all__ = ["SavedSession", "ShardSessions"]


@dataclass(frozen=True, slots=True)
class SavedSession:
    """A session of the gateway: up to `sequence` its events were received, and those in `unfinished` not dealt with.

    `handed_over` says that its process ended in order: it dealt with all events that it received.
    """

    session: str
    url: str
    sequence: int
    unfinished: tuple[int, ...] = ()
    handed_over: bool = False

    @property
    def resume_after(self) -> int:
        """The event after which a replay begins."""
        return self.sequence if self.handed_over else min([self.sequence + 1, *self.unfinished]) - 1

    def is_to_do(self, sequence: int) -> bool:
        """Whether an event of the replay is still to be dealt with, as far as is known."""
        return sequence > self.sequence or (not self.handed_over and sequence in self.unfinished)

    def taken(self) -> SavedSession:
        """Return it as it is once another process replays it, which may die in turn."""
        return replace(self, handed_over=False)


class ShardSessions:
    """The sessions of one bot's shards, in values that its processes share."""

    def __init__(self, locks: Locks) -> None:
        self._locks = locks

    async def load(self, shard: int) -> SavedSession | None:
        """Return a shard's session; None if there is none that can be read."""
        text = await self._locks.read(f"session-{shard}")
        try:
            saved = json.loads(text)
            return SavedSession(**saved | {"unfinished": tuple(saved["unfinished"])})
        except (ValueError, KeyError, TypeError):
            return None

    async def save(self, shard: int, session: SavedSession) -> None:
        """Keep a shard's session instead of the one before."""
        await self._locks.write(f"session-{shard}", json.dumps(asdict(session)))
