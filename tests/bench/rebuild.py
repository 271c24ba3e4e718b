"""A rebuild after one edited sentence, as a ratio to a full build of the same sources.

    python -m tests.bench.rebuild [--passages N] [--measured N] [--json]

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
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from index.assembly import assemble
from index.bootstrap import open_checker
from index.domain.ports import Progress, Vectors, WindowText
from index.embedding.onnx_embedder import OnnxEmbedder
from index.embedding.vectors import l2_normalize
from index.indexing.indexer import Indexer
from index.journal.journal import Journal
from index.library import Library
from index.retrieval.faiss_store import FaissEngine
from index.retrieval.tantivy_keywords import TantivyEngine
from index.snapshots.loader import SnapshotLoader
from index.snapshots.store import SnapshotStore
from index.sources.reader import SourceReader
from index.sources.uploads import UploadedSources
from tests.support.index_fakes import answerer

__all__ = ["measure"]

DIMENSION = 384
RATIO_TARGET = 0.05
"""The most that a rebuild may take of a full build, at 100,000 passages."""
A_DOCUMENT = 200
"""Sentences of one source."""
THINGS = ("harbour", "library", "foundry", "orchard", "observatory", "bakery", "mill", "archive", "garden", "quarry")
DEEDS = ("opened", "moved", "doubled its staff", "won a prize", "lost its roof", "was sold", "was restored", "closed")


class StandIn:
    """An embedder with vectors of the default model's shapes, the same for the same text."""

    name, version, dimension, max_tokens = "stand-in", "1", DIMENSION, 256

    def __init__(self) -> None:
        self.seconds = 0.0
        self._table = l2_normalize(np.random.default_rng(7).standard_normal((4_096, DIMENSION)).astype(np.float32))

    def count(self, text: str) -> int:
        return len(text.split()) + 2

    def question(self, text: str) -> Vectors:
        return self._vector(text)

    def windows(
        self, texts: Iterable[WindowText], progress: Progress | None = None, *, characters: int = 0
    ) -> Iterator[Vectors]:
        for text in texts:
            started = time.perf_counter()
            vectors = np.stack([self._vector(text.text[begin:end]) for begin, end in text.spans])
            self.seconds += time.perf_counter() - started
            yield vectors

    def _vector(self, text: str) -> Vectors:
        ids = [zlib.crc32(piece.encode()) % len(self._table) for piece in text.split() or ("[CLS]",)]
        return l2_normalize(self._table[ids].mean(axis=0))


def measure(passages: int, measured: int, say: Any = lambda text: None) -> dict[str, float]:
    """Return the seconds of a full build and of a rebuild, and their ratio."""
    with tempfile.TemporaryDirectory() as folder:
        seeds, index, embedder = Path(folder, "seeds"), Path(folder, "index"), StandIn()
        _write(seeds, passages)
        say(f"a full build of {passages:,} passages ...")
        first = _library(seeds, index, embedder).reindex()
        others = first.seconds - embedder.seconds
        say(f"the model on {measured:,} of them ...")
        encoding = _seconds_a_text([line for line in _lines(0, measured) if line]) * first.passages_after
        say("one sentence edited, and a rebuild by another process ...")
        edited = seeds / f"{passages // A_DOCUMENT // 2:05}.md"
        edited.write_text(edited.read_text("utf-8").replace("opened", "was opened again", 1), "utf-8")
        second = _library(seeds, index, embedder).reindex()
        return {
            "passages": first.passages_after,
            "full_s": round(others + encoding, 1),
            "of_which_model_s": round(encoding, 1),
            "rebuild_s": round(second.seconds, 1),
            "embedded_again": second.embedded,
            "ratio": round(second.seconds / (others + encoding), 4),
            "ratio_target": RATIO_TARGET,
        }


def _library(seeds: Path, index: Path, embedder: StandIn) -> Library:
    """Return the library of a fresh process, which reads and checks the index from the disk."""
    snapshots = SnapshotStore(index)
    return assemble(
        model=embedder.name,
        snapshots=snapshots,
        reader=SourceReader(seeds, max_bytes=10**9),
        sources=UploadedSources(seeds, max_bytes=10**9),
        journal=Journal(index.parent / "journal.sqlite3"),
        embedder=lambda: embedder,
        answerer=answerer,
        indexer=lambda loaded: Indexer(
            snapshots=snapshots, embedder=loaded, vectors=FaissEngine(), keywords=TantivyEngine()
        ),
        loader=lambda loaded: SnapshotLoader(
            snapshots=snapshots, embedder=loaded, vectors=FaissEngine(), keywords=TantivyEngine()
        ),
        keep=2,
        checker=open_checker,
    )


def _seconds_a_text(texts: Sequence[str]) -> float:
    """Return the default model's seconds a text, three of them in a window under a heading."""
    model = OnnxEmbedder()
    read = [_window(texts[begin : begin + 3]) for begin in range(0, len(texts), 3)]
    next(model.windows(read[:1]))  # so that it is loaded
    started = time.perf_counter()
    for _ in model.windows(read):
        pass
    return (time.perf_counter() - started) / len(texts)


def _window(texts: Sequence[str]) -> WindowText:
    text, spans = "Chronicle\n", []
    for part in texts:
        spans.append((len(text), len(text) + len(part)))
        text += f"{part} "
    return WindowText(text, tuple(spans))


def _write(seeds: Path, passages: int) -> None:
    """Write sources of so many different sentences."""
    seeds.mkdir()
    for number, begin in enumerate(range(0, passages, A_DOCUMENT)):
        lines = [f"# Chronicle {number}", "", *_lines(begin, min(begin + A_DOCUMENT, passages))]
        (seeds / f"{number:05}.md").write_text("\n".join(lines), "utf-8")


def _lines(begin: int, end: int) -> Iterator[str]:
    for number in range(begin, end):
        thing, deed = THINGS[number % len(THINGS)], DEEDS[number // 3 % len(DEEDS)]
        yield f"In {1700 + number % 320} the {thing} of district {number} {deed}, and {number % 97 + 2} people saw it."
        yield ""


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--passages", type=int, default=100_000)
    parser.add_argument("--measured", type=int, default=1_024)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    found = measure(given.passages, given.measured, lambda text: print(text, file=sys.stderr))  # noqa: T201 - its progress
    print(json.dumps(found) if given.json else "\n".join(f"{name:<18} {value}" for name, value in found.items()))  # noqa: T201 - its result
