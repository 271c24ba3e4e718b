"""Vector search over simulated vectors, by number of rows: how build, opening, search, memory and disk grow.

    python -m tests.bench.scale.simulated [--rows 10000 100000 1000000] [--like SEGMENT] [--one ROWS]

The engine is the real one; the vectors lie between neighbouring rows of a segment of an index, with some noise, or
without a segment around random centres. Every number of rows is measured in a process of its own, on one thread.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from rich.console import Console
from rich.table import Table

from index.domain.ports import Vectors, VectorStore
from index.embedding.vectors import l2_normalize
from index.retrieval.faiss_store import FaissEngine
from tests.bench.figures import quantile
from tests.bench.scale.memory import tree_memory
from tests.bench.scale.runs import run_program

__all__ = ["measure", "simulated_vectors"]

DIMENSION, BLOCK, CENTRES = 384, 16_384, 5_000
NEAREST = 50
QUERIES, TUNING = 200, 256
NOISE = 0.35
"""Length of the noise that is added to a unit vector; a question lies twice as far away."""


def simulated_vectors(rows: int, like: Vectors, seed: int, *, noise: float = NOISE) -> Iterator[Vectors]:
    """Yield blocks of unit vectors that lie between neighbours of `like`."""
    random = np.random.default_rng(seed)
    for begin in range(0, rows, BLOCK):
        count = min(BLOCK, rows - begin)
        place = random.integers(0, len(like) - 1, count)
        share = random.random((count, 1), np.float32)
        between = like[place] * share + like[place + 1] * (1 - share)
        stray = random.standard_normal((count, like.shape[1]), np.float32) * (noise / np.sqrt(like.shape[1]))
        yield l2_normalize(l2_normalize(between) + stray)


def centres(segment: Path | None, dimension: int) -> Vectors:
    """Return the vectors of a segment, or random ones of a dimension."""
    if segment is not None:
        store = FaissEngine().open(segment)
        return store.rows(0, min(len(store), 200_000))
    return l2_normalize(np.random.default_rng(7).standard_normal((CENTRES, dimension), np.float32))


def measure(rows: int, like: Vectors, folder: Path) -> dict[str, Any]:
    """Write, open and search so many rows, on one thread."""
    faiss.omp_set_num_threads(1)
    tuning, asked = (
        next(simulated_vectors(count, like, seed, noise=2 * NOISE)) for count, seed in ((TUNING, 1), (QUERIES, 2))
    )
    started = time.perf_counter()
    engine = FaissEngine()
    with engine.writer(folder, like.shape[1]) as writer:
        writer.add_queries(tuning)
        for block in simulated_vectors(rows, like, 3):
            writer.add(block)
        written = time.perf_counter()
    built = time.perf_counter()
    before = tree_memory(os.getpid())
    opening = time.perf_counter()
    store = engine.open(folder)
    opened = time.perf_counter()
    times, found = [], []
    for query in asked:
        began = time.perf_counter()
        found.append([row for row, _ in store.search(query, NEAREST)])
        times.append(1_000 * (time.perf_counter() - began))
    after = tree_memory(os.getpid())
    return {
        "rows": rows,
        "write_s": round(written - started, 2),
        "lists_s": round(built - written, 2),
        "disk_mb": {path.name: round(path.stat().st_size / 1e6, 1) for path in sorted(folder.iterdir())},
        "open_ms": round(1_000 * (opened - opening), 2),
        "p50_ms": round(quantile(times, 50), 2),
        "p95_ms": round(quantile(times, 95), 2),
        "recall@50": round(_recall(store, asked, found), 4),
        "searching_own_mb": round(after.own - before.own, 1),
        "searching_resident_mb": round(after.resident - before.resident, 1),
    }


def _recall(store: VectorStore, asked: Vectors, found: list[list[int]]) -> float:
    """Return the share of the nearest rows that were found; those whose cosine is that of the last count as nearest."""
    best = np.full((len(asked), NEAREST), -2.0, np.float32)
    for begin in range(0, len(store), BLOCK):
        cosines = asked @ store.rows(begin, min(begin + BLOCK, len(store))).T
        best = np.partition(np.concatenate([best, cosines], axis=1), -NEAREST, axis=1)[:, -NEAREST:]
    least = best.min(axis=1) - 1e-6
    shares = []
    for query, rows, last in zip(asked, found, least, strict=True):
        near = sum(float(store.rows(row, row + 1)[0] @ query) >= last for row in rows)
        shares.append(near / min(NEAREST, len(store)))
    return float(np.mean(shares))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="*", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--like", type=Path, help="the folder of a segment of an index")
    parser.add_argument("--dimension", type=int, default=DIMENSION, help="of vectors like those of no segment")
    parser.add_argument("--one", type=int, help="measure so many rows, in this process")
    parser.add_argument("--folder", type=Path, help="where the vectors are written; by default a temporary folder")
    given = parser.parse_args()
    if given.one:
        with tempfile.TemporaryDirectory(dir=given.folder) as folder:
            sys.stdout.write(json.dumps(measure(given.one, centres(given.like, given.dimension), Path(folder))) + "\n")
        return
    names = ("rows", "write_s", "lists_s", "open_ms", "p50_ms", "p95_ms", "recall@50", "searching_resident_mb")
    table = Table(*names, "peak_own_mb", "disk_mb")
    for rows in given.rows:
        options = [
            *(("--like", given.like) if given.like else ()),
            *(("--folder", given.folder) if given.folder else ()),
        ]
        options += ["--dimension", str(given.dimension), "--one", str(rows)]
        measured, memory = run_program("tests.bench.scale.simulated", *options)
        disk = " ".join(f"{name} {size:,}" for name, size in measured["disk_mb"].items())
        table.add_row(*(f"{measured[name]:,}" for name in names), f"{memory.own:,.0f}", disk)
        sys.stderr.write(json.dumps(measured | {"peak_own_mb": round(memory.own)}) + "\n")
    Console(width=200).print(table)


if __name__ == "__main__":
    main()
