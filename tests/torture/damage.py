"""Snapshots with one byte flipped, or cut short, at random places: always noticed, and the good one before answers."""

from __future__ import annotations

import random
import shutil
from collections import Counter
from pathlib import Path

from index.snapshots.store import SnapshotStore
from tests.torture.kit import QUESTIONS, Figures, World, say

__all__ = ["damage"]


def flipped(data: bytes, chance: random.Random) -> bytes:
    """With one bit of one byte turned."""
    offset = chance.randrange(len(data))
    return data[:offset] + bytes([data[offset] ^ (1 << chance.randrange(8))]) + data[offset + 1 :]


def truncated(data: bytes, chance: random.Random) -> bytes:
    """Without its end, anything from the last byte to all of it."""
    return data[: chance.randrange(len(data))]


def damage(folder: Path, times: int, *, seed: int = 5) -> Figures:
    """`times` flips and as many truncations, over all files of the live snapshot and the pointer to it."""
    figures = Figures("flips and truncations")
    chance = random.Random(seed)  # noqa: S311 - what it decides is no secret
    world = World(folder)
    for edition in (1, 2):
        world.write(edition)
        live = world.fresh().reindex().snapshot.id
    good = SnapshotStore(world.index).ids()[0]
    place = world.index / "snapshots" / live
    files = [path for path in sorted(place.rglob("*")) if path.is_file() and path.suffix != ".lock"]
    files.append(world.index / "LIVE")
    met: Counter[str] = Counter()
    for harm in (flipped, truncated):
        for _ in range(times):
            path = chance.choice(files)
            whole = path.read_bytes()
            path.write_bytes(harm(whole, chance))
            figures.tried += 1
            met[path.name] += 1
            figures.faults += [f"{path.name} {harm.__name__}: {wrong}" for wrong in _wrong(world, path, good)]
            path.write_bytes(whole)
            if figures.tried % 200 == 0:
                say(f"{figures.tried} files damaged, {len(figures.faults)} faults")
    figures.faults += [f"mended again: {fault}" for fault in world.whole({2})]
    for path in files:
        shutil.copy2(path, path.with_name("aside"))
        path.unlink()
        figures.tried += 1
        figures.faults += [f"{path.name} gone: {wrong}" for wrong in _wrong(world, path, good)]
        path.with_name("aside").rename(path)
    figures.facts = {"files": len(files), "the least often met": f"{min(met.values())} times"}
    return figures


def _wrong(world: World, harmed: Path, good: str) -> list[str]:
    """What is wrong with how a library opens this: the good snapshot must answer, and it must be said which and why.

    Where it is the pointer that is harmed, the snapshot that it pointed to is the newest good one.
    """
    library, failures = world.fresh(), []
    if harmed.name == "LIVE":
        good = SnapshotStore(world.index).ids()[-1]
    try:
        library.load()
        answer = library.ask(QUESTIONS[0])
        status = library.status()
    except Exception as error:  # whatever it is, it is a fault to be counted
        return [f"{type(error).__name__}: {error}"]
    if answer.snapshot != good:
        failures.append(f"{answer.snapshot} answers")
    failures += world.wrong(answer)
    name = harmed.stem if harmed.name == "manifest.json" else harmed.name
    if f"Answers come from snapshot {good}" not in status.fallback or (name != "LIVE" and name not in status.fallback):
        failures.append(f"it says {status.fallback!r}")
    return failures
