"""What the parts of the bench share: where things are, the rows of the table, and programs with memory of their own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench.figures import Say
from tests.bench.scale.corpus import Corpus
from tests.bench.scale.memory import Memory, PeakMemory, peak_memory, tree_memory
from tests.support.paths import ROOT

__all__ = ["NotMeasured", "Row", "Run", "Serving", "copy_tree", "environment", "run_program", "serving"]

LINKED = 1_000_000
"""Bytes from which a file that never changes is linked rather than copied."""


class NotMeasured(Exception):
    """Why a part cannot be measured here."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table: a figure beside its target, which is empty where there is none."""

    name: str
    figure: str
    target: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """One size of the corpus; its index and results lie beside the corpus."""

    corpus: Corpus
    tokens: int
    questions: int
    say: Say

    @property
    def seeds(self) -> Path:
        return self.corpus.folder / f"seeds-{self.tokens}"

    @property
    def index(self) -> Path:
        return self.corpus.folder / f"home-{self.tokens}" / "index"

    @property
    def results(self) -> Path:
        return self.corpus.folder / f"results-{self.tokens}.json"

    def need_index(self) -> None:
        """Raise NotMeasured if there is no index yet."""
        if not (self.index / "LIVE").is_file():
            raise NotMeasured("there is no index: measure `build` first")


def run_program(module: str, *arguments: str | Path, **settings: str) -> tuple[dict[str, Any], PeakMemory]:
    """Run a program of the bench that prints one JSON object; return it, and the memory that it took.

    `settings` are Footnote's, by their names in lower case.
    """
    command = [sys.executable, "-m", module, *map(str, arguments)]
    with (
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env=environment(**settings)) as process,
        peak_memory(process.pid) as memory,
    ):
        output, _ = process.communicate()
    if process.returncode:
        raise NotMeasured(f"{module} ended with exit code {process.returncode}")
    return json.loads(output.splitlines()[-1]), memory


def environment(**settings: str) -> dict[str, str]:
    """Return the environment of the programs: only these settings of Footnote's, and only warnings are logged."""
    kept = ("PATH", "HOME", "LANG", "LD_LIBRARY_PATH", "TMPDIR", "SYSTEMROOT", "OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
    ours = {name.upper(): value for name, value in settings.items()}
    return {name: os.environ[name] for name in kept if name in os.environ} | {"LOG_LEVEL": "WARNING", **ours}


def copy_tree(source: Path, target: Path) -> None:
    """Copy a folder; large files are linked where that can be."""

    def copy(from_: str, to: str) -> None:
        if Path(from_).stat().st_size >= LINKED:
            with suppress(OSError):
                os.link(from_, to)
                return
        shutil.copy2(from_, to)

    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target, copy_function=copy)


class Serving:
    """A process that serves an index: `tests.bench.scale.serving`."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.opened: dict[str, float] = self._read()

    @property
    def memory(self) -> Memory:
        return tree_memory(self._process.pid)

    def do(self, what: str, argument: Any = None) -> Any:
        """Return what the process answers."""
        stream = self._process.stdin
        if stream is not None:
            stream.write(json.dumps({what: argument}) + "\n")
            stream.flush()
        return self._read()

    def _read(self) -> Any:
        line = self._process.stdout.readline() if self._process.stdout else ""
        if not line:
            raise NotMeasured("the process that serves the index ended")
        return json.loads(line)


@contextmanager
def serving(seeds: Path, index: Path, **settings: str) -> Iterator[Serving]:
    """Start a process that serves an index with these settings, and end it with the block."""
    command = [sys.executable, "-m", "tests.bench.scale.serving", "--seeds", str(seeds), "--index", str(index)]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True, env=environment(**settings)
    ) as process:
        try:
            yield Serving(process)
        finally:
            process.kill()
