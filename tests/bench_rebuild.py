"""A rebuild after one edited sentence, as a ratio to a full build of the same sources.

    python -m tests.bench_rebuild [--passages N] [--measured N] [--json]

All is real but the vectors: those of so many passages would take the model the better part of an hour, so a stand-in
makes vectors of the model's shapes, and what the model would have taken is measured on `--measured` of the passages in
the same run and added for all of them.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from index.changes import Texts, diff
from index.embed import SentenceEmbedder
from index.encoder import BUNDLED, unit
from index.faiss_store import FaissStore
from index.indexer import Built, Indexer
from index.lexical import own_text
from index.ports import Encoding, Progress, States
from index.reuse import Earlier
from index.snapshot import Snapshots
from index.sources import read_sources

__all__ = ["measure"]

DIMENSION, A_PASSAGE_TOKENS, BLOCK = 384, 24, 2_048
A_DOCUMENT = 200
"""Sentences of one source."""
THINGS = ("harbour", "library", "foundry", "orchard", "observatory", "bakery", "mill", "archive", "garden", "quarry")
DEEDS = ("opened", "moved", "doubled its staff", "won a prize", "lost its roof", "was sold", "was restored", "closed")


class StandIn:
    """Vectors of the default model's shapes, the same for the same text."""

    name, dimension, max_tokens = "stand-in", DIMENSION, 256

    def __init__(self) -> None:
        self.embedded = 0
        self.seconds = 0.0
        self._table = unit(np.random.default_rng(7).standard_normal((4_096, DIMENSION)).astype(np.float32))

    def count(self, text: str) -> int:
        return len(text.split()) + 2

    def question(self, text: str) -> Encoding:
        return self._encoding(text)

    def passages(self, texts: Sequence[tuple[str, str]], progress: Progress | None = None) -> Iterator[list[Encoding]]:
        for begin in range(0, len(texts), BLOCK):
            started = time.perf_counter()
            block = [self._encoding(own) for _, own in texts[begin : begin + BLOCK]]
            self.embedded += len(block)
            self.seconds += time.perf_counter() - started
            yield block

    def _encoding(self, text: str) -> Encoding:
        pieces = tuple(text.split()[:A_PASSAGE_TOKENS]) or ("[CLS]",)
        ids = np.asarray([zlib.crc32(piece.encode()) % len(self._table) for piece in pieces])
        rows = self._table[ids]
        return Encoding(unit(rows.mean(axis=0)), rows, pieces, (), States(rows, ids))


def measure(passages: int, measured: int, say: Any = lambda text: None) -> dict[str, float]:
    """Seconds of a full build and of a rebuild, and their ratio."""
    with tempfile.TemporaryDirectory() as folder:
        seeds = Path(folder, "seeds")
        _write(seeds, passages)
        say(f"a full build of {passages:,} passages ...")
        embedder, snapshots = StandIn(), Snapshots(Path(folder, "index"))
        indexer = Indexer(
            snapshots=snapshots,
            embedder=embedder,
            new_store=FaissStore,
            open_store=FaissStore.load,
        )
        started = time.perf_counter()
        first = _built(indexer, snapshots, seeds)
        others = time.perf_counter() - started - embedder.seconds
        say(f"the model on {measured:,} of them ...")
        texts = [(one.embedded, own_text(one)) for one in first.shelf.passages[:measured]]
        model = SentenceEmbedder(BUNDLED)
        model.question("so that it is loaded")
        started = time.perf_counter()
        for _ in model.passages(texts):
            pass
        encoding = (time.perf_counter() - started) / len(texts) * len(first.shelf.passages)
        say("one sentence edited, and a rebuild ...")
        edited = seeds / f"{passages // A_DOCUMENT // 2:05}.md"
        edited.write_text(edited.read_text("utf-8").replace("opened", "was opened again", 1), "utf-8")
        embedder.embedded = 0
        started = time.perf_counter()
        second = _again(indexer, snapshots, first, seeds)
        rebuild = time.perf_counter() - started
        return {
            "passages": len(first.shelf.passages),
            "full_s": round(others + encoding, 1),
            "of_which_model_s": round(encoding, 1),
            "rebuild_s": round(rebuild, 1),
            "embedded_again": second.embedded,
            "ratio": round(rebuild / (others + encoding), 4),
        }


def _again(indexer: Indexer, snapshots: Snapshots, first: Built, seeds: Path) -> Built:
    """A rebuild by a process that has just begun: the index before is read and checked from the disk."""
    live = snapshots.live()
    assert live == first.manifest
    before = Earlier(live, indexer.open(live))
    second = _built(indexer, snapshots, seeds, before)
    texts = [Texts(at.id, live.snapshot.hashes, at.documents, at.passages) for at in (before.shelf, second.shelf)]
    assert diff(*texts).passages_added == 1
    return second


def _built(indexer: Indexer, snapshots: Snapshots, seeds: Path, before: Earlier | None = None) -> Built:
    """A snapshot that is live."""
    with snapshots.building() as place:
        built = indexer.build(place, read_sources(seeds, 10**9), before=before)
        snapshots.publish(place, built.manifest)
    return built


def _write(seeds: Path, passages: int) -> None:
    """Sources of so many sentences, each another."""
    seeds.mkdir()
    for number in range(-(-passages // A_DOCUMENT)):
        lines = [f"# Chronicle {number}", ""]
        for at in range(number * A_DOCUMENT, min((number + 1) * A_DOCUMENT, passages)):
            thing, deed = THINGS[at % len(THINGS)], DEEDS[at // 3 % len(DEEDS)]
            lines += [f"In {1700 + at % 320} the {thing} of district {at} {deed}, and {at % 97 + 2} people saw it.", ""]
        (seeds / f"{number:05}.md").write_text("\n".join(lines), "utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--passages", type=int, default=100_000)
    parser.add_argument("--measured", type=int, default=1_024)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    found = measure(given.passages, given.measured, lambda text: print(text, file=sys.stderr))  # noqa: T201 - its progress
    print(json.dumps(found) if given.json else "\n".join(f"{name:<18} {value}" for name, value in found.items()))  # noqa: T201 - its result
