"""Questions from many threads while the index is rebuilt and rolled back: none fails or mixes snapshots, none leaks."""

from __future__ import annotations

import gc
import itertools
import os
import random
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from index import Library
from index.snapshots.store import SnapshotStore
from tests.support.paths import ROOT
from tests.torture.kit import QUESTIONS, Figures, World, command, say

__all__ = ["load"]

ELSEWHERE = 5
"""Every so manieth rebuild is made by another process, and followed."""


class Askers:
    """Threads that ask until enough was asked, and check every citation against the snapshot that the answer names."""

    def __init__(self, world: World, library: Library, figures: Figures) -> None:
        self._world, self._library, self._figures = world, library, figures
        self._numbers = itertools.count()
        self.snapshots: Counter[str] = Counter()
        self.answered = 0
        self.asked = 0

    def ask(self, total: int, seed: int) -> None:
        chance = random.Random(seed)  # noqa: S311 - what it decides is no secret
        while next(self._numbers) < total:
            question = chance.choice(QUESTIONS)
            try:
                answer = self._library.ask(question)
            except Exception as error:  # whatever it is, a question failed
                self._figures.faults.append(f"{question}: {type(error).__name__}: {error}")
                continue
            self._figures.faults += self._world.wrong(answer)
            self.snapshots[answer.snapshot] += 1
            self.answered += not answer.abstained
            self.asked += 1


def load(folder: Path, questions: int, *, threads: int = 16, reindexes: int = 50, rollbacks: int = 10) -> Figures:
    """So many questions, while so many rebuilds and roll-backs are spread over them."""
    figures = Figures(f"questions from {threads} threads")
    world = World(folder, keep=4)
    editions = iter(range(1, reindexes + 3))
    for edition in range(1, reindexes + 3):
        world.known(edition)
    world.write(next(editions))
    library = world.fresh()
    library.reindex()
    library.ask(QUESTIONS[0])
    askers, changes = Askers(world, library, figures), _changes(reindexes, rollbacks)
    memory, handles, begun = 0, 0, time.monotonic()
    with ThreadPoolExecutor(threads) as pool:
        works = [pool.submit(askers.ask, questions, seed) for seed in range(threads)]
        for number, change in enumerate(changes):
            while askers.asked < questions * number // (reindexes + rollbacks) and not all(
                work.done() for work in works
            ):
                time.sleep(0.01)
            figures.faults += _made(change, world, library, editions)
            if number == 0:
                memory, handles = _memory(), _handles()
            if number % 10 == 9:
                say(
                    f"{askers.asked:,} asked, {number + 1} changes, {_memory() >> 20} MiB, {len(figures.faults)} faults"
                )
        for work in works:
            work.result()
    took = time.monotonic() - begun
    library.follow()
    gc.collect()
    figures.tried = askers.asked
    last, open_now = _memory(), _handles()
    if last > 1.1 * memory:
        figures.faults.append(f"{last >> 20} MiB in the end, {memory >> 20} after the first reindex")
    if open_now > handles:
        figures.faults.append(f"{open_now} files open in the end, {handles} after the first reindex")
    live = SnapshotStore(world.index).live().snapshot.id
    figures.faults += [f"still open: {path}" for path in _mapped(world.index) if live not in path]
    figures.facts = {
        "answered": f"{askers.answered:,}",
        "from": f"{len(askers.snapshots)} snapshots",
        "reindexes": reindexes,
        "roll-backs": rollbacks,
        "memory after the first reindex": f"{memory >> 20} MiB",
        "in the end": f"{last >> 20} MiB ({last / max(1, memory):.3f})",
        "files open": f"{handles} and {open_now}",
        "a second": f"{askers.asked / took:.0f}",
    }
    return figures


def _changes(reindexes: int, rollbacks: int) -> list[str]:
    """Return the changes of the index in order: roll-backs spread among rebuilds, some of them by another process."""
    failures = ["elsewhere" if turn % ELSEWHERE == ELSEWHERE - 1 else "here" for turn in range(reindexes)]
    for number in range(rollbacks):
        failures.insert((number + 1) * (reindexes // max(1, rollbacks)) + number, "back")
    return failures


def _made(change: str, world: World, library: Library, editions: Iterator[int]) -> list[str]:
    try:
        if change == "back":
            snapshots = [info.id for info in library.snapshots()]
            library.rollback(
                snapshots[-1] if snapshots[-1] != SnapshotStore(world.index).live().snapshot.id else snapshots[0]
            )
            return []
        world.write(next(editions))
        if change == "here":
            library.reindex()
            return []
        process = subprocess.run(command(world), cwd=ROOT, capture_output=True, timeout=300, check=False)
        return [] if process.returncode == 0 else [f"another process: {process.stderr.decode()[-300:]}"]
    except Exception as error:  # whatever it is, a change failed
        return [f"{change}: {type(error).__name__}: {error}"]


def _memory() -> int:
    """Bytes resident."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def _handles() -> int:
    """Files open, but for those of snapshots: one that was built here has none open, one that was loaded has four."""
    return sum("/snapshots/" not in name for name in _open())


def _mapped(index: Path) -> set[str]:
    """Files of snapshots that are mapped or open."""
    maps = Path("/proc/self/maps").read_text("utf-8", "replace").splitlines()
    mapped = [line.split(maxsplit=5)[5] for line in maps if str(index / "snapshots") in line]
    return {name for name in [*mapped, *_open()] if name.startswith(str(index / "snapshots"))}


def _open() -> list[str]:
    failures = []
    for path in Path("/proc/self/fd").iterdir():
        try:
            failures.append(str(path.readlink()))
        except OSError:  # closed meanwhile
            continue
    return failures
