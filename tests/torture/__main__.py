"""Robustness of the index, tried with real processes, real files and the real model.

    python -m tests.torture [--quick] [PART ...]

Prints a line of figures a part, and ends with 1 if anything went wrong. All of it takes the better part of an hour on
two cores; `--quick` tries a tenth. Parts: kills, disk, damage, sources, load, fuzz.
"""

from __future__ import annotations

import argparse
import logging
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.torture.damage import damage
from tests.torture.disk import full_disk, refusals, small_disk
from tests.torture.fuzzing import fuzz
from tests.torture.kills import kills
from tests.torture.kit import Figures, say
from tests.torture.load import load
from tests.torture.sources import hostile, restless

__all__ = ["PARTS", "main"]

KILLS, FLIPS, REBUILDS, QUESTIONS, REINDEXES, ROLLBACKS, FUZZ_SECONDS = 500, 1_000, 200, 20_000, 50, 10, 60
MOST_SHOWN = 20
"""Faults of a part that are printed."""

PARTS: dict[str, list[Callable[[Path, int], Figures]]] = {
    "kills": [lambda folder, share: kills(folder, KILLS // share)],
    "disk": [
        lambda folder, share: full_disk(folder, most=None if share == 1 else 12),
        lambda folder, share: small_disk(folder),
        lambda folder, share: refusals(folder),
    ],
    "damage": [lambda folder, share: damage(folder, FLIPS // share)],
    "sources": [lambda folder, share: restless(folder, REBUILDS // share), lambda folder, share: hostile(folder)],
    "load": [
        lambda folder, share: load(
            folder, QUESTIONS // share, reindexes=REINDEXES // share, rollbacks=ROLLBACKS // share
        )
    ],
    "fuzz": [lambda folder, share: fuzz(folder, FUZZ_SECONDS // share)],
}
"""What is tried, each in a folder of its own and a share of all that could be."""


def main() -> int:
    """Run the named parts, by default all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], metavar="PART")
    parser.add_argument("--quick", action="store_true", help="a tenth of everything")
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)  # that damage is noticed is what is tried, a thousand times
    wrong = 0
    for name in options.parts or PARTS:
        for torture in PARTS[name]:
            folder, started = Path(tempfile.mkdtemp(prefix="torture-")), time.monotonic()
            say(f"{name} ...")
            try:
                figures = torture(folder, 10 if options.quick else 1)
            finally:
                shutil.rmtree(folder, ignore_errors=True)
            wrong += len(figures.faults)
            print(f"{figures.line()}; {time.monotonic() - started:.0f} s", flush=True)  # noqa: T201 - its result
            for fault in figures.faults[:MOST_SHOWN]:
                print(f"    {fault}", flush=True)  # noqa: T201 - as above
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
