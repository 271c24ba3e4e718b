"""The program that serves an index and answers questions; the bench starts it, so that its memory is its own.

    python -m tests.bench.scale.serving --seeds DIR --index DIR

It prints a JSON line when it is ready, then one for each line of standard input.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from index import Library, open_library
from index.cli.json_output import answer_line
from index.domain.ports import Embedder
from index.domain.stages import Stage
from index.engine import QueryEngine
from index.retrieval.retriever import Retriever
from index.retrieval.search_index import SearchIndex
from tests.bench.scale.recall import recall
from tests.bench.scale.settings import settings

__all__ = ["engine_of", "serve"]


def engine_of(library: Library) -> QueryEngine:
    """Return the engine of a library, which has no need to show it to anyone else."""
    return library._engine


def serve(seeds: Path, index: Path) -> None:
    """Open the index, then do what each line says."""
    began: dict[str, float] = {}
    library = open_library(settings(seeds, index))
    started = time.perf_counter()
    library.load(lambda stage, done, total: began.setdefault(stage, time.perf_counter()) and None)
    now = time.perf_counter()
    _tell({"loading_s": now - started, "opening_s": now - began.get(Stage.LOADING_INDEX, started)})
    doing: dict[str, Callable[[Any], Any]] = {
        "ask": lambda question: _ask(library, question),
        "recall": lambda questions: _recall(library, questions),
        "search": lambda questions: _search(library, questions),
        "suggestions": lambda most: list(engine_of(library).suggestions())[:most],
        "reindex": lambda _: {"passages": library.reindex().passages_after},
    }
    for line in sys.stdin:
        ((what, argument),) = json.loads(line).items()
        _tell(doing[what](argument))
    library.close()


def _ask(library: Library, question: str) -> dict[str, Any]:
    started = time.perf_counter()
    answer = library.ask(question)
    return {"ms": 1_000 * (time.perf_counter() - started), "answer": answer_line("", answer)}


def _recall(library: Library, questions: list[str]) -> dict[str, float]:
    return recall(*_opened(library), questions)


def _search(library: Library, questions: list[str]) -> list[float]:
    """Return the milliseconds of both searches for each question, by vectors and by words, without embedding it."""
    search_index, embedder = _opened(library)
    retriever, times = Retriever(), []
    for question in questions:
        vector = embedder.question(question)
        started = time.perf_counter()
        retriever.rows(search_index, question, vector)
        times.append(1_000 * (time.perf_counter() - started))
    return times


def _opened(library: Library) -> tuple[SearchIndex, Embedder]:
    engine = engine_of(library)
    embedder: Embedder = engine.load_model()
    search_index: SearchIndex | None = engine._live.search_index
    if search_index is None:
        raise RuntimeError("the index is not loaded")
    return search_index, embedder


def _tell(result: Any) -> None:
    sys.stdout.write(json.dumps(result) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=Path, required=True)
    parser.add_argument("--index", type=Path, required=True)
    given = parser.parse_args()
    serve(given.seeds, given.index)
