"""A cold start to the first answer, and `/ask` by many at once."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.bench import load
from tests.bench.figures import Say, rounded, seconds
from tests.support.article import WINDOW
from tests.support.paths import ROOT

__all__ = ["ACKNOWLEDGE_TARGET", "START_TARGET", "measure_asked_at_once", "measure_cold_start"]

START_TARGET, ACKNOWLEDGE_TARGET = 2.0, 3.0
"""Seconds."""
IMPORTING = """import time
started = time.perf_counter()
import index.cli.app, index.answering.answerer, index.indexing.indexer
import index.embedding.onnx_embedder, index.reading.onnx_reader, onnxruntime
print(time.perf_counter() - started)"""


def measure_cold_start(index: Path, starts: int, say: Say) -> dict[str, Any]:
    """Time a fresh process up to its first answer, and the imports of such a process, in turns."""
    say(f"{starts} cold starts ...")
    ask = ["index", "ask", WINDOW, "--index", str(index), "--json"]
    whole, imports = [], []
    for _ in range(starts):
        whole.append(seconds(_process, ["-m", *ask]))
        imports.append(float(_process(["-c", IMPORTING])))
    return {
        "seconds": rounded(min(whole)),
        "target": START_TARGET,
        "imports_seconds": rounded(min(imports)),
        "imports_share": rounded(min(imports) / min(whole)),
    }


def measure_asked_at_once(asked: int, say: Say) -> dict[str, Any]:
    """Ask a running bot by so many `/ask` at once: all are answered, and acknowledged in time."""
    say(f"{asked} /ask at once ...")
    measured = asyncio.run(load.measure(asked, None))
    assert isinstance(measured, load.Load)
    return {
        "asked": len(measured.exchanges),
        "answered": len(measured.replies),
        "acknowledged_s": rounded(measured.slowest_acknowledgement_s),
        "target": ACKNOWLEDGE_TARGET,
    }


def _process(arguments: Sequence[str]) -> str:
    process = subprocess.run([sys.executable, *arguments], cwd=ROOT, check=True, capture_output=True, text=True)
    return process.stdout
