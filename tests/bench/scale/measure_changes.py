"""One file edited, one added and one removed, each until it is live; and the figures among distractors."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from index.domain.sources import SourceFile
from index.evaluation.metrics import compute_figures
from index.evaluation.questions import read_questions
from index.parsing.documents import source_text
from tests.bench.sample import SQUAD
from tests.bench.scale.question_sets import squad_questions
from tests.bench.scale.runs import NotMeasured, Row, Run, copy_tree, run_program, serving

__all__ = [
    "FACT",
    "QUESTION",
    "change_rows",
    "distractor_rows",
    "measure_changes",
    "measure_distractors",
    "text_source",
]

EDIT_S, FALL = 10.0, 0.03
FACT = "The Quillwort protocol was approved by the council of Zanzibar in 1987."
QUESTION = "When was the Quillwort protocol approved?"
FIGURES = ("evidence@1", "evidence@3", "auroc", "abstain_recall", "answer_rate")


def measure_changes(run: Run) -> dict[str, Any]:
    """Change a copy of the sources while a process serves the index, and reindex there.

    It is live once the pointer names the new snapshot; then answers are compared, which is measured apart.
    """
    run.need_index()
    with _copy(run, "changes") as (seeds, index), serving(seeds, index) as process:
        process.do("ask", QUESTION)
        edited = seeds / text_source(run)
        text = edited.read_bytes()
        edited.unlink()
        measured = {}
        for name, act, shown in (
            ("edited", lambda: edited.write_bytes(text + f"\n\n{FACT}\n".encode()), True),
            ("restored", lambda: edited.write_bytes(text), False),
            ("added", lambda: (seeds / "quillwort.md").write_text(f"# Quillwort\n\n{FACT}\n", "utf-8"), True),
            ("removed", lambda: (seeds / "quillwort.md").unlink(), False),
        ):
            run.say(f"one file {name} ...")
            started = time.time()
            act()
            process.do("reindex")
            compared = time.time()
            quotes = [citation["quote"] for citation in process.do("ask", QUESTION)["answer"]["citations"]]
            if any("Quillwort" in quote for quote in quotes) != shown:
                raise NotMeasured(f"a file was {name}, and the answer does not show it")
            measured[f"{name}_s"] = round((index / "LIVE").stat().st_mtime - started, 2)
            measured[f"{name}_compared_s"] = round(compared - started, 2)
        return measured | {"resident_mb": round(process.memory.resident)}


def text_source(run: Run) -> str:
    """Return a source that can be edited as text: the first of the run that is one, else the first."""
    texts = [file.source for file in run.corpus.first(run.tokens) if file.source.endswith((".md", ".txt", ".rst"))]
    return texts[0] if texts else run.corpus.files[0].source


def change_rows(measured: dict[str, Any]) -> list[Row]:
    return [
        Row("one edited file live, s", f"{measured['edited_s']:.1f}", f"under {EDIT_S:.0f}"),
        Row("  one added; one removed, s", f"{measured['added_s']:.1f}; {measured['removed_s']:.1f}"),
        Row("  one edited, with the answers compared, s", f"{measured['edited_compared_s']:.1f}"),
        Row("  resident afterwards, MB", f"{measured['resident_mb']:,}"),
    ]


def measure_distractors(run: Run) -> dict[str, Any]:
    """Ask SQuAD 2.0's questions of its articles alone, and of those together with the corpus."""
    run.need_index()
    if not SQUAD.is_dir():
        raise NotMeasured(f"there is no {SQUAD}")
    lines = squad_questions(4 * run.questions // 3)
    folder = run.corpus.folder / "squad"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    (folder / "questions.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    run.say(f"{len(lines)} questions of SQuAD 2.0 alone ...")
    run_program("tests.bench.scale.building", "--seeds", SQUAD / "documents", "--index", folder / "index")
    alone = _figures(run, folder, SQUAD / "documents", folder / "index", "")
    with _copy(run, "distractors") as (seeds, index):
        shutil.copytree(SQUAD / "documents", seeds / "squad2")
        run.say("the same among the corpus ...")
        run_program("tests.bench.scale.building", "--seeds", seeds, "--index", index)
        among = _figures(run, folder, seeds, index, "squad2/")
    return {"questions": len(lines), "alone": alone, "among": among}


def distractor_rows(measured: dict[str, Any]) -> list[Row]:
    alone, among = measured["alone"], measured["among"]
    rows = []
    for name in FIGURES:
        target = f"falls by at most {FALL}" if name == "evidence@1" else ""
        fall = alone[name] - among[name]
        rows.append(
            Row(
                f"  {name}, alone -> among the corpus", f"{alone[name]:.3f} -> {among[name]:.3f} ({-fall:+.3f})", target
            )
        )
    return [Row(f"SQuAD 2.0, {measured['questions']} questions", ""), *rows]


def _figures(run: Run, folder: Path, seeds: Path, index: Path, prefix: str) -> dict[str, float]:
    """Return the figures of an index; its sources of SQuAD have a prefix, which answers are judged without."""
    questions = read_questions(folder / "questions.jsonl")
    with serving(seeds, index) as process:
        answers = [process.do("ask", question.question)["answer"] for question in questions]
    for question, answer in zip(questions, answers, strict=True):
        answer["id"] = question.id
        for citation in answer["citations"]:
            citation["source"] = citation["source"].removeprefix(prefix)
    documents = SQUAD / "documents"
    texts = {path.name: source_text(SourceFile(path.name, path.read_bytes())) for path in sorted(documents.iterdir())}
    figures = compute_figures(texts, questions, answers)
    return {name: figures[name] for name in FIGURES if name in figures}


@contextmanager
def _copy(run: Run, name: str) -> Iterator[tuple[Path, Path]]:
    """Yield a copy of the sources and of the index, which is removed at the end."""
    home = run.corpus.folder / f"copy-{name}-{run.tokens}"
    shutil.rmtree(home, ignore_errors=True)
    try:
        copy_tree(run.index, home / "index")
        shutil.copytree(run.seeds, home / "seeds", copy_function=os.link)
        yield home / "seeds", home / "index"
    finally:
        shutil.rmtree(home, ignore_errors=True)
