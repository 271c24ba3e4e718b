"""Builders killed at random moments: after each the old or the new snapshot is live, whole, and nothing piles up."""

from __future__ import annotations

import random
import signal
import sqlite3
import subprocess
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.support.paths import ROOT
from tests.torture.kit import Figures, World, command, litter, say, size

__all__ = ["kills"]

MOST_LITTER = 4
"""Entries that may lie about after a kill: a half-built folder, a half-switched pointer, a signature, one that is half
removed. The next builder clears them away."""


class Builder:
    """`python -m index reindex` as a process, from the moment on when it says its first word, which is when it has the
    lock."""

    def __init__(self, world: World) -> None:
        self._process = subprocess.Popen(
            command(world),
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.said: list[str] = []
        self._read()
        self._reading = threading.Thread(target=self._read_on, daemon=True)
        self._reading.start()

    @property
    def stage(self) -> str:
        """The stage that it reported last."""
        return self.said[-1] if self.said else "beginning"

    def killed(self) -> bool:
        """Whether the signal met it alive."""
        self._process.send_signal(signal.SIGKILL)
        return self.ended() == -signal.SIGKILL

    def ended(self) -> int:
        """The exit code."""
        code = self._process.wait(120)
        self._reading.join(60)
        assert self._process.stderr is not None
        self._process.stderr.close()
        return code

    def _read(self) -> bool:
        assert self._process.stderr is not None
        line = self._process.stderr.readline()
        if line:
            self.said.append(line.strip().removesuffix(" ..."))
        return bool(line)

    def _read_on(self) -> None:
        while self._read():
            pass


def kills(folder: Path, times: int, *, lanes: int = 2, seed: int = 5) -> Figures:
    """`times` builders killed, in so many indexes side by side."""
    figures = Figures("builders killed")
    stages: Counter[str] = Counter()
    most: Counter[str] = Counter()
    shares = [times // lanes + (lane < times % lanes) for lane in range(lanes)]
    with ThreadPoolExecutor(lanes) as threads:
        works = [
            threads.submit(_lane, World(folder / f"lane{lane}"), share, seed + lane, figures, stages, most)
            for lane, share in enumerate(shares)
            if share
        ]
        for work in works:
            work.result()
    figures.facts = {
        "killed while": ", ".join(f"{stage} {count}" for stage, count in stages.most_common()),
        "the new one was live after": most.pop("new"),
        "most litter": f"{most['litter']} entries",
        "most bytes over whole snapshots": f"{most['bytes'] / max(1, most['whole']):.2f}",
    }
    return figures


def _lane(world: World, times: int, seed: int, figures: Figures, stages: Counter[str], most: Counter[str]) -> None:
    chance = random.Random(seed)  # noqa: S311 - what it decides is no secret
    edition, span = 0, 0.0
    for edition in (1, 2):  # whole ones, to know how long one takes once it has begun
        world.write(edition)
        builder, started = Builder(world), time.monotonic()
        if builder.ended() != 0:
            figures.faults.append(f"an undisturbed builder failed: {builder.said}")
            return
        span = time.monotonic() - started
    live, whole, previous = edition, size(world.index), 0
    while previous < times:
        edition += 1
        world.write(edition)
        builder = Builder(world)
        time.sleep(chance.uniform(0, span))
        killed = builder.killed()
        failures = _wrong(world, {live, edition})
        if killed:
            previous += 1
            figures.tried += 1
            stages[builder.stage] += 1
            figures.faults += [f"killed while {builder.stage}: {match}" for match in failures]
            most["new"] += world.live() == edition
            most["litter"] = max(most["litter"], len(litter(world.index)))
            most["bytes"], most["whole"] = max(most["bytes"], size(world.index)), whole
            if len(litter(world.index)) > MOST_LITTER:
                figures.faults.append(f"litter: {litter(world.index)}")
            if figures.tried % 50 == 0:
                say(f"{figures.tried} builders killed, {len(figures.faults)} faults")
        live = world.live() or live
    world.write(edition + 1)
    if Builder(world).ended() != 0 or world.live() != edition + 1:
        figures.faults.append("the last builder, which was let, did not succeed")
    if left := litter(world.index):
        figures.faults.append(f"left behind in the end: {left}")
    if size(world.index) > 2 * whole:
        figures.faults.append(f"{size(world.index)} bytes in the end, {whole} in the beginning")
    with sqlite3.connect(world.index / "journal.sqlite3") as journal:
        (state,) = journal.execute("PRAGMA integrity_check").fetchone()
    journal.close()
    if state != "ok":
        figures.faults.append(f"the journal: {state}")


def _wrong(world: World, allowed: set[int]) -> list[str]:
    try:
        return list(world.whole(allowed))
    except Exception as error:  # whatever it is, it is a fault to be counted
        return [f"{type(error).__name__}: {error}"]
