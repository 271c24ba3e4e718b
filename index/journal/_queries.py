"""What the journal says of all its questions together: the gaps, what helped, and the figures of each day."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from itertools import groupby
from statistics import median

from index.domain.activity import Day, Gap, GapReason, Scope
from index.domain.answers import NO_QUESTION

__all__ = ["daily_counts", "fold_question", "helpful_questions", "open_gaps"]

TRAILING = " .!?,;:…‽。！？、，；：؟،؛"
"""What may end a question, or not, without making it another."""

GAPS = """
SELECT id, asked_at, guild, question, reported, balance < 0 AS unhelpful FROM (
    SELECT id, number, asked_at, guild, iif(read_as = '', question, read_as) AS question,
        abstained AND why != :no_question AS unanswered,
        EXISTS (SELECT 1 FROM reports WHERE answer = id) AS reported,
        (SELECT coalesce(sum(iif(helpful, 1, -1)), 0) FROM votes WHERE answer = id) AS balance
    FROM answers WHERE (:everywhere OR guild = :guild) AND id NOT IN (SELECT answer FROM solved))
WHERE reported OR guild IS NOT NULL AND (unanswered OR balance < 0)
ORDER BY asked_at DESC, number DESC
"""

REASONS = "SELECT reason FROM votes WHERE answer = ? ORDER BY voted_at DESC"

HELPFUL = """
SELECT iif(read_as = '', question, read_as), sum(iif(helpful, 1, -1)) FROM answers JOIN votes ON answer = id
WHERE guild = ? AND NOT abstained GROUP BY number ORDER BY asked_at DESC, number DESC
"""

DAYS = """
SELECT substr(asked_at, 1, 10), NOT abstained, latency_ms,
    (SELECT count(*) FROM votes WHERE answer = id AND helpful),
    (SELECT count(*) FROM votes WHERE answer = id AND NOT helpful)
FROM answers WHERE asked_at >= :first AND (:everywhere OR guild = :guild) ORDER BY asked_at
"""


def fold_question(question: str) -> str:
    """The same for questions that differ in case, white space or the punctuation at their end."""
    words = " ".join(question.casefold().split())
    return words.rstrip(TRAILING) or words


def open_gaps(db: sqlite3.Connection, scope: Scope) -> tuple[Gap, ...]:
    """The open gaps, newest first; those of one server that read the same are one."""
    same: defaultdict[tuple[int | None, str], list[tuple[str, str, str, bool, bool]]] = defaultdict(list)
    wanted = {"guild": scope.guild, "everywhere": scope.everywhere, "no_question": NO_QUESTION}
    for one, asked_at, of, question, reported, unhelpful in db.execute(GAPS, wanted):
        same[of, fold_question(question)].append((one, asked_at, question, reported, unhelpful))
    return tuple(_gap(db, rows) for rows in same.values())


def _gap_reason(*, reported: bool, unhelpful: bool) -> GapReason:
    if reported:
        return GapReason.REPORTED
    return GapReason.UNHELPFUL if unhelpful else GapReason.UNANSWERED


def _gap(db: sqlite3.Connection, rows: list[tuple[str, str, str, bool, bool]]) -> Gap:
    """Of the answers to one question, newest first."""
    ids, times, questions, reported, unhelpful = zip(*rows, strict=True)
    reasons = [reason for one in ids for (reason,) in db.execute(REASONS, (one,)) if reason]
    return Gap(
        question=questions[0],
        times=len(rows),
        newest=datetime.fromisoformat(times[0]),
        ids=ids,
        why=_gap_reason(reported=any(reported), unhelpful=any(unhelpful)),
        reasons=tuple(dict.fromkeys(reasons)),
    )


def helpful_questions(db: sqlite3.Connection, guild: int, limit: int) -> tuple[str, ...]:
    """Answered questions of a server with more helpful than unhelpful votes, all their answers together; newest first,
    `limit` at most."""
    shown: dict[str, str] = {}
    balance: defaultdict[str, int] = defaultdict(int)
    for question, votes in db.execute(HELPFUL, (guild,)):
        shown.setdefault(fold_question(question), question)
        balance[fold_question(question)] += votes
    return tuple(question for folded, question in shown.items() if balance[folded] > 0)[:limit]


def daily_counts(db: sqlite3.Connection, today: date, count: int, scope: Scope) -> tuple[Day, ...]:
    """The last `count` dates, oldest first, today the last."""
    dates = [today - timedelta(days=ago) for ago in reversed(range(count))]
    if not dates:
        return ()
    wanted = {"first": dates[0].isoformat(), "everywhere": scope.everywhere, "guild": scope.guild}
    rows = groupby(db.execute(DAYS, wanted), key=lambda row: date.fromisoformat(row[0]))
    found = {day: _day(day, [row[1:] for row in of]) for day, of in rows}
    return tuple(found.get(day) or _day(day, []) for day in dates)


def _day(day: date, rows: Iterable[tuple[bool, float, int, int]]) -> Day:
    answered, latencies, up, down = tuple(zip(*rows, strict=True)) or ((), (), (), ())
    return Day(day, len(answered), sum(answered), sum(up), sum(down), median(latencies) if latencies else None)
