"""A question's time, beside one forward pass of the reader, and where it goes."""

from __future__ import annotations

import gc
import statistics
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from tokenizers import Tokenizer

from index import Settings, open_library
from index.answering.answerer import Answerer
from index.embedding.onnx_embedder import OnnxEmbedder
from index.embedding.onnx_runtime import import_onnxruntime, single_thread_options
from index.reading.calibration import Calibration, threshold
from index.reading.intents import load_intents
from index.reading.onnx_reader import GRAPH, TOKENIZER, OnnxReader
from index.reading.windows_reader import WindowsReader
from index.retrieval.faiss_store import FaissEngine
from index.retrieval.retriever import Retriever
from index.retrieval.tantivy_keywords import TantivyEngine
from index.snapshots.loader import SnapshotLoader
from index.snapshots.store import SnapshotStore
from tests.bench.figures import Say, article_settings, quantile, rounded, seconds
from tests.support.article import ARTICLE

__all__ = ["QUESTION_TARGET", "measure_parts", "measure_questions"]

WINDOW_TOKENS = 240
QUESTION_TARGET = 2.5
"""The most that a question may take of a forward pass, in the median."""

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


def questions_of(turn: int) -> list[str]:
    """Return the questions of a round, worded as in no other: what was read is kept, and would be found again."""
    return [f"{question[:-1]}, asked {turn + 1} times{question[-1]}" for question in QUESTIONS]


def measure_questions(index: Path, rounds: int, say: Say) -> dict[str, Any]:
    """Time every question `rounds` times, each right after one forward pass of the reader, on one thread."""
    say(f"{len(QUESTIONS)} questions, {rounds} times each ...")
    library = open_library(article_settings(index))
    library.load()
    forward = _forward_pass()
    for question in questions_of(rounds)[:20]:
        forward()
        library.ask(question)
    gc.collect()
    questions, passed = [], []
    for turn in range(rounds):
        for question in questions_of(turn):
            passed.append(1_000 * seconds(forward))
            questions.append(1_000 * seconds(library.ask, question))
    return {
        "questions": len(QUESTIONS),
        "asked": len(questions),
        "p50_ms": rounded(quantile(questions, 50)),
        "p99_ms": rounded(quantile(questions, 99)),
        "pass_p50_ms": rounded(quantile(passed, 50)),
        "pass_p99_ms": rounded(quantile(passed, 99)),
        "ratio_p50": rounded(quantile(questions, 50) / quantile(passed, 50)),
        "ratio_p99": rounded(quantile(questions, 99) / quantile(passed, 99)),
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


def measure_parts(index: Path, rounds: int, say: Say) -> dict[str, float]:
    """Return the median milliseconds of each part of a question; `rest` is deciding, quoting and verifying."""
    say("where a question's time goes ...")
    spent: dict[str, float] = defaultdict(float)
    snapshots, embedder = SnapshotStore(index), OnnxEmbedder()
    loader = SnapshotLoader(snapshots=snapshots, embedder=embedder, vectors=FaissEngine(), keywords=TantivyEngine())
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
    for turn in range(rounds):
        for question in questions_of(turn):
            spent.clear()
            whole = seconds(answerer.answer, search_index, question)
            spent["rest"] = whole - sum(spent.values())
            for stage, taken in spent.items():
                rows[stage].append(1_000 * taken)
    return {stage: rounded(statistics.median(rows[stage])) for stage in ("embed", "intent", "retrieve", "read", "rest")}
