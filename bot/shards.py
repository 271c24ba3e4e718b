"""Shards: which of Discord's servers a process answers, since one connection takes 2,500 of them at most."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["ALL_SHARDS", "MOST_SHARDS", "ProcessShards", "ShardRange", "ShardReport", "format_shards", "parse_shards"]

MOST_SHARDS = 100_000


@dataclass(frozen=True, slots=True)
class ShardRange:
    """The shards that a process may run, of `count` in all.

    Without `count`, there are as many as Discord recommends; without `ids`, this process alone runs all of them.
    """

    count: int | None = None
    ids: tuple[int, ...] = ()

    @property
    def shared(self) -> bool:
        """Whether other processes run shards of the same bot."""
        return bool(self.ids)


ALL_SHARDS = ShardRange()


@dataclass(frozen=True, slots=True)
class ProcessShards:
    """The shards that a process runs, none if it stands by, and whether it leads."""

    shards: tuple[int, ...] = ()
    leads: bool = False


@dataclass(frozen=True, slots=True)
class ShardReport:
    """How a bot's `count` shards are shared out: `own` is this process, `processes` are all, this one included."""

    count: int
    own: ProcessShards
    processes: tuple[ProcessShards, ...]


def parse_shards(text: str) -> tuple[int, ...]:
    """Return the shards that a text such as "0-3,8" names, in order. Raises ValueError, fit to show."""
    shards: set[int] = set()
    for part in filter(None, re.split(r"[,\s]+", text)):
        match = re.fullmatch(r"(\d{1,6})(?:-(\d{1,6}))?", part)
        if not match:
            raise ValueError(f'"{text}" should be numbers from 0 and ranges of them, such as 0-3,8')
        first, last = int(match[1]), int(match[2] or match[1])
        if last < first or last >= MOST_SHARDS:
            raise ValueError(f'"{text}" should be numbers from 0 and ranges of them, such as 0-3,8')
        shards.update(range(first, last + 1))
    return tuple(sorted(shards))


def format_shards(shards: tuple[int, ...]) -> str:
    """Return shards as people write them: "0-3,8"."""
    runs: list[list[int]] = []
    for shard in sorted(shards):
        if runs and shard == runs[-1][-1] + 1:
            runs[-1].append(shard)
        else:
            runs.append([shard])
    return ",".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)
