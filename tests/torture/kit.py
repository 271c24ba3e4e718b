"""Shared by all tortures: figures to print, and a world of sources that state their edition."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from index import Library, Settings, open_library
from index.domain.answers import Answer
from index.snapshots.store import SnapshotStore, new_id

__all__ = [
    "PLACES",
    "QUESTIONS",
    "Figures",
    "World",
    "command",
    "edition_text",
    "litter",
    "reset",
    "say",
    "size",
    "without_override",
]


PLACES = {
    "harbour": ("Anton", "lamps"),
    "library": ("Berta", "atlases"),
    "foundry": ("Caesar", "furnaces"),
    "orchard": ("Dora", "pear trees"),
    "observatory": ("Emil", "telescopes"),
    "bakery": ("Frieda", "ovens"),
}
"""A source each: what it is about, and what is counted there, differently in every edition."""

QUESTIONS = tuple(
    form.format(thing=thing, town=town, what=counted)
    for thing, (town, counted) in PLACES.items()
    for form in (
        "How many {what} does the {thing} of {town} have?",
        "When was the {thing} of {town} founded?",
        "Who repaired the roof of the {thing} of {town}?",
        "{what} {thing}",
        "Which edition counts the {what} of {town}?",
        "Who painted the ceiling of the {thing} of {town}?",
    )
)
"""Some that the sources answer, some that they do not, some in a phone's words."""


@dataclass
class Figures:
    """What was tried, every fault, and further facts."""

    what: str
    tried: int = 0
    faults: list[str] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)

    def line(self) -> str:
        facts = "; ".join(f"{name} {value}" for name, value in self.facts.items())
        return f"{self.what}: {self.tried:,} tried, {len(self.faults):,} failed{'; ' if facts else ''}{facts}"


@cache
def edition_text(thing: str, edition: int) -> str:
    """The source about one thing in an edition; one sentence differs from edition to edition."""
    town, counted = PLACES[thing]
    year = 1700 + sum(map(ord, thing)) % 200
    return (
        f"# The {thing} of {town}\n\n"
        f"The {thing} of {town} was founded in {year} by the guild of the town. "
        f"Its roof was repaired by the carpenter Ludwig {town}son after the great storm.\n\n"
        f"## What there is\n\n"
        f"The {thing} of {town} has {edition + 1_000} {counted}, as edition {edition} counts them. "
        f"Visitors come on Sundays, when the {thing} is open until dusk. "
        f"A bell above the gate rings when it closes.\n\n"
        f"- The keeper lives beside the gate of the {thing}.\n"
        f"- Two dogs guard the {thing} of {town} at night.\n"
    )


@cache
def _hashes(edition: int) -> Mapping[str, str]:
    return {
        f"{thing}.md": hashlib.sha256(edition_text(thing, edition).encode()).hexdigest() for thing in sorted(PLACES)
    }


class World:
    """Sources and an index in a folder, and the real engines, loaded once for all libraries opened on it."""

    def __init__(self, folder: Path, *, keep: int = 3) -> None:
        self.seeds, self.index = folder / "seeds", folder / "index"
        self.seeds.mkdir(parents=True)
        self.settings = Settings().model_copy(
            update={
                "seeds_dir": self.seeds,
                "index_dir": self.index,
                "journal_file": self.index / "journal.sqlite3",
                "keep_snapshots": keep,
            }
        )
        self._editions: dict[str, int] = {}

    def write(self, edition: int) -> None:
        """The sources of that edition, whole files."""
        for thing in PLACES:
            (self.seeds / f"{thing}.md").write_text(edition_text(thing, edition), "utf-8", newline="\n")
        self.known(edition)

    def known(self, edition: int) -> None:
        """Remember which edition each new snapshot is of."""
        self._editions[_short(_hashes(edition))] = edition

    def edition(self, snapshot: str) -> int | None:
        """Return a snapshot's edition, or None if it is of none that was written."""
        return self._editions.get(snapshot.rsplit("-", 1)[-1])

    def fresh(self) -> Library:
        """Return a library that has read nothing of the index yet; all share one loaded model."""
        library = open_library(self.settings)
        model, answerer = _engines()
        library._engine._load_embedder = lambda: model
        library._engine._make_answerer = lambda loaded: answerer
        return library

    def wrong(self, answer: Answer) -> list[str]:
        """Return what is wrong with an answer: citations that are not in its snapshot to the letter."""
        edition = self.edition(answer.snapshot)
        if edition is None:
            return [f"an answer of a snapshot that is of no edition: {answer.snapshot}"]
        failures = []
        for citation in answer.citations:
            text = edition_text(citation.source.removesuffix(".md"), edition)
            if text[citation.start : citation.end] != citation.quote or not citation.quote:
                failures.append(f"{citation.quote!r} is not in {citation.source} of edition {edition}")
        return failures

    def whole(self, allowed: set[int]) -> Iterator[str]:
        """What is wrong with the index: the live snapshot must load without a fallback, be whole to the byte, of one of
        the editions allowed, and answer with quotations that are in it."""
        snapshots = SnapshotStore(self.index)
        live = snapshots.live()
        snapshots.verify(live)
        edition = self.edition(live.snapshot.id)
        if edition not in allowed or live.snapshot.hashes != _hashes(edition or 0):
            yield f"live is {live.snapshot.id} of edition {edition}, not one of {sorted(allowed)}"
            return
        library = self.fresh()
        library.load()
        if library.status().fallback:
            yield f"a fallback: {library.status().fallback}"
        for question in QUESTIONS[:3]:
            answer = library.ask(question)
            if answer.snapshot != live.snapshot.id:
                yield f"{answer.snapshot} answers, {live.snapshot.id} is live"
            yield from self.wrong(answer)

    def live(self) -> int | None:
        """The edition that is live."""
        return self.edition(SnapshotStore(self.index).live().snapshot.id)


def command(world: World, *more: str) -> list[str]:
    """The command line that builds the index, as an operator gives it."""
    return [sys.executable, "-m", "index", "reindex", "--seeds", str(world.seeds), "--index", str(world.index), *more]


def litter(index: Path) -> list[str]:
    """Return all entries besides whole snapshots, the pointer, the lock, the journal and vectors to go on from."""
    places = index / "snapshots"
    names = [path.name for path in index.iterdir()] + [path.name for path in places.iterdir()]
    known = {"LIVE", "snapshots", "reindex.lock", "unfinished", *SnapshotStore(index).ids()}
    return sorted(name for name in names if name not in known and not name.startswith("journal.sqlite3"))


def size(folder: Path) -> int:
    """Bytes of all files below."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)  # noqa: T201 - how far it is


def reset(source: Path, target: Path) -> None:
    """Make `target` a copy of `source`, times included."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target, copy_function=shutil.copy2)


@cache
def _engines() -> tuple[Any, Any]:
    library = open_library(Settings())
    model = library._engine._load_embedder()
    return model, library._engine._make_answerer(model)


def _short(hashes: Mapping[str, str]) -> str:
    return new_id(hashes).rsplit("-", 1)[-1]


def without_override() -> None:
    """Make file permissions count in a process started by root, as they do for other users."""
    if os.geteuid() == 0:
        import ctypes

        for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
            ctypes.CDLL(None).prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP
