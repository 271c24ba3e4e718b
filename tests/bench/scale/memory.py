"""Memory of a process and its children, from /proc."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Memory", "PeakMemory", "peak_memory", "tree_memory"]

INTERVAL = 0.5
"""Seconds between two looks."""

KB = 1_024


@dataclass(frozen=True, slots=True)
class Memory:
    """Megabytes in memory: `resident` with pages of files that are mapped, `own` without them.

    A page that several processes share counts once in all.
    """

    resident: float = 0.0
    own: float = 0.0

    def __add__(self, other: Memory) -> Memory:
        return Memory(self.resident + other.resident, self.own + other.own)


@dataclass
class PeakMemory:
    """The most that was seen, and what it was at the last look."""

    resident: float = 0.0
    own: float = 0.0
    now: Memory = Memory()

    def see(self, memory: Memory) -> None:
        self.now = memory
        self.resident, self.own = max(self.resident, memory.resident), max(self.own, memory.own)


def tree_memory(process: int) -> Memory:
    """Return the memory of a process and all of its children; nothing where there is no /proc."""
    total = _memory(process)
    for child in _children(process):
        total += tree_memory(child)
    return total


@contextmanager
def peak_memory(process: int) -> Iterator[PeakMemory]:
    """Look at a process and its children while the block runs."""
    peak, ended = PeakMemory(), threading.Event()

    def look() -> None:
        while not ended.is_set():
            peak.see(tree_memory(process))
            ended.wait(INTERVAL)

    thread = threading.Thread(target=look, name="memory", daemon=True)
    thread.start()
    try:
        yield peak
    finally:
        ended.set()
        thread.join()


def _memory(process: int) -> Memory:
    kilobytes: dict[str, int] = {}
    with suppress(OSError, ValueError):
        for line in Path(f"/proc/{process}/smaps_rollup").read_text("ascii").splitlines()[1:]:
            name, _, value = line.partition(":")
            kilobytes[name] = int(value.split()[0])
    return Memory(kilobytes.get("Pss", 0) * KB / 1e6, kilobytes.get("Pss_Anon", 0) * KB / 1e6)


def _children(process: int) -> list[int]:
    children: list[int] = []
    with suppress(OSError):
        for task in Path(f"/proc/{process}/task").iterdir():
            with suppress(OSError):
                children += map(int, (task / "children").read_text("ascii").split())
    return children
