"""Output of `backup` and `restore`, as text and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from index.backup.contents import Contents
from index.backup.creation import BackupReport
from index.backup.restoration import RestoreReport

__all__ = ["backup_json", "backup_lines", "contents_json", "contents_lines", "restore_json", "restore_lines"]


def backup_lines(report: BackupReport) -> list[str]:
    return [f"{report.file}: {report.bytes / 1e6:.1f} MB", *contents_lines(report.contents)]


def backup_json(report: BackupReport) -> dict[str, Any]:
    return {"file": str(report.file), "bytes": report.bytes, **contents_json(report.contents)}


def restore_lines(report: RestoreReport) -> list[str]:
    kept = [f"kept what was there before: {path}" for path in report.kept]
    left_out = [f"not restored: {name}" for name in report.left_out]
    return ["Restored.", *contents_lines(report.contents), *left_out, *kept]


def restore_json(report: RestoreReport) -> dict[str, Any]:
    kept, left_out = [str(path) for path in report.kept], list(report.left_out)
    return {**contents_json(report.contents), "kept": kept, "not_restored": left_out, "mismatch": report.mismatch}


def contents_lines(contents: Contents) -> list[str]:
    """Return what an archive holds, and what was left out."""
    sources = _count(contents, "sources/")
    return [
        f"written: {contents.created} by {contents.program}",
        f"snapshots: {_snapshots(contents.snapshots)}",
        f"questions: {contents.questions}",
        f"files of sources: {sources}; fetched pages: {_count(contents, 'index/fetched/', '.json')}",
        *([f"servers with sources of their own: {len(contents.servers)}"] if contents.servers else []),
        *(f"left out: {reason}" for reason in contents.left_out),
    ]


def contents_json(contents: Contents) -> dict[str, Any]:
    return {
        "program": contents.program,
        "created": contents.created,
        "live": contents.live,
        "snapshots": list(contents.snapshots),
        "questions": contents.questions,
        "sources": _count(contents, "sources/"),
        "fetched": _count(contents, "index/fetched/", ".json"),
        "servers": list(contents.servers),
        "left_out": list(contents.left_out),
    }


def _snapshots(ids: Sequence[str]) -> str:
    return ", ".join((f"{ids[0]} (live)", *ids[1:])) if ids else "none, there is no index yet"


def _count(contents: Contents, room: str, end: str = "") -> int:
    return sum(1 for name in contents.names if name.startswith(room) and name.endswith(end))
