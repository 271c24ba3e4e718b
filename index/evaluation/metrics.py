"""Question sets and the figures of a run: how much is found, answered, quoted, and rightly left unanswered."""

from __future__ import annotations

import json
import re
import statistics
import string
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.domain.errors import LibraryError, QuestionsUnreadable

__all__ = ["BINS", "Question", "answer_scores", "compute_figures", "evidence_rank", "pair_answers", "read_questions"]

BINS = 10
"""Bins of confidence, of equal width, for the calibration error."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question of a set; `spans` are the gold answers as (start, end, text) in `source`.

    `before` are the questions that it follows, oldest first.

    `id` is as the line has it, text or number, so that an answer line can repeat it.
    """

    id: Any
    question: str
    source: str = ""
    answerable: bool = True
    spans: tuple[tuple[int, int, str], ...] = ()
    before: tuple[str, ...] = ()


def read_questions(path: Path) -> list[Question]:
    """Return the questions of a JSON Lines file, one object a line with at least `id` and `question`.

    Raises QuestionsUnreadable, which names the line.
    """
    try:
        lines = path.read_bytes().decode("utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise QuestionsUnreadable(f"The questions in {path} cannot be read: {error}.") from error
    questions = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                questions.append(_question(json.loads(line)))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise QuestionsUnreadable(
                    f"Line {number} of {path} is no question: each line is an object with `id` and `question`, "
                    'like {"id": "1", "question": "When is it?"}.'
                ) from error
    return questions


def _question(row: dict[str, Any]) -> Question:
    before = row.get("before") or ()
    if not isinstance(row["question"], str) or not isinstance(before, list | tuple):
        raise TypeError("question")
    if not all(isinstance(text, str) for text in before):
        raise TypeError("before")
    return Question(
        id=row["id"],
        question=row["question"],
        source=row.get("source", ""),
        answerable=bool(row.get("answerable", True)),
        spans=tuple((span["start"], span["end"], span["text"]) for span in row.get("answers", ())),
        before=tuple(before),
    )


def compute_figures(
    texts: Mapping[str, str], questions: Sequence[Question], answers: Iterable[Mapping[str, Any]]
) -> dict[str, float]:
    """Return the figures of a run, rounded to four places.

    `texts` maps a source to its text; `answers` are lines as `ask --json` prints them. Shares are of all citations
    (verbatim), of answerable questions (evidence@1, evidence@3, contains, answer_rate), of unanswerable ones
    (abstain_recall), of answered ones (answered_precision). `f1` is SQuAD 2.0's, `auroc` and `ece` are of `confidence`
    as the probability that the question is answerable, `cited` is in characters, latency in ms. Raises LibraryError if
    a question has no answer.
    """
    rows: dict[str, list[float]] = defaultdict(list)
    judgements: list[tuple[float, bool]] = []
    for question, answer in pair_answers(questions, answers):
        judgements.append((float(answer["confidence"]), question.answerable))
        for name, value in answer_scores(texts, question, answer):
            rows[name].append(value)
    latency = sorted(rows.pop("latency", []))
    means = {name: round(statistics.fmean(values), 4) for name, values in rows.items()}
    means["auroc"] = round(_auroc(judgements), 4)
    means["ece"] = round(_ece(judgements), 4)
    means["questions"] = len(questions)
    if latency:
        means["latency_ms_p50"] = round(latency[len(latency) // 2], 2)
        means["latency_ms_p99"] = round(latency[min(len(latency) - 1, int(len(latency) * 0.99))], 2)
    return means


def pair_answers(
    questions: Sequence[Question], answers: Iterable[Mapping[str, Any]]
) -> list[tuple[Question, Mapping[str, Any]]]:
    """Return each question with its answer line. Raises LibraryError if a question has none."""
    by_id = {str(answer["id"]): answer for answer in answers}
    for question in questions:
        if str(question.id) not in by_id:
            raise LibraryError(f"The question {question.id} has no answer.")
    return [(question, by_id[str(question.id)]) for question in questions]


def answer_scores(
    texts: Mapping[str, str], question: Question, answer: Mapping[str, Any]
) -> Iterable[tuple[str, float]]:
    """Yield what one answer adds to the figures, by name; a figure is the mean of its scores, `latency` is in ms."""
    citations = answer.get("citations", [])
    text = answer.get("answer") or ""
    for citation in citations:
        source = texts.get(citation["source"])
        yield "verbatim", source is not None and source[citation["start"] : citation["end"]] == citation["quote"]
    rank = evidence_rank(question, answer)
    if question.answerable:
        yield "evidence@1", rank < 1
        yield "evidence@3", rank < 3
        contains = any(_normalize(gold) in _normalize(text) for _, _, gold in question.spans)
        yield "contains", contains and not answer["abstained"]
        best_f1 = max((_f1(text, gold) for _, _, gold in question.spans), default=0.0)
        yield "f1", 0.0 if answer["abstained"] else best_f1
        yield "answer_rate", not answer["abstained"]
    else:
        yield "f1", answer["abstained"]
        yield "abstain_recall", answer["abstained"]
    if not answer["abstained"]:
        yield "answered_precision", rank < 3
        yield "words", len(text.split())
        yield "cited", sum(len(citation["quote"]) for citation in citations)
    if answer.get("latency_ms") is not None:
        yield "latency", answer["latency_ms"]


def evidence_rank(question: Question, answer: Mapping[str, Any]) -> int:
    """Return the index of the first quotation that overlaps gold, at least 3 if none does."""
    citations = answer.get("citations", [])
    ranks = (rank for rank, citation in enumerate(citations) if _overlaps_gold(question, citation))
    return next(ranks, len(citations) + 3)


def _overlaps_gold(question: Question, citation: Mapping[str, Any]) -> bool:
    if citation["source"] != question.source:
        return False
    return any(citation["start"] < end and start < citation["end"] for start, end, _ in question.spans)


def _normalize(text: str) -> str:
    """Return text as SQuAD compares answers: lower case, no punctuation, no articles, single spaces."""
    unpunctuated = text.lower().translate(str.maketrans("", "", string.punctuation))
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", unpunctuated).split())


def _f1(text: str, gold: str) -> float:
    words, gold_words = Counter(_normalize(text).split()), Counter(_normalize(gold).split())
    if not words or not gold_words:
        return float(words == gold_words)
    shared = (words & gold_words).total()
    return 2 * shared / (words.total() + gold_words.total())


def _auroc(judgements: Sequence[tuple[float, bool]]) -> float:
    """Return the probability that an answerable question has the higher confidence, ties counted half.

    Counted in whole pairs: scikit-learn's roc_auc_score adds up floats, and its fourth digit differs in 1 of 300 small
    runs.
    """
    counts: dict[float, Counter[bool]] = defaultdict(Counter)
    for confidence, answerable in judgements:
        counts[confidence][answerable] += 1
    positive, negative = (sum(cell[kind] for cell in counts.values()) for kind in (True, False))
    if not positive or not negative:
        return float("nan")
    below, ordered_pairs = 0, 0.0
    for confidence in sorted(counts):
        cell = counts[confidence]
        ordered_pairs += cell[True] * (below + cell[False] / 2)
        below += cell[False]
    return ordered_pairs / (positive * negative)


def _ece(judgements: Sequence[tuple[float, bool]]) -> float:
    """Return the expected calibration error over `BINS` bins of equal width."""
    cells: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    answerable_first = sorted(judgements, key=lambda pair: not pair[1])  # a sum of floats depends on its order
    for confidence, answerable in answerable_first:
        cells[min(BINS - 1, int(confidence * BINS))].append((confidence, answerable))
    gaps = (abs(sum(pair[0] for pair in cell) - sum(pair[1] for pair in cell)) for cell in cells.values())
    return sum(gaps) / len(judgements) if judgements else float("nan")
