"""The journal: answers, votes, reports, gaps, servers' settings, counts of tokens and the audit.

In SQLite, unless it is given another database:

FILE             SQLite; users and channels are in it as keyed hashes alone
FILE.key         the key of those hashes
FILE.lock        held while a process opens the journal
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from index.domain.activity import (
    AskedQuestion,
    AuditEntry,
    Day,
    Gap,
    JournalEntry,
    PeriodCounts,
    Scope,
    StoredCounts,
    VoteCount,
)
from index.domain.answers import Answer
from index.domain.errors import JournalUnavailable
from index.domain.generation import MOST_TURNS, TURNS_LAST, Turn
from index.journal._connections import Database
from index.journal._database import JournalDatabase
from index.journal._periods import period_counts
from index.journal._queries import asked_questions, daily_counts, helpful_questions, open_gaps
from index.journal._rows import (
    count_stored,
    count_votes,
    format_time,
    insert_answer,
    insert_audit_entry,
    read_entries,
    to_audit_entry,
)
from index.journal.token_counts import StoredTokenCounts
from index.text.normalize import replace_surrogates

__all__ = ["Journal"]

log = logging.getLogger(__name__)

BETWEEN_PURGES = timedelta(hours=1)

BEGIN = """
INSERT INTO threads SELECT :channel, id, :time FROM answers WHERE id = :answer
ON CONFLICT (channel) DO UPDATE SET answer = excluded.answer, begun_at = excluded.begun_at
"""
VOTE = """
INSERT INTO votes (answer, "user", helpful, voted_at) SELECT id, :user, :helpful, :time FROM answers WHERE id = :answer
ON CONFLICT (answer, "user") DO UPDATE SET helpful = excluded.helpful, voted_at = excluded.voted_at,
    reason = CASE WHEN excluded.helpful = 1 THEN '' ELSE votes.reason END
