"""The program that builds an index and prints where its time went; the bench starts it, so that its memory is its own.

python -m tests.bench.scale.building --seeds DIR --index DIR
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

from index import open_library
from tests.bench.scale.settings import settings

__all__ = ["build"]

SAY_EVERY = 15.0
"""Seconds between two lines of progress."""


class StageTimes:
    """A progress callback that adds up the seconds of each stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._stage, self._since, self._told = "starting", time.perf_counter(), 0.0

    def __call__(self, stage: str, done: int, total: int) -> None:
        now = time.perf_counter()
        self.seconds[self._stage] += now - self._since
        if now - self._told > SAY_EVERY:
            self._told = now
            sys.stderr.write(f"{stage}: {done:,} of {total:,}\n")
            sys.stderr.flush()
        self._stage, self._since = str(stage), now

    def finish(self) -> dict[str, float]:
        self("end", 0, 0)
        return {stage: round(seconds, 2) for stage, seconds in self.seconds.items()}


def build(seeds: Path, index: Path) -> dict[str, Any]:
    """Build an index of a folder; return the seconds in all and of each stage, and what was built."""
    library, times = open_library(settings(seeds, index)), StageTimes()
    started, cpu = time.perf_counter(), os.times()
    report = library.reindex(times)
    seconds, used = time.perf_counter() - started, os.times()
    library.close()
    return {
        "seconds": round(seconds, 2),
        "cpu_seconds": round(sum(used[:4]) - sum(cpu[:4]), 2),
        "stages": times.finish(),
        "passages": report.passages_after,
        "embedded": report.embedded,
        "skipped": len(report.skipped),
        "snapshot": report.snapshot.id,
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=Path, required=True)
    parser.add_argument("--index", type=Path, required=True)
    given = parser.parse_args()
    sys.stdout.write(json.dumps(build(given.seeds, given.index)) + "\n")
