"""How the shards of a bot are shared out among its processes, as lines of a message."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from bot.shards import format_shards
from bot.text.escape import fit
from bot.text.i18n import gettext

if TYPE_CHECKING:
    from bot.shards import ProcessShards, ShardReport

__all__ = ["shard_lines"]

SHARDS_ROOM = 100


def shard_lines(report: ShardReport | None) -> Iterator[str]:
    """Yield the shards and the processes; nothing if there is one of each."""
    if report is None or (report.count == 1 and len(report.processes) == 1):
        return
    if report.own.shards:
        yield gettext("Shards: {number}; this process runs {shards}.", number=report.count, shards=_named(report.own))
    else:
        yield gettext("Shards: {number}; this process runs none, and stands by.", number=report.count)
    if len(report.processes) > 1:
        waiting = sum(not process.shards for process in report.processes)
        processes = gettext("Processes: {number}.", number=len(report.processes))
        if waiting:
            processes = gettext(
                "Processes: {number}, {waiting} standing by.", number=len(report.processes), waiting=waiting
            )
        yield f"{processes} {_leader(report.own, report.processes)}"


def _leader(own: ProcessShards, processes: Sequence[ProcessShards]) -> str:
    if own.leads:
        return gettext("This process leads.")
    leaders = [process for process in processes if process.leads]
    if not leaders:
        return gettext("None of them leads.")
    if not leaders[0].shards:
        return gettext("One that stands by leads.")
    return gettext("The one that runs {shards} leads.", shards=_named(leaders[0]))


def _named(process: ProcessShards) -> str:
    return fit(format_shards(process.shards), SHARDS_ROOM)
