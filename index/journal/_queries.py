"""Queries over all questions: open gaps, helpful questions, daily counts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from itertools import groupby

from index.domain.activity import AskedQuestion, Day, Gap, GapReason, Scope
from index.domain.answers import NO_QUESTION
from index.journal._connections import Connection

__all__ = ["asked_questions", "daily_counts", "fold_question", "helpful_questions", "open_gaps"]

TRAILING = " .!?,;:…‽。！？、，；：؟،؛"
"""Punctuation at the end of a question that makes no difference."""

GAPS = """
SELECT id, asked_at, guild, question, reported, (balance < 0) AS unhelpful FROM (
    SELECT id, number, asked_at, guild, CASE WHEN read_as = '' THEN question ELSE read_as END AS question,
        (abstained = 1 AND why != :no_question) AS unanswered,
        EXISTS (SELECT 1 FROM reports WHERE answer = id) AS reported,
        (SELECT coalesce(sum(CASE WHEN helpful = 1 THEN 1 ELSE -1 END), 0) FROM votes WHERE answer = id) AS balance
    FROM answers WHERE (:everywhere OR guild = :guild) AND id NOT IN (SELECT answer FROM solved)
) AS candidates
WHERE reported OR guild IS NOT NULL AND (unanswered OR balance < 0)
ORDER BY asked_at DESC, number DESC
"""

REASONS = "SELECT reason FROM votes WHERE answer = :answer ORDER BY voted_at DESC"

HELPFUL = """
SELECT guild, CASE WHEN read_as = '' THEN question ELSE read_as END, sum(CASE WHEN helpful = 1 THEN 1 ELSE -1 END)
FROM answers JOIN votes ON answer = id
WHERE guild IS NOT NULL AND (:everywhere OR guild = :guild) AND abstained = 0
GROUP BY number ORDER BY asked_at DESC, number DESC
"""

DAYS = """
SELECT substr(asked_at, 1, 10), abstained = 0, latency_ms,
    (SELECT count(*) FROM votes WHERE answer = id AND helpful = 1),
    (SELECT count(*) FROM votes WHERE answer = id AND helpful = 0)
FROM answers WHERE asked_at >= :first AND (:everywhere OR guild = :guild) ORDER BY asked_at
"""

ASKED = """
SELECT * FROM (
    SELECT id, asked_at, guild, CASE WHEN read_as = '' THEN question ELSE read_as END, abstained, confidence,
        (SELECT count(*) FROM votes WHERE answer = id AND helpful = 1) AS up,
        (SELECT count(*) FROM votes WHERE answer = id AND helpful = 0) AS down,
        EXISTS (SELECT 1 FROM reports WHERE answer = id) AS reported
    FROM answers WHERE guild IS NOT NULL AND (:everywhere OR guild = :guild) AND asked_at >= :oldest
    ORDER BY asked_at DESC, number DESC
) AS asked
WHERE NOT :voted OR up > 0 OR down > 0 OR reported LIMIT :limit OFFSET :skip
"""


def fold_question(question: str) -> str:
    """Return the same key for questions that differ in case, white space or the punctuation at their end."""
    words = " ".join(question.casefold().split())
    return words.rstrip(TRAILING) or words


def open_gaps(db: Connection, scope: Scope) -> tuple[Gap, ...]:
    """Return the open gaps, newest first; equal questions of one server are one gap."""
    rows_by_question: defaultdict[tuple[int | None, str], list[tuple[str, str, str, bool, bool]]] = defaultdict(list)
    values = {"guild": scope.guild, "everywhere": scope.everywhere, "no_question": NO_QUESTION}
    for answer_id, asked_at, guild, question, reported, unhelpful in db.execute(GAPS, values):
        rows_by_question[guild, fold_question(question)].append((answer_id, asked_at, question, reported, unhelpful))
    return tuple(_gap(db, rows) for rows in rows_by_question.values())


def _gap_reason(*, reported: bool, unhelpful: bool) -> GapReason:
    if reported:
        return GapReason.REPORTED
    return GapReason.UNHELPFUL if unhelpful else GapReason.UNANSWERED


def _gap(db: Connection, rows: list[tuple[str, str, str, bool, bool]]) -> Gap:
    """Return the gap of the answers to one question, newest first."""
    ids, times, questions, reported, unhelpful = zip(*rows, strict=True)
    reasons = [reason for answer_id in ids for (reason,) in db.execute(REASONS, {"answer": answer_id}) if reason]
    return Gap(
        question=questions[0],
        times=len(rows),
        newest=datetime.fromisoformat(times[0]),
        ids=ids,
        why=_gap_reason(reported=any(reported), unhelpful=any(unhelpful)),
        reasons=tuple(dict.fromkeys(reasons)),
    )


def helpful_questions(db: Connection, scope: Scope, limit: int) -> tuple[str, ...]:
    """Return the newest answered questions with more helpful than unhelpful votes on all their answers in a server."""
    shown: dict[tuple[int, str], str] = {}
    balance: defaultdict[tuple[int, str], int] = defaultdict(int)
    for guild, question, votes in db.execute(HELPFUL, {"guild": scope.guild, "everywhere": scope.everywhere}):
        key = guild, fold_question(question)
        shown.setdefault(key, question)
        balance[key] += votes
    helpful: dict[str, str] = {}
    for (guild, folded), question in shown.items():
        if balance[guild, folded] > 0:
            helpful.setdefault(folded, question)
    return tuple(helpful.values())[:limit]


def asked_questions(
    db: Connection, scope: Scope, oldest: str, limit: int, *, skip: int, voted: bool
) -> tuple[AskedQuestion, ...]:
    """Return questions of servers since a time, newest first; only those with a vote or a report if `voted`."""
    values = {"guild": scope.guild, "everywhere": scope.everywhere, "oldest": oldest, "voted": voted}
    rows = db.execute(ASKED, {**values, "limit": max(0, limit), "skip": max(0, skip)}).fetchall()
    return tuple(
        AskedQuestion(
            id=answer_id,
            asked_at=datetime.fromisoformat(asked_at),
            guild=guild,
            question=question,
            abstained=bool(abstained),
            confidence=confidence,
            helpful=up,
            unhelpful=down,
            reported=bool(reported),
            reasons=tuple(reason for (reason,) in db.execute(REASONS, {"answer": answer_id}) if reason),
        )
        for answer_id, asked_at, guild, question, abstained, confidence, up, down, reported in rows
    )


def daily_counts(db: Connection, today: date, count: int, scope: Scope) -> tuple[Day, ...]:
    """Return the counts of the last `count` dates, oldest first, today the last."""
    dates = [today - timedelta(days=ago) for ago in reversed(range(count))]
    if not dates:
        return ()
    values = {"first": dates[0].isoformat(), "everywhere": scope.everywhere, "guild": scope.guild}
    rows = groupby(db.execute(DAYS, values), key=lambda row: date.fromisoformat(row[0]))
    days = {day: _day(day, [row[1:] for row in group]) for day, group in rows}
    return tuple(days.get(day) or _day(day, []) for day in dates)


def _day(day: date, rows: Iterable[tuple[bool, float, int, int]]) -> Day:
    answered, latencies, up, down = tuple(zip(*rows, strict=True)) or ((), (), (), ())
    return Day(day, len(answered), sum(answered), sum(up), sum(down), latencies)