"""
EXPLAIN = 'UPDATE votes SET reason = :reason WHERE answer = :answer AND "user" = :user AND helpful = 0'
REPORT = "INSERT INTO reports SELECT id, :user, :time FROM answers WHERE id = :answer ON CONFLICT DO NOTHING"
SOLVE = "INSERT INTO solved SELECT id, :user, :time FROM answers WHERE id = :answer ON CONFLICT DO NOTHING"
SET = """
INSERT INTO settings (guild, name, value) VALUES (:guild, :name, :value)
ON CONFLICT (guild, name) DO UPDATE SET value = excluded.value
"""
AUDIT = """
SELECT number, at, who, place, what, outcome, phrases FROM audit
WHERE (CAST(:before AS BIGINT) IS NULL OR number < :before) AND (CAST(:place AS TEXT) IS NULL OR place = :place)
ORDER BY number DESC LIMIT :most OFFSET :skip
"""
FORGET = (
    'DELETE FROM answers WHERE "user" = :user',
    'DELETE FROM votes WHERE "user" = :user',
    'DELETE FROM reports WHERE "user" = :user',
    """UPDATE solved SET "user" = '' WHERE "user" = :user""",
    "DELETE FROM token_counts WHERE kind = 'user' AND owner = :user",
)


def _now() -> datetime:
    return datetime.now(UTC)


class Journal:
    """What is kept of questions and acts. Thread-safe; a second process may use the same file or database.

    `tokens` counts what a language model took.

    The file is opened at first use, and made if there is none. Every method raises JournalUnavailable if it cannot be
    used. An unknown answer id, forged or of a forgotten answer, is no error.
    """

    def __init__(self, place: Path | Database, *, keep_days: int = 30, clock: Callable[[], datetime] = _now) -> None:
        """Keep questions for `keep_days` in a file or a database; `clock` returns an aware time."""
        self._file: Database = JournalDatabase(place) if isinstance(place, Path) else place
        self.tokens = StoredTokenCounts(self._file)
        self.keep_days = keep_days
        self._keep = timedelta(days=keep_days)
        self._clock = clock
        self._purged: datetime | None = None

    def record(self, answer: Answer, *, user: int, guild: int | None, channel: int) -> str:
        """Record an answer, and return its new id: 12 letters, digits, - or _.

        Once an hour questions that are too old are deleted on the way.
        """
        answer_id, time = secrets.token_urlsafe(9), self._now()
        user_hash, channel_hash = self._user(user), self._channel(channel)
        with self._file.writing() as db:
            insert_answer(db, answer, answer_id=answer_id, time=time, guild=guild, channel=channel_hash, user=user_hash)
        if self._purged is None or not timedelta(0) <= time - self._purged < BETWEEN_PURGES:
            try:
                self.purge()
            except JournalUnavailable as error:  # the answer is recorded nevertheless
                log.warning("Old questions are not deleted from the journal: %s", error)
        return answer_id

    def entry(self, answer_id: str) -> JournalEntry | None:
        with self._file.reading() as db:
            entries = read_entries(db, "id = :id", id=answer_id)
        return entries[0] if entries else None

    def turns_before(self, user: int, channel: int) -> tuple[Turn, ...]:
        """Return the user's last turns in the channel, oldest first: 3 at most, none older than 10 minutes.

        In a thread that was begun from an answer a user's first question follows that answer, however old.
        """
        keys = {"user": self._user(user), "channel": self._channel(channel)}
        with self._file.reading() as db:
            begun = db.execute("SELECT answer, begun_at FROM threads WHERE channel = :channel", keys).fetchone()
            where, since = '"user" = :user AND channel = :channel AND asked_at >= :since', begun[1] if begun else ""
            entries = read_entries(db, f"{where} ORDER BY number DESC LIMIT {MOST_TURNS}", **keys, since=since)
            if begun and not entries:
                return tuple(entry.turn() for entry in read_entries(db, "id = :id", id=begun[0]))
        oldest = self._now() - TURNS_LAST
        return tuple(entry.turn(entry.question) for entry in reversed(entries) if entry.asked_at >= oldest)

    def begin_thread(self, thread_channel: int, answer_id: str) -> None:
        """Let conversations in this channel follow an answer from now on; an unknown one changes nothing."""
        with self._file.writing() as db:
            db.execute(BEGIN, {"channel": self._channel(thread_channel), "time": self._time(), "answer": answer_id})

    def vote(self, answer_id: str, *, user: int, helpful: bool) -> VoteCount | None:
        """Vote on an answer, in place of the user's earlier vote; return its votes, None for an unknown answer."""
        vote = {"user": self._user(user), "helpful": int(helpful), "time": self._time(), "answer": answer_id}
        with self._file.writing() as db:
            known = db.execute(VOTE, vote).rowcount
            return count_votes(db, answer_id) if known else None

    def explain(self, answer_id: str, *, user: int, reason: str) -> bool:
        """Add a reason to the user's unhelpful vote; return whether there is one."""
        values = {"reason": replace_surrogates(reason), "answer": answer_id, "user": self._user(user)}
        with self._file.writing() as db:
            return db.execute(EXPLAIN, values).rowcount > 0

    def count_votes(self, answer_id: str) -> VoteCount:
        """Return the votes on an answer; none on an unknown one."""
        with self._file.reading() as db:
            return count_votes(db, answer_id)

    def report(self, answer_id: str, *, user: int) -> bool:
        """Report an answer, once a user; return whether it is known."""
        with self._file.writing() as db:
            db.execute(REPORT, {"user": self._user(user), "time": self._time(), "answer": answer_id})
            return bool(db.execute("SELECT 1 FROM answers WHERE id = :answer", {"answer": answer_id}).fetchone())

    def gaps(self, scope: Scope) -> tuple[Gap, ...]:
        """Return the open gaps, newest first: questions without an answer, voted down or reported, and not solved.

        Of direct messages only those that were reported count, and only if the scope is `everywhere`.
        """
        with self._file.reading() as db:
            return open_gaps(db, scope)

    def solve(self, ids: Iterable[str], *, user: int | None) -> int:
        """Mark answers as solved, so that they are no gaps until somebody asks again; return how many were open.

        `user` is None if no person did it.
        """
        solved_by = {"user": "" if user is None else self._user(user), "time": self._time()}
        with self._file.writing() as db:
            return sum(db.execute(SOLVE, {**solved_by, "answer": answer_id}).rowcount for answer_id in ids)

    def helpful(self, scope: Scope, limit: int) -> tuple[str, ...]:
        """Return answered questions with more helpful than unhelpful votes, newest first, each once.

        Those of direct messages never count.
        """
        with self._file.reading() as db:
            return helpful_questions(db, scope, limit)

    def questions(self, scope: Scope, limit: int, *, skip: int = 0, voted: bool = False) -> tuple[AskedQuestion, ...]:
        """Return the questions that are kept, newest first, without the newest `skip`.

        Those of direct messages are never among them. With `voted`, only those with a vote or a report.
        """
        oldest = format_time(self._now() - self._keep)
        with self._file.reading() as db:
            return asked_questions(db, scope, oldest, limit, skip=skip, voted=voted)

    def days(self, days: int, scope: Scope) -> tuple[Day, ...]:
        """Return the figures of the last days in UTC, oldest first, today the last.

        Votes count for the day of their question. Direct messages count only if the scope is `everywhere`.
        """
        with self._file.reading() as db:
            return daily_counts(db, self._now().date(), days, scope)

    def period(self, guild: int, since: datetime, until: datetime) -> PeriodCounts:
        """Return the counts of a server's questions from `since` until `until`, small talk left out."""
        with self._file.reading() as db:
            return period_counts(db, guild, since, until)

    def guilds_with(self, name: str) -> tuple[int, ...]:
        """Return the servers that have a setting, by its name."""
        with self._file.reading() as db:
            return tuple(
                guild for (guild,) in db.execute("SELECT guild FROM settings WHERE name = :name", {"name": name})
            )

    def settings(self, guild: int) -> dict[str, str]:
        """Return the settings of a server, by name."""
        with self._file.reading() as db:
            sql = "SELECT name, value FROM settings WHERE guild = :guild ORDER BY name"
            return dict(db.execute(sql, {"guild": guild}).fetchall())

    def set_setting(self, guild: int, name: str, value: str | None) -> None:
        """Set a setting of a server; None removes it."""
        with self._file.writing() as db:
            if value is None:
                sql = "DELETE FROM settings WHERE guild = :guild AND name = :name"
                db.execute(sql, {"guild": guild, "name": name})
            else:
                db.execute(SET, {"guild": guild, "name": name, "value": replace_surrogates(value)})

    def add_audit_entry(self, *, user: int | None, origin: str, action: str, outcome: str) -> None:
        """Record for good what was done to the index; `user` is None if no person did it."""
        with self._file.writing() as db:
            insert_audit_entry(db, self._now(), user, origin, action, outcome)

    def audit_entries(
        self, limit: int, *, before: int | None = None, origin: str | None = None, skip: int = 0
    ) -> tuple[AuditEntry, ...]:
        """Return lines of the audit, newest first, without the newest `skip`.

        `before` is the number of a line; `origin` is the only one, None for all.
        """
        values = {"before": before, "place": origin, "most": max(0, limit), "skip": max(0, skip)}
        with self._file.reading() as db:
            rows = db.execute(AUDIT, values).fetchall()
        return tuple(to_audit_entry(*row) for row in rows)

    def cited_snapshots(self) -> frozenset[str]:
        """Return the ids of the snapshots that recorded answers cite."""
        with self._file.reading() as db:
            return frozenset(
                snapshot for (snapshot,) in db.execute("SELECT snapshot FROM answers WHERE citations != '[]'")
            )

    def count_stored(self, user: int) -> StoredCounts:
        with self._file.reading() as db:
            return count_stored(db, self._user(user))

    def forget(self, user: int) -> StoredCounts:
        """Delete a user's questions, with everybody's votes on them, votes, reports and count of tokens.

        Returns
        -------
        StoredCounts
            How many there were.
        """
        user_hash = self._user(user)
        with self._file.writing() as db:
            counts = count_stored(db, user_hash)
            for statement in FORGET:
                db.execute(statement, {"user": user_hash})
        self._file.scrub(whole=True)
        return counts

    def forget_guild(self, guild: int) -> int:
        """Delete the questions of a server, with all that is on them, and its settings; return how many questions.

        The audit stays, as it does for users, and so do the counts of tokens of the day, which are a limit.
        """
        with self._file.writing() as db:
            deleted = db.execute("DELETE FROM answers WHERE guild = :guild", {"guild": guild}).rowcount
            db.execute("DELETE FROM settings WHERE guild = :guild", {"guild": guild})
        self._file.scrub(whole=True)
        return deleted

    def purge(self) -> int:
        """Delete questions that are too old, with all that is on them, and counts of tokens of days that are over.

        Returns
        -------
        int
            How many questions were deleted.
        """
        now = self._now()
        with self._file.writing() as db:
            values = {"oldest": format_time(now - self._keep), "today": now.date().isoformat()}
            deleted = db.execute("DELETE FROM answers WHERE asked_at < :oldest", values).rowcount
            counts = db.execute("DELETE FROM token_counts WHERE day < :today", values).rowcount
        self._purged = now
        self._file.scrub(whole=deleted + counts > 0)
        return deleted

    def close(self) -> None:
        """Close the file; a later use opens it again."""
        self._file.close()

    def hash_id(self, kind: str, number: int) -> str:
        """Return the keyed hash of an id of some kind: other processes that use the journal have the same one."""
        return self._file.hash_id(kind, number)

    def _now(self) -> datetime:
        return self._clock().astimezone(UTC)

    def _time(self) -> str:
        return format_time(self._now())

    def _user(self, user: int) -> str:
        return self._file.hash_id("user", user)

    def _channel(self, channel: int) -> str:
        return self._file.hash_id("channel", channel)
