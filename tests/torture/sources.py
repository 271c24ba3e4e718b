"""Sources that vanish and change while they are read, and hostile ones all at once: what is good is read whole."""

from __future__ import annotations

import random
import resource
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from index import Library
from index.domain.errors import SourcesUnreadable
from index.snapshots.store import SnapshotStore
from tests.support.hostile import HOSTILE, alias_bomb
from tests.torture.kit import PLACES, Figures, World, edition_text

__all__ = ["hostile", "restless"]

SECONDS = 20.0
"""That one hostile source may take, and not more than some more that its process needs to begin and end."""
BEGINNING = 15.0
CHILDREN_BYTES = 2_000_000_000
OWN_BYTES = 500_000_000
"""Memory that one may take in the process that reads it, and that all may add to this one."""
STALL = 0.03
"""Seconds without a write after which a reader may take a file for whole; it does after 0.05."""
HARMLESS = ("nested.md", "alias.md")
"""What looks hostile, but is read like any other."""


def restless(folder: Path, times: int, *, seed: int = 5) -> Figures:
    """So many rebuilds while another thread saves, removes and brings back sources without a pause."""
    figures = Figures("rebuilds of sources that change while they are read")
    chance = random.Random(seed)  # noqa: S311 - what it decides is no secret
    world, done = World(folder), threading.Event()
    world.write(1)
    library = world.fresh()
    library.reindex()
    rebuilt: set[str] = set()
    stalled: set[str] = set()  # what stood there for so long that it could only be taken for whole

    def change() -> None:
        edition = 1
        while not done.is_set():
            edition += 1
            path = world.seeds / f"{chance.choice(list(PLACES))}.md"
            text = edition_text(path.stem, edition)
            if chance.random() < 0.3:
                path.unlink(missing_ok=True)
                time.sleep(chance.random() / 100)
            with path.open("w", encoding="utf-8", newline="\n") as stream:
                for number in range(0, len(text), 100):  # as an editor saves over a slow line
                    stream.write(text[number : number + 100])
                    stream.flush()
                    written = time.monotonic()
                    time.sleep(chance.random() / 500)
                    if time.monotonic() - written > STALL:  # a busy machine
                        stalled.add(text[: number + 100])
            time.sleep(chance.random() / 20)

    with ThreadPoolExecutor(1) as threads:
        changing = threads.submit(change)
        for _ in range(times):
            figures.tried += 1
            figures.faults += _rebuilt(library, world, rebuilt, stalled)
        done.set()
        changing.result()
    figures.facts = {"named as being written to, or gone": len(rebuilt)}
    return figures


def _rebuilt(library: Library, world: World, rebuilt: set[str], stalled: set[str]) -> list[str]:
    try:
        report = library.reindex()
    except SourcesUnreadable:
        return []
    except Exception as error:  # whatever it is, a rebuild failed
        return [f"{type(error).__name__}: {error}"]
    rebuilt |= {f"{skipped.source} {skipped.reason}" for skipped in report.skipped}
    failures = []
    texts = SnapshotStore(world.index).texts(report.snapshot.id)
    for document in texts.documents.values() if texts else ():
        source = document.source
        edition = document.text.partition("as edition ")[2].partition(" ")[0]
        if document.text in stalled:
            continue
        if not edition.isdigit() or document.text != edition_text(source.removesuffix(".md"), int(edition)):
            failures.append(f"{source} is no edition that was saved: {document.text[-80:]!r}")
    return failures


def hostile(folder: Path, most: int | None = None) -> Figures:
    """Hostile files, or the first `most` of them, each beside good ones: it is read or named within bounds, and stops
    none of the others."""
    figures = Figures("hostile sources")
    world = World(folder)
    world.settings = world.settings.model_copy(update={"extract_seconds": SECONDS, "max_source_mb": 20.0})
    world.write(1)
    library = world.fresh()
    library.reindex()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    slowest = ("", 0.0)
    files = {name: make for name, (make, reason) in HOSTILE.items() if reason}
    files |= {
        "alias.md": alias_bomb,
        "line.md": lambda: b"Scout has sixteen experts and reads on. " * 1_250_000,
        "null.md": lambda: b"a\0b",
        "nested.md": lambda: b"> " * 3_000 + b"Deep.",
    }
    for name, make in list(files.items())[:most]:
        path = world.seeds / name
        path.write_bytes(make())
        figures.tried += 1
        started = time.monotonic()
        try:
            report = library.reindex()
        except Exception as error:  # whatever it is, it stopped the rest
            figures.faults.append(f"{name}: {type(error).__name__}: {error}")
            continue
        took = time.monotonic() - started
        slowest = max(slowest, (name, took), key=lambda pair: pair[1])
        if not any(skipped.source == name for skipped in report.skipped) and name not in HARMLESS:
            figures.faults.append(f"{name} is not named")
        if report.passages_after < 6 * len(PLACES):
            figures.faults.append(f"{name} stops others: {report.passages_after} passages")
        if took > SECONDS + BEGINNING:
            figures.faults.append(f"{name} takes {took:.0f} s")
        path.unlink()
    library.reindex()
    figures.faults += [f"in the end: {fault}" for fault in world.whole({1})]
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - before
    if children > CHILDREN_BYTES or own > OWN_BYTES:
        figures.faults.append(f"{children >> 20} MiB in a process, {own >> 20} more in this one")
    figures.facts = {
        "slowest": f"{slowest[0]} in {slowest[1]:.1f} s",
        "most memory of a process that reads one": f"{children >> 20} MiB",
        "more memory here": f"{own >> 20} MiB",
    }
    return figures
