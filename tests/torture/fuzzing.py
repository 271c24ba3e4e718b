"""Each target of `tests.torture.fuzz` for a bounded time, two side by side."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.support.paths import ROOT
from tests.torture.kit import Figures, say

__all__ = ["fuzz"]

SECONDS_AN_INPUT = 30
"""One that takes longer is a fault: a reader that is confined would be stopped after so many too."""
MEGABYTES = 4_096
UNITS = re.compile(r"stat::number_of_executed_units: *(\d+)")


def fuzz(folder: Path, seconds: int, *, runs: int = 0, targets: Sequence[str] = ()) -> Figures:
    """Fuzz each target for `seconds`, or for `runs` inputs if given; by default all targets."""
    figures = Figures("inputs of a fuzzer")
    command = [sys.executable, "-m", "tests.torture.fuzz"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
    if listed.returncode:
        figures.faults.append(f"the fuzzer does not begin: {listed.stderr[-300:]}")
    with ThreadPoolExecutor(2) as threads:
        chosen = [*(targets or listed.stdout.split())]
        failures = threads.map(lambda name: _one(folder, name, seconds, runs), chosen)
        for name, (count, fault) in zip(chosen, failures, strict=True):
            figures.tried += count
            figures.facts[name] = f"{count:,}"
            figures.faults += [f"{name}: {fault}"] if fault else []
    return figures


def _one(folder: Path, name: str, seconds: int, runs: int) -> tuple[int, str]:
    (folder / name).mkdir(parents=True)
    bound = f"-runs={runs}" if runs else f"-max_total_time={seconds}"
    options = [bound, "-seed=5", f"-timeout={SECONDS_AN_INPUT}", f"-rss_limit_mb={MEGABYTES}", "-print_final_stats=1"]
    command = [sys.executable, "-m", "tests.torture.fuzz", name, str(folder / name), *options]
    command.append(f"-artifact_prefix={folder}/{name}-")
    process = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=seconds * 2 + 600, check=False)
    stderr = process.stderr.decode("utf-8", "replace") + process.stdout.decode("utf-8", "replace")
    failures = UNITS.search(stderr)
    say(f"fuzzed {name}: {failures[1] if failures else 0} inputs")
    if process.returncode == 0 and failures:
        return int(failures[1]), ""
    inputs = [path.read_bytes()[:300] for path in folder.glob(f"{name}-*")]
    return int(failures[1]) if failures else 0, f"{stderr[-1500:]}\ninput: {inputs}"
