"""What the command line says of answers, of a reindex, of snapshots: as lines, and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from index.domain.answers import Answer
from index.domain.messages import Phrase
from index.domain.snapshots import Diff, OwnQuestions, PassageText, Report, SnapshotInfo

__all__ = [
    "answer_line",
    "answer_lines",
    "count",
    "diff_json",
    "diff_lines",
    "outcome",
    "report_json",
    "report_lines",
    "snapshot_json",
    "snapshot_lines",
]

LONGEST = 200
"""Characters shown of a passage, a question or a quotation."""


def count(number: int, noun: str) -> str:
    """The number with its noun: "1 source", "2 sources"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def answer_line(name: Any, answer: Answer) -> dict[str, Any]:
    """An answer as the contract has it."""
    return {
        "id": name,
        "question": answer.question,
        "abstained": answer.abstained,
        "confidence": answer.confidence,
        "answer": None if answer.abstained else answer.text,
        "reason": answer.text if answer.abstained else None,
        "why": answer.why,
        "missing": answer.missing,
        "generator": answer.generator,
        "snapshot": answer.snapshot,
        "latency_ms": answer.latency_ms,
        "short_answer": asdict(answer.short_answer) if answer.short_answer else None,
        "verdict": answer.verdict or None,
        "conflict": answer.conflict,
        "citations": [
            {
                "number": at.number,
                "source": at.source,
                "title": at.title,
                "section": at.section,
                "start": at.start,
                "end": at.end,
                "quote": at.quote,
                "score": at.score,
                "url": at.url,
            }
            for at in answer.citations
        ],
    }


def answer_lines(answer: Answer) -> Iterator[str]:
    """What answers in short, the quotations, and how sure that is."""
    if said := answer.verdict.title() or (answer.short_answer and " ".join(answer.short_answer.text.split())):
        yield f"{said}\n"
    yield answer.text
    if answer.abstained and answer.citations:
        yield "\nThe nearest passages:"
    for at in answer.citations:
        place = " > ".join(filter(None, [at.source, at.section]))
        yield f"\n[{at.number}] {at.shown}\n    {place}, characters {at.start} to {at.end}"
    yield f"\nconfidence {answer.confidence:.2f}, snapshot {answer.snapshot}"


def report_json(report: Report, *, live: bool) -> dict[str, Any]:
    """As the contract has it; `live` says whether the snapshot is."""
    changes = report.diff or Diff("", report.snapshot.id)
    return {
        "snapshot": report.snapshot.id,
        "added": report.added,
        "changed": report.changed,
        "removed": report.removed,
        "skipped": [{"source": at.source, "reason": at.reason} for at in report.skipped],
        "passages_before": report.passages_before,
        "passages_after": report.passages_after,
        "seconds": report.seconds,
        "answered": report.answered,
        "live": live,
        "embedded": report.embedded,
        "anew": report.anew,
        "questions": asdict(report.questions) if report.questions else None,
        **_passages(changes),
    }


def report_lines(report: Report, *, live: bool) -> Iterator[str]:
    """A line a fact."""
    yield f"snapshot   {report.snapshot.id}, by {report.snapshot.model}{'' if live else ', not made live'}"
    if report.diff:
        yield from _sources(report.diff)
    for skipped in report.skipped:
        yield f"skipped    {skipped.source}: {skipped.reason}"
    yield f"passages   {report.passages_before} before, {report.passages_after} after"
    if report.diff and report.diff.before:
        yield from _texts(report.diff)
    for question in report.answered:
        yield f"answered   {_short(question)}"
    if report.questions:
        yield from _questions(report.questions)
    if report.anew and report.embedded:
        yield f"anew       {count(report.embedded, 'passage')} embedded: {report.anew}"
    yield f"time       {report.seconds:.1f} s"


def diff_json(changes: Diff) -> dict[str, Any]:
    """As the contract has it."""
    sources = {"added": changes.added, "changed": changes.changed, "removed": changes.removed}
    return {"before": changes.before, "after": changes.after, **sources, **_passages(changes)}


def diff_lines(changes: Diff) -> Iterator[str]:
    """A line a fact; one that says so where there is none."""
    if changes.nothing:
        yield "Nothing changed."
    yield from _sources(changes)
    yield from _texts(changes)


def snapshot_json(info: SnapshotInfo) -> dict[str, Any]:
    """As the contract has it."""
    return {**asdict(info), "created": info.created.isoformat(), "whole": info.whole}


def snapshot_lines(infos: Sequence[SnapshotInfo]) -> Iterator[str]:
    """A line a snapshot."""
    for info in infos:
        mark = "live" if info.live else ""
        size = f"{count(info.passages, 'passage')} of {count(info.sources, 'source')}, {info.bytes / 1e6:.1f} MB"
        what = f"{size}, by {info.model}"
        yield f"{info.id}  {info.created:%Y-%m-%d %H:%M}  {mark:4}  {info.damage or what}"


def outcome(report: Report) -> Phrase:
    """The report in a line, for the audit."""
    changes = report.diff or Diff("", report.snapshot.id)
    counted = (
        Phrase("sources added: {count}", count=len(changes.added)),
        Phrase("sources changed: {count}", count=len(changes.changed)),
        Phrase("sources removed: {count}", count=len(changes.removed)),
        Phrase("sources renamed: {count}", count=len(changes.renamed)),
        Phrase("passages added: {count}", count=changes.passages_added),
        Phrase("passages removed: {count}", count=changes.passages_removed),
    )
    told = tuple(one for one in counted if one.values["count"]) or (Phrase("nothing changed"),)
    return Phrase("snapshot {id} is live; {changes}", id=report.snapshot.id, changes=told)


def _passages(changes: Diff) -> dict[str, Any]:
    return {
        "renamed": [list(pair) for pair in changes.renamed],
        "passages_added": changes.passages_added,
        "passages_removed": changes.passages_removed,
        "first_added": [asdict(at) for at in changes.first_added],
        "first_removed": [asdict(at) for at in changes.first_removed],
    }


def _sources(changes: Diff) -> Iterator[str]:
    for name in ("added", "changed", "removed"):
        if sources := getattr(changes, name):
            yield f"{name:10} {', '.join(sources)}"
    for before, after in changes.renamed:
        yield f"renamed    {before} to {after}"


def _texts(changes: Diff) -> Iterator[str]:
    yield from _some("-", changes.first_removed, changes.passages_removed)
    yield from _some("+", changes.first_added, changes.passages_added)


def _some(mark: str, first: Sequence[PassageText], count: int) -> Iterator[str]:
    for at in first:
        place = " > ".join(filter(None, [at.source, at.section]))
        yield f"{mark} {_short(at.text)}  ({place})"
    if count > len(first):
        yield f"{mark} and {count - len(first)} more"


def _questions(found: OwnQuestions) -> Iterator[str]:
    for at in found.changed:
        verdict = {True: ", as it should be", False: ", not as it should be", None: ""}[at.right]
        yield f"question   {_short(at.question)}"
        yield f"  was      {_short(at.was) or 'no answer'}"
        yield f"  now      {_short(at.now) or 'no answer'}{verdict}"
    changed = {at.question for at in found.changed}
    for question in found.wrong:
        if question not in changed:
            yield f"wrong      {_short(question)}"
    yield f"questions  {found.asked} asked, {len(found.changed)} answered otherwise, {len(found.wrong)} wrong"
    if found.problem:
        yield f"questions  {found.problem}"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1].rstrip() + "…"
