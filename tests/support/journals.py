"""A journal with a clock that is set by hand, and answers to write into it."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from index.domain.answers import Answer, Citation
from index.journal.journal import Journal
from tests.support.paths import DATA

__all__ = [
    "ANN",
    "BEN",
    "CHANNEL",
    "GUILD",
    "NOON",
    "Clock",
    "abstention",
    "answer",
    "ask",
    "citation",
    "kept_bytes",
    "make_older",
    "questions_before",
]

ANN, BEN = 481516234200000001, 481516234200000002
CHANNEL = 771516234200000003
GUILD = 991516234200000004
NOON = datetime(2026, 4, 10, 12, tzinfo=UTC)


class Clock:
    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **time: float) -> None:
        self.now += timedelta(**time)


def citation(number: int = 1, shown: str = "Ten tokens.") -> Citation:
    return Citation(number, "a.md", "A", "Models > Scout", 3, 20, f"**{shown}**", 0.25, None, shown)


def answer(
    question: str,
    *shown: str,
    read_as: str = "",
    snapshot: str = "snapshot-1",
    latency_ms: float = 8.5,
) -> Answer:
    """Return an answer by quotations that are shown so."""
    quoted = tuple(citation(number, quote) for number, quote in enumerate(shown or ("Ten tokens.",), 1))
    return Answer(question, "text", quoted, 0.75, False, snapshot, "quoting", latency_ms, read_as=read_as)


def abstention(question: str, why: str = "", *, nearest: Sequence[Citation] = (), latency_ms: float = 8.5) -> Answer:
    return Answer(question, "text", tuple(nearest), 0.125, True, "snapshot-1", "quoting", latency_ms, why=why)


def ask(journal: Journal, what: Answer, user: int = ANN, guild: int | None = GUILD, channel: int = CHANNEL) -> str:
    return journal.record(what, user=user, guild=guild, channel=channel)


def kept_bytes(folder: Path) -> bytes:
    """Return all bytes of the journal's files."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    assert files
    return b"\n".join(path.read_bytes() for path in files)


def questions_before(journal: Journal, user: int, channel: int) -> tuple[str, ...]:
    return tuple(turn.question for turn in journal.turns_before(user, channel))


def make_older(file: Path, version: int) -> None:
    """Make an empty journal as programs of before Alembic did, of version 1 to 4, and its key."""
    scripts = [DATA / "journal" / f"to-version-{number}.sql" for number in range(1, version + 1)]
    with closing(sqlite3.connect(file)) as db:
        for script in scripts:
            db.executescript(script.read_text("utf-8"))
        db.execute(f"PRAGMA user_version = {version}")
    file.with_name(f"{file.name}.key").write_bytes(b"k" * 32)
