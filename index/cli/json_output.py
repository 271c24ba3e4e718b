"""JSON output of the command line: a contract that other programs rely on."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from index.domain.answers import Answer
from index.domain.generation import GenerationStatus
from index.domain.regressions import QuestionOrigin, RegressionCheck
from index.domain.snapshots import Diff, ReindexReport, SnapshotInfo, SourceInfo, Status

__all__ = ["answer_line", "diff_json", "generation_json", "report_json", "snapshot_json", "status_json"]


def answer_line(name: Any, answer: Answer) -> dict[str, Any]:
    """Return an answer as JSON; `name` is the question's id in a batch."""
    return {
        "id": name,
        "question": answer.question,
        "read_as": answer.read_as or None,
        "abstained": answer.abstained,
        "confidence": answer.confidence,
        "certainty": answer.certainty,
        "answer": None if answer.abstained else answer.text,
        "reason": answer.text if answer.abstained else None,
        "why": answer.why,
        "generator": answer.generator,
        "sentences": [{"text": each.text, "citations": list(each.citations)} for each in answer.sentences],
        "dropped": answer.dropped,
        "fault": answer.fault or None,
        "snapshot": answer.snapshot,
        "latency_ms": answer.latency_ms,
        "short_answer": asdict(answer.short_answer) if answer.short_answer else None,
        "verdict": answer.verdict or None,
        "conflict": answer.conflict,
        "citations": [
            {
                "number": citation.number,
                "source": citation.source,
                "title": citation.title,
                "section": citation.section,
                "start": citation.start,
                "end": citation.end,
                "quote": citation.quote,
                "shown": citation.shown,
                "score": citation.score,
                "url": citation.url,
            }
            for citation in answer.citations
        ],
    }


def report_json(report: ReindexReport, *, live: bool) -> dict[str, Any]:
    """Return a reindex report as JSON; `live` says whether its snapshot is."""
    changes = report.diff or Diff("", report.snapshot.id)
    checks = {check.origin: _regression_json(check) for check in report.regressions}
    return {
        "snapshot": report.snapshot.id,
        "added": report.added,
        "changed": report.changed,
        "removed": report.removed,
        "skipped": [asdict(skipped) for skipped in report.skipped],
        "notes": [asdict(note) for note in report.notes],
        "passages_before": report.passages_before,
        "passages_after": report.passages_after,
        "seconds": report.seconds,
        "answered": report.answered,
        "live": live,
        "embedded": report.embedded,
        "anew": report.rebuild_reason,
        "questions": checks.pop(QuestionOrigin.OWN, None),
        **_changes_json(changes),
        "regressions": checks,
    }


def diff_json(changes: Diff) -> dict[str, Any]:
    """Return a diff as JSON."""
    sources = {"added": changes.added, "changed": changes.changed, "removed": changes.removed}
    return {"before": changes.before, "after": changes.after, **sources, **_changes_json(changes)}


def snapshot_json(info: SnapshotInfo) -> dict[str, Any]:
    """Return a snapshot as JSON."""
    return {**asdict(info), "created": info.created.isoformat(), "whole": info.whole}


def _regression_json(check: RegressionCheck) -> dict[str, Any]:
    return {
        "written": check.total,
        "asked": check.asked,
        "changed": [asdict(change) for change in check.changed],
        "wrong": check.wrong,
        "problem": check.problem,
        "lost": check.lost,
    }


def _changes_json(changes: Diff) -> dict[str, Any]:
    return {
        "renamed": [list(pair) for pair in changes.renamed],
        "passages_added": changes.passages_added,
        "passages_removed": changes.passages_removed,
        "first_added": [asdict(passage) for passage in changes.first_added],
        "first_removed": [asdict(passage) for passage in changes.first_removed],
    }


def status_json(status: Status, whole: bool | None = None) -> dict[str, Any]:
    """Return a status as JSON; `whole` says whether all files are intact, None if they were not read."""
    snapshot = status.snapshot
    return {
        "snapshot": snapshot.id if snapshot else None,
        "created": snapshot.created.isoformat() if snapshot else None,
        "model": snapshot.model if snapshot else status.model,
        "dimension": snapshot.dimension if snapshot else None,
        "passages": snapshot.passages if snapshot else 0,
        "stale": status.stale,
        "sources": [_source_json(source) for source in status.sources],
        "skipped": [asdict(skipped) for skipped in status.skipped],
        "notes": [asdict(note) for note in status.notes],
        "vectors": [asdict(search) for search in status.vectors],
        **({"storage": asdict(status.storage)} if status.storage else {}),
        **({} if whole is None else {"whole": whole}),
    }


def _source_json(source: SourceInfo) -> dict[str, Any]:
    older = {"since": source.since.isoformat(), "problem": source.problem} if source.since else {}
    return {
        "source": source.source,
        "title": source.title,
        "passages": source.passages,
        "state": source.state,
        **older,
    }


def generation_json(status: GenerationStatus | None) -> dict[str, Any] | None:
    """Return the language model and the tokens of the day as JSON; None without one."""
    if status is None:
        return None
    return {
        "model": status.model,
        "tokens_today": {"limit": status.day.limit or None, "used": status.day.used, "left": status.day.left},
        "paused_until": status.paused_until.isoformat() if status.paused_until else None,
    }
