"""The JSON of the command line: a contract that other programs rely on."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from index.domain.answers import Answer
from index.domain.snapshots import Diff, ReindexReport, SnapshotInfo, SourceInfo, Status

__all__ = ["answer_line", "diff_json", "report_json", "snapshot_json", "status_json"]


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


def report_json(report: ReindexReport, *, live: bool) -> dict[str, Any]:
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
        "anew": report.rebuild_reason,
        "questions": asdict(report.questions) if report.questions else None,
        **_passages(changes),
    }


def diff_json(changes: Diff) -> dict[str, Any]:
    """As the contract has it."""
    sources = {"added": changes.added, "changed": changes.changed, "removed": changes.removed}
    return {"before": changes.before, "after": changes.after, **sources, **_passages(changes)}


def snapshot_json(info: SnapshotInfo) -> dict[str, Any]:
    """As the contract has it."""
    return {**asdict(info), "created": info.created.isoformat(), "whole": info.whole}


def _passages(changes: Diff) -> dict[str, Any]:
    return {
        "renamed": [list(pair) for pair in changes.renamed],
        "passages_added": changes.passages_added,
        "passages_removed": changes.passages_removed,
        "first_added": [asdict(at) for at in changes.first_added],
        "first_removed": [asdict(at) for at in changes.first_removed],
    }


def status_json(found: Status, whole: bool | None = None) -> dict[str, Any]:
    """As the contract has it; `whole` says whether every file is as it was written, where that was looked for."""
    snapshot = found.snapshot
    return {
        "snapshot": snapshot.id if snapshot else None,
        "created": snapshot.created.isoformat() if snapshot else None,
        "model": snapshot.model if snapshot else found.model,
        "dimension": snapshot.dimension if snapshot else None,
        "passages": snapshot.passages if snapshot else 0,
        "stale": found.stale,
        "sources": [_source(at) for at in found.sources],
        "skipped": [{"source": at.source, "reason": at.reason} for at in found.skipped],
        **({} if whole is None else {"whole": whole}),
    }


def _source(at: SourceInfo) -> dict[str, Any]:
    older = {"since": at.since.isoformat(), "problem": at.problem} if at.since else {}
    return {"source": at.source, "title": at.title, "passages": at.passages, "state": at.state, **older}
