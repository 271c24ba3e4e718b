"""A run in words: its figures beside the last recorded ones, and the cases most worth reading."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from index.domain.messages import count
from index.evaluation.outcomes import Outcome, evidence_rank, judge
from index.evaluation.questions import Question, pair_answers
from index.evaluation.records import Record, worse_figures

__all__ = ["figures_table", "worst_cases"]

LONGEST = 240
"""Characters shown of a quotation."""

REASONS = {
    Outcome.RIGHT: "",
    Outcome.FALSE: "answered falsely",
    Outcome.SILENT: "not answered, though the sources answer",
    Outcome.MISTAKEN: "small talk taken for a question",
}
"""What went wrong with a question as members type it."""


def figures_table(
    figures: Mapping[str, float], intervals: Mapping[str, tuple[float, float]], last: Record | None
) -> str:
    """Return one line per figure: its value, its 95 % interval, and the last recorded value with the difference."""
    head = f"{'figure':20} {'value':9} {'95 % interval':17}"
    lines = [(f"{head} {'last':9} difference" if last else head).rstrip()]
    worse = worse_figures(figures, last) if last else {}
    for name, value in figures.items():
        interval = " to ".join(map(str, intervals[name])) if name in intervals else ""
        line = f"{name:20} {value:<9} {interval:17}"
        if last and name in last.figures:
            before = last.figures[name]
            mark = "  below what was recorded" if name in worse and value < before else ""
            mark = mark or ("  above what was recorded" if name in worse else "")
            line += f" {before:<9} {_signed(value - before)}{mark}"
        lines.append(line.rstrip())
    if last is None:
        lines.append("\nNo figures are recorded for these questions: --record records these.")
    else:
        lines.append(f"\nThe last figures are of {last.date}, commit {last.commit[:10]}, by {last.model}.")
    return "\n".join(lines)


def worst_cases(questions: Sequence[Question], answers: Iterable[Mapping[str, Any]], limit: int) -> str:
    """Return the cases that went wrong, the most confident first: wrong answers, evidence missed."""
    cases = []
    for question, answer in pair_answers(questions, answers):
        if reason := _reason(question, answer):
            cases.append((float(answer["confidence"]), question, answer, reason))
    cases.sort(key=lambda case: -case[0])
    shown = cases[:limit]
    if not shown:
        return ""
    texts = [_case(*case) for case in shown]
    return "\n\n".join(
        [f"The worst {len(shown)} of {count(len(cases), 'case')} that went wrong, the surest first:", *texts]
    )


def _reason(question: Question, answer: Mapping[str, Any]) -> str:
    if question.expected:
        return REASONS[judge(question, answer)]
    if not question.answerable:
        return "" if answer["abstained"] else "answered, though nothing answers it"
    if evidence_rank(question, answer) < 3:
        return ""
    return "evidence missed" + (", not answered" if answer["abstained"] else "")


def _case(confidence: float, question: Question, answer: Mapping[str, Any], reason: str) -> str:
    gold = question.gold or " | ".join(dict.fromkeys(_shorten(text) for _, _, text in question.spans))
    quoted = [
        f"      {quote['source']}, characters {quote['start']} to {quote['end']}: {_shorten(quote['quote'])}"
        for quote in answer["citations"][:3]
    ]
    head = f"{confidence:.2f}  {_shorten(' / '.join([*question.before, question.question]))}  ({question.id}: {reason})"
    return "\n".join([head, f"      gold: {gold or 'none'}", *(quoted or ["      nothing quoted"])])


def _shorten(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1].rstrip() + "…"


def _signed(difference: float) -> str:
    rounded = round(difference, 4)
    return f"{rounded:+}" if rounded else "0"
