"""The place of a process among those of its bot: which shards it runs, and whether it leads."""

from __future__ import annotations

from dataclasses import dataclass

from bot.shards import format_shards

__all__ = ["ProcessState"]


@dataclass
class ProcessState:
    """What the client notes of this process; `usable` says that its shards were ready once, or that it stands by.

    `stands_by` says that other processes run all of its shards, which it takes over when they end; `leads` that it
    syncs the commands and runs the schedules, as a process does that is alone.
    """

    shards: tuple[int, ...] = ()
    shard_count: int = 1
    shared: bool = False
    stands_by: bool = False
    leads: bool = True
    usable: bool = False

    def describe(self) -> dict[str, object]:
        """Return it for a page of health."""
        about = {"shards": format_shards(self.shards), "shard_count": self.shard_count}
        return about | {"stands_by": self.stands_by, "leads": self.leads}
