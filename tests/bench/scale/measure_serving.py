"""Questions over the corpus: their time beside the article's, recall against exact search, memory, opening."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.bench.figures import quantile
from tests.bench.scale.question_sets import corpus_questions, squad_questions, texts_of
from tests.bench.scale.runs import Row, Run, environment, run_program, serving
from tests.support.article import ARTICLE
from tests.support.paths import ROOT

__all__ = ["measure_opening", "measure_questions", "measure_recall", "opening_rows", "question_rows", "recall_rows"]

RATIO, RECALL, RESIDENT_MB, OPENING_S = 1.5, 0.98, 1_000, 2.0
SUGGESTIONS = 100
ASKED_FOR_MEMORY = 300
STARTS = 3

SUBJECTS = ("Scout", "LLaMA 4 Maverick", "Behemoth", "the LLaMA 4 series", "Meta", "LlamaCon", "Gemini 2.0 Pro")
FORMS = (
    "What is {}?", "How many experts does {} have?", "What is the context window of {}?", "Who made {}?",
    "When was {} announced?", "Which benchmarks does {} win?", "Why is {} called efficient?",
    "Does {} fit into a single GPU?", "Is {} still in training?", "Where can I download {}?",
)  # fmt: skip
ARTICLE_QUESTIONS = tuple(form.format(subject) for form in FORMS for subject in SUBJECTS)


def measure_questions(run: Run) -> dict[str, Any]:
    """Ask questions of the corpus and of the article in turns, each of a process of its own."""
    run.need_index()
    with tempfile.TemporaryDirectory() as folder:
        article = Path(folder, "index")
        run_program("tests.bench.scale.building", "--seeds", ARTICLE.parent, "--index", article)
        with serving(run.seeds, run.index) as corpus, serving(ARTICLE.parent, article) as small:
            asked = [*corpus.do("suggestions", SUGGESTIONS), *_questions(run)]
            opened = corpus.memory
            run.say(f"{len(asked)} questions ...")
            for turn, question in enumerate(asked[:10]):
                corpus.do("ask", question)
                small.do("ask", ARTICLE_QUESTIONS[turn])
            times: list[float] = []
            beside: list[float] = []
            memory = None
            for turn, question in enumerate(asked):
                times.append(corpus.do("ask", question)["ms"])
                form = ARTICLE_QUESTIONS[turn % len(ARTICLE_QUESTIONS)]
                beside.append(small.do("ask", f"{form[:-1]}, asked {turn + 1} times?")["ms"])
                if turn + 1 == ASKED_FOR_MEMORY:
                    memory = corpus.memory
            memory = memory or corpus.memory
    return {
        "asked": len(asked),
        "p50_ms": round(quantile(times, 50), 1),
        "p95_ms": round(quantile(times, 95), 1),
        "article_p50_ms": round(quantile(beside, 50), 1),
        "article_p95_ms": round(quantile(beside, 95), 1),
        "ratio_p50": round(quantile(times, 50) / quantile(beside, 50), 2),
        "opened_mb": round(opened.resident),
        "resident_mb": round(memory.resident),
        "own_mb": round(memory.own),
        "asked_for_memory": min(len(asked), ASKED_FOR_MEMORY),
    }


def question_rows(measured: dict[str, Any]) -> list[Row]:
    return [
        Row(f"{measured['asked']} questions, p50 ms beside the article's: ratio",
            f"{measured['p50_ms']} / {measured['article_p50_ms']} = {measured['ratio_p50']}", f"at most {RATIO}"),
        Row("  p95 ms beside the article's", f"{measured['p95_ms']} / {measured['article_p95_ms']}"),
        Row(f"  resident after {measured['asked_for_memory']}, MB (without mapped files)",
            f"{measured['resident_mb']:,} ({measured['own_mb']:,})", f"at most {RESIDENT_MB:,}"),
        Row("  resident when opened, MB", f"{measured['opened_mb']:,}"),
    ]  # fmt: skip


def measure_recall(run: Run) -> dict[str, Any]:
    run.need_index()
    run.say("recall against exact search ...")
    with serving(run.seeds, run.index) as process:
        return dict(process.do("recall", _questions(run)))


def recall_rows(measured: dict[str, Any]) -> list[Row]:
    return [
        Row(f"recall@20 of windows against exact search, {measured['questions']} questions",
            f"{measured['recall@20']:.4f}", f"at least {RECALL}"),
        Row("  recall@5", f"{measured['recall@5']:.4f}"),
        Row("  vectors", f"{measured['rows']:,}"),
    ]  # fmt: skip


def measure_opening(run: Run) -> dict[str, Any]:
    """Time a fresh process to its first answer, and the opening of the snapshot alone; the best of a few counts."""
    run.need_index()
    question = _questions(run)[0]
    command = [sys.executable, "-m", "index", "ask", question, "--index", str(run.index), "--json"]
    first, opening, loading = [], [], []
    for turn in range(STARTS):
        run.say(f"opening, {turn + 1} of {STARTS} ...")
        started = time.perf_counter()
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True, env=environment())
        first.append(time.perf_counter() - started)
        with serving(run.seeds, run.index) as process:
            opening.append(process.opened["opening_s"])
            loading.append(process.opened["loading_s"])
    return {
        "first_answer_s": round(min(first), 2),
        "opening_s": round(min(opening), 3),
        "loading_s": round(min(loading), 2),
    }


def opening_rows(measured: dict[str, Any]) -> list[Row]:
    return [
        Row("opening the snapshot, s", f"{measured['opening_s']:.2f}", f"at most {OPENING_S}"),
        Row("  with the model, s", f"{measured['loading_s']:.2f}"),
        Row("  a fresh process to its first answer, s", f"{measured['first_answer_s']:.2f}"),
    ]


def _questions(run: Run) -> list[str]:
    """Return headings of the corpus asked as questions, and half as many of SQuAD's."""
    return [*corpus_questions(run), *texts_of(squad_questions(run.questions // 2))]
