"""The figures of a run: how much is found, answered, quoted, and rightly left unanswered."""

from __future__ import annotations

import math
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from index.evaluation.outcomes import Outcome, evidence_rank, judge, normalize, word_f1
from index.evaluation.questions import Question, pair_answers
from index.evaluation.written import writing_scores

__all__ = ["BINS", "KEPT_SHARES", "MEDIANS", "answer_scores", "compute_figures", "kept"]

BINS = 10
"""Bins of confidence, of equal width, for the calibration error."""

KEPT_SHARES = {"refused@80": 0.80, "refused@85": 0.85}
"""Figures of the unanswerable questions refused, with the share of the answerable ones that is answered meanwhile."""

MEDIANS = ("answer_words", "abstention_words", "first_sentence_s", "writing_s", "tokens_s")
"""Figures that are the median of their scores."""


def compute_figures(
    texts: Mapping[str, str], questions: Sequence[Question], answers: Iterable[Mapping[str, Any]]
) -> dict[str, float]:
    """Return the figures of a run, rounded to four places.

    Parameters
    ----------
    texts
        The text of each source by name.
    questions, answers
        Questions, and answer lines as `ask --json` prints them.

    Returns
    -------
    dict
        Of all sets: `verbatim`, a share of all citations; `auroc` and `ece` of `confidence` as the probability that the
        question is answerable; `refused@80`, the share of unanswerable questions below the confidence that keeps 80 %
        of the answerable ones; `right@sure` and so on, the share of right answers among those called sure; `cited`,
        the mean characters quoted in an answer; latency in ms.
        Of questions with gold spans: shares of answerable questions (`evidence@1`, `evidence@3`, `contains`,
        `answer_rate`; `exact` and `words_f1` of the short answer, 0 without one), of unanswerable ones
        (`abstain_recall`), of answered ones (`answered_precision`), and `f1`, SQuAD 2.0's of the whole answer.
        Of questions as members type them: shares of all that are `right`, `false`, `silent` and `mistaken`, and the
        median length of answers and of reasons in words.
        Of lines with `writing`: those of `writing_scores`, times as medians.

    Raises
    ------
    LibraryError
        A question has no answer.
    """
    rows: dict[str, list[float]] = defaultdict(list)
    judgements: list[tuple[float, bool]] = []
    for question, answer in pair_answers(questions, answers):
        judgements.append((float(answer["confidence"]), question.answerable))
        for name, value in answer_scores(texts, question, answer):
            rows[name].append(value)
    latency = sorted(rows.pop("latency", []))
    figures = {
        name: round(statistics.median(values) if name in MEDIANS else statistics.fmean(values), 4)
        for name, values in rows.items()
    }
    figures["auroc"] = round(_auroc(judgements), 4)
    figures["ece"] = round(_ece(judgements), 4)
    for name, share in KEPT_SHARES.items():
        figures[name] = round(_refused(judgements, share), 4)
    figures["questions"] = len(questions)
    if latency:
        figures["latency_ms_p50"] = round(latency[len(latency) // 2], 2)
        figures["latency_ms_p99"] = round(latency[min(len(latency) - 1, int(len(latency) * 0.99))], 2)
    return figures


def answer_scores(
    texts: Mapping[str, str], question: Question, answer: Mapping[str, Any]
) -> Iterable[tuple[str, float]]:
    """Yield what one answer adds to the figures, by name; a figure is the mean of its scores, or their median."""
    citations = answer.get("citations", [])
    for citation in citations:
        source = texts.get(citation["source"])
        yield "verbatim", source is not None and source[citation["start"] : citation["end"]] == citation["quote"]
    yield from _outcome_scores(question, answer) if question.expected else _span_scores(question, answer)
    if not answer["abstained"]:
        yield "cited", sum(len(citation["quote"]) for citation in citations)
        if certainty := answer.get("certainty"):
            yield f"right@{certainty}", judge(question, answer) == Outcome.RIGHT
    if answer.get("latency_ms") is not None:
        yield "latency", answer["latency_ms"]
    yield from writing_scores(answer)


def kept(count: int, share: float) -> int:
    """Return how many of `count` are at least a share of them."""
    return math.ceil(count * share - 1e-9)


def _span_scores(question: Question, answer: Mapping[str, Any]) -> Iterable[tuple[str, float]]:
    text, abstained = answer.get("answer") or "", answer["abstained"]
    golds = [gold for _, _, gold in question.spans]
    rank = evidence_rank(question, answer)
    if question.answerable:
        yield "evidence@1", rank < 1
        yield "evidence@3", rank < 3
        yield "contains", not abstained and any(normalize(gold) in normalize(text) for gold in golds)
        yield "f1", 0.0 if abstained else max((word_f1(text, gold) for gold in golds), default=0.0)
        yield "answer_rate", not abstained
        short = "" if abstained else (answer.get("short_answer") or {}).get("text", "")
        yield "exact", bool(short) and any(normalize(short) == normalize(gold) for gold in golds)
        yield "words_f1", max((word_f1(short, gold) for gold in golds), default=0.0) if short else 0.0
    else:
        yield "f1", abstained
        yield "abstain_recall", abstained
    if not abstained:
        yield "answered_precision", rank < 3
        yield "words", len(text.split())


def _outcome_scores(question: Question, answer: Mapping[str, Any]) -> Iterable[tuple[str, float]]:
    outcome = judge(question, answer)
    for name in Outcome:
        yield name.value, outcome == name
    shown = "abstention_words" if answer["abstained"] else "answer_words"
    yield shown, len((answer.get("reason" if answer["abstained"] else "answer") or "").split())


def _refused(judgements: Sequence[tuple[float, bool]], share: float) -> float:
    """Return the share of unanswerable questions below the confidence that keeps a share of the answerable ones."""
    positive, negative = (sorted(value for value, label in judgements if label == kind) for kind in (True, False))
    if not positive or not negative:
        return float("nan")
    least = positive[-kept(len(positive), share)]
    return sum(value < least for value in negative) / len(negative)


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
