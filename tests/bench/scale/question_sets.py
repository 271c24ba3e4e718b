"""Questions about the corpus: its headings, asked; and those of SQuAD 2.0."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

from index.domain.errors import UnreadableSource
from index.domain.sources import SourceFile
from index.parsing.pool import parse_in_parallel
from tests.bench.sample import SQUAD
from tests.bench.scale.runs import Run

__all__ = ["corpus_questions", "squad_questions"]

HEADING = re.compile(r"(?:[\d.]+\s+)?([A-Z][\w\- ]{8,60})")
"""A heading that makes a question: words alone, at least two, with or without a number."""


def corpus_questions(run: Run) -> list[str]:
    """Return questions about the documents of a run, the same every time: a heading of each of so many documents."""
    chosen = sorted(run.corpus.first(run.tokens), key=lambda file: _mixed(file.source))[: 3 * run.questions]
    files = [SourceFile(file.source, (run.corpus.sources / file.source).read_bytes()) for file in chosen]
    questions: dict[str, None] = {}
    with parse_in_parallel(files, 60) as parsed:
        for file in files:
            try:
                document = parsed(file, lambda: None)
            except UnreadableSource:
                continue
            headings = [section.path[-1].reading for section in document.sections if section.path]
            fitting = [match[1] for heading in headings if (match := HEADING.fullmatch(heading)) and " " in match[1]]
            if fitting:
                questions[f"What is {min(fitting, key=_mixed)}?"] = None
            if len(questions) == run.questions:
                break
    return list(questions)


def squad_questions(most: int, file: Path = SQUAD / "questions.jsonl") -> list[str]:
    """Return lines of SQuAD 2.0's questions, the same every time, in their order; none where there is no SQuAD."""
    lines = file.read_text("utf-8").splitlines() if file.is_file() else []
    chosen = set(sorted(lines, key=_mixed)[:most])
    return [line for line in lines if line in chosen]


def texts_of(lines: list[str]) -> list[str]:
    """Return the questions of such lines."""
    return [json.loads(line)["question"] for line in lines]


def _mixed(text: str) -> bytes:
    """Return what texts are mixed by, in the same order every time."""
    return hashlib.sha256(text.encode()).digest()
