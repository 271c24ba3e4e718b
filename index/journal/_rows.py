"""Rows of the journal as nouns, and answers as rows."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import asdict
from datetime import datetime

from index.domain.activity import AuditEntry, JournalEntry, StoredCounts, Turn, VoteCount
from index.domain.answers import Answer, Citation
from index.domain.errors import JournalUnavailable
from index.domain.messages import message_from_json, message_to_json
from index.text.normalize import replace_surrogates

__all__ = [
    "count_stored",
    "count_votes",
    "format_time",
    "insert_answer",
    "insert_audit_entry",
    "read_entries",
    "to_audit_entry",
    "to_turn",
]

INSERT = """
INSERT INTO answers (id, asked_at, guild, channel, user, question, read_as, abstained, why, confidence, snapshot,
    latency_ms, citations) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
RECORDED = """
SELECT id, asked_at, guild, question, read_as, abstained, confidence, snapshot, citations FROM answers WHERE """


def format_time(time: datetime) -> str:
    """A time in UTC, with microseconds: sorts as it passes, and is read back exactly."""
    return time.isoformat(timespec="microseconds")


def insert_answer(
    db: sqlite3.Connection, answer: Answer, *, one: str, at: datetime, guild: int | None, channel: str, user: str
) -> None:
    """Write an answer down under the id `one`; `channel` and `user` are keyed hashes."""
    row = (
        *(
            one,
            format_time(at),
            guild,
            channel,
            user,
            replace_surrogates(answer.question),
            replace_surrogates(answer.read_as),
        ),
        *(answer.abstained, answer.why, answer.confidence, answer.snapshot, answer.latency_ms),
        json.dumps([asdict(quoted) for quoted in answer.citations]),
    )
    db.execute(INSERT, row)


def read_entries(db: sqlite3.Connection, where: str, *values: str) -> list[JournalEntry]:
    """The answers for which `where` holds, in its order. Raises JournalUnavailable where one cannot be read."""
    rows = db.execute(RECORDED + where, values)
    try:
        return [_recorded(*row) for row in rows]
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise JournalUnavailable("The journal holds an answer that is damaged: move the journal away.") from error


def _recorded(
    one: str, asked_at: str, guild: int | None, question: str, read_as: str, abstained: int, *rest: float | str
) -> JournalEntry:
    confidence, snapshot, citations = rest
    return JournalEntry(
        id=one,
        asked_at=datetime.fromisoformat(asked_at),
        guild=guild,
        question=question,
        read_as=read_as,
        abstained=bool(abstained),
        confidence=float(confidence),
        snapshot=str(snapshot),
        citations=tuple(Citation(**quoted) for quoted in json.loads(str(citations))),
    )


def to_turn(kept: JournalEntry) -> Turn:
    """The question as it was read, and the quotations of its answer if there was one."""
    evidence = () if kept.abstained else tuple(quoted.shown for quoted in kept.citations)
    return Turn(kept.read_as or kept.question, evidence)


def insert_audit_entry(
    db: sqlite3.Connection, at: datetime, who: int | None, where: str, what: str, outcome: str
) -> None:
    """Write a line of the audit down: in English, and as phrases for other languages."""
    phrases = json.dumps([message_to_json(what), message_to_json(outcome)], ensure_ascii=False)
    row = (format_time(at), who, *map(replace_surrogates, (where, what, outcome, phrases)))
    db.execute("INSERT INTO audit (at, who, place, what, outcome, phrases) VALUES (?, ?, ?, ?, ?, ?)", row)


def to_audit_entry(
    number: int, at: str, who: int | None, where: str, what: str, outcome: str, phrases: str
) -> AuditEntry:
    """A line of the audit; in English where it has no phrases, or none that can be read."""
    try:
        said, came = map(message_from_json, json.loads(phrases))
    except (ValueError, TypeError, RecursionError):
        said, came = what, outcome
    return AuditEntry(number, datetime.fromisoformat(at), who, where, said, came)


def count_votes(db: sqlite3.Connection, answer_id: str) -> VoteCount:
    """The votes on an answer; none on an unknown one."""
    counted = "SELECT count(*) FILTER (WHERE helpful), count(*) FILTER (WHERE NOT helpful) FROM votes WHERE answer = ?"
    return VoteCount(*db.execute(counted, (answer_id,)).fetchone())


def count_stored(db: sqlite3.Connection, user: str) -> StoredCounts:
    """What there is of a user, who is named by a keyed hash."""
    counted = (
        "SELECT (SELECT count(*) FROM answers WHERE user = :user), (SELECT count(*) FROM votes WHERE user = :user)"
    )
    return StoredCounts(*db.execute(counted, {"user": user}).fetchone())
