"""Rows of the journal as domain objects, and the reverse."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime

from index.domain.activity import AuditEntry, JournalEntry, StoredCounts, VoteCount
from index.domain.answers import Answer, Citation
from index.domain.errors import JournalUnavailable
from index.domain.messages import message_from_json, message_to_json
from index.journal._connections import Connection
from index.text.normalize import replace_surrogates

__all__ = [
    "count_stored",
    "count_votes",
    "format_time",
    "insert_answer",
    "insert_audit_entry",
    "read_entries",
    "to_audit_entry",
]

INSERT = """
INSERT INTO answers (id, asked_at, guild, channel, "user", question, read_as, abstained, why, confidence, snapshot,
    latency_ms, citations) VALUES (:id, :asked_at, :guild, :channel, :user, :question, :read_as, :abstained, :why,
    :confidence, :snapshot, :latency_ms, :citations)
"""
INSERT_AUDIT = """
INSERT INTO audit (at, who, place, what, outcome, phrases) VALUES (:at, :who, :place, :what, :outcome, :phrases)
"""
RECORDED = """
SELECT id, asked_at, guild, question, read_as, abstained, confidence, snapshot, citations FROM answers WHERE """
COUNT_VOTES = """
SELECT count(*) FILTER (WHERE helpful = 1), count(*) FILTER (WHERE helpful = 0) FROM votes WHERE answer = :answer
"""
COUNT_STORED = """
SELECT (SELECT count(*) FROM answers WHERE "user" = :user), (SELECT count(*) FROM votes WHERE "user" = :user)
"""


def format_time(time: datetime) -> str:
    """Return a UTC time as ISO 8601 with microseconds, which sorts as text and is read back exactly."""
    return time.isoformat(timespec="microseconds")


def insert_answer(
    db: Connection,
    answer: Answer,
    *,
    answer_id: str,
    time: datetime,
    guild: int | None,
    channel: str,
    user: str,
) -> None:
    """Insert an answer; `channel` and `user` are keyed hashes."""
    row = {
        "id": answer_id,
        "asked_at": format_time(time),
        "guild": guild,
        "channel": channel,
        "user": user,
        "question": replace_surrogates(answer.question),
        "read_as": replace_surrogates(answer.read_as),
        "abstained": int(answer.abstained),
        "why": answer.why,
        "confidence": float(answer.confidence),
        "snapshot": answer.snapshot,
        "latency_ms": float(answer.latency_ms),
        "citations": json.dumps([asdict(citation) for citation in answer.citations]),
    }
    db.execute(INSERT, row)


def read_entries(db: Connection, where: str, **values: str) -> list[JournalEntry]:
    """Return the answers that match an SQL condition. Raises JournalUnavailable if one cannot be read."""
    rows = db.execute(RECORDED + where, values)
    try:
        return [_recorded(*row) for row in rows]
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise JournalUnavailable("The journal holds an answer that is damaged: move the journal away.") from error


def _recorded(
    answer_id: str, asked_at: str, guild: int | None, question: str, read_as: str, abstained: int, *rest: float | str
) -> JournalEntry:
    confidence, snapshot, citations = rest
    return JournalEntry(
        id=answer_id,
        asked_at=datetime.fromisoformat(asked_at),
        guild=guild,
        question=question,
        read_as=read_as,
        abstained=bool(abstained),
        confidence=float(confidence),
        snapshot=str(snapshot),
        citations=tuple(Citation(**citation) for citation in json.loads(str(citations))),
    )


def insert_audit_entry(
    db: Connection, time: datetime, user: int | None, origin: str, action: str, outcome: str
) -> None:
    """Insert a line of the audit: as English text, and as messages for other languages."""
    phrases = json.dumps([message_to_json(action), message_to_json(outcome)], ensure_ascii=False)
    texts = {"place": origin, "what": action, "outcome": outcome, "phrases": phrases}
    row = {"at": format_time(time), "who": user, **{name: replace_surrogates(text) for name, text in texts.items()}}
    db.execute(INSERT_AUDIT, row)


def to_audit_entry(
    number: int, time: str, user: int | None, origin: str, action: str, outcome: str, phrases: str
) -> AuditEntry:
    """Return a line of the audit; in plain English if it has no messages, or none that can be read."""
    with suppress(ValueError, TypeError, RecursionError):
        action, outcome = map(message_from_json, json.loads(phrases))
    return AuditEntry(number, datetime.fromisoformat(time), user, origin, action, outcome)


def count_votes(db: Connection, answer_id: str) -> VoteCount:
    """Return the votes on an answer; none on an unknown one."""
    return VoteCount(*db.execute(COUNT_VOTES, {"answer": answer_id}).fetchone())


def count_stored(db: Connection, user: str) -> StoredCounts:
    """Return how much is kept of a user, given as a keyed hash."""
    return StoredCounts(*db.execute(COUNT_STORED, {"user": user}).fetchone())
