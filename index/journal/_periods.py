"""Counts of the questions between two moments, and the questions asked most often."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from index.domain.activity import PeriodCounts
from index.domain.answers import NO_QUESTION
from index.journal._connections import Connection
from index.journal._queries import fold_question
from index.journal._rows import format_time

__all__ = ["period_counts"]

MOST_TOP = 5

PERIOD = """
SELECT CASE WHEN read_as = '' THEN question ELSE read_as END, abstained,
    (SELECT count(*) FROM votes WHERE answer = id AND helpful = 1),
    (SELECT count(*) FROM votes WHERE answer = id AND helpful = 0)
FROM answers WHERE guild = :guild AND asked_at >= :since AND asked_at < :until AND why != :no_question
ORDER BY asked_at DESC, number DESC
"""


def period_counts(db: Connection, guild: int, since: datetime, until: datetime) -> PeriodCounts:
    """Return the counts of a server's questions; small talk is none. Of equal questions the newest wording is kept."""
    values = {"guild": guild, "since": format_time(since), "until": format_time(until), "no_question": NO_QUESTION}
    rows = db.execute(PERIOD, values).fetchall()
    wording: dict[str, str] = {}
    times: Counter[str] = Counter()
    for question, *_ in rows:
        key = fold_question(question)
        wording.setdefault(key, question)
        times[key] += 1
    return PeriodCounts(
        questions=len(rows),
        answered=sum(not abstained for _, abstained, _, _ in rows),
        helpful=sum(helpful for *_, helpful, _ in rows),
        unhelpful=sum(unhelpful for *_, unhelpful in rows),
        top=tuple((wording[key], count) for key, count in times.most_common(MOST_TOP)),
    )
