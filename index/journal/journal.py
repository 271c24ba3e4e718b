"""What was asked, what came of it and what people made of it: for follow-ups, votes, gaps and servers' settings.

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

from index.domain.activity import AuditEntry, Day, Gap, JournalEntry, Scope, StoredCounts, Turn, VoteCount
from index.domain.answers import Answer
from index.domain.errors import JournalUnavailable
from index.journal._database import JournalDatabase
from index.journal._queries import daily_counts, helpful_questions, open_gaps
from index.journal._rows import (
    count_stored,
    count_votes,
    format_time,
    insert_answer,
    insert_audit_entry,
    read_entries,
    to_audit_entry,
    to_turn,
)
from index.text.normalize import replace_surrogates

__all__ = ["Journal"]

log = logging.getLogger(__name__)

MOST_TURNS = 3
TURNS_LAST = timedelta(minutes=10)
"""How long a conversation goes on without a word."""
BETWEEN_PURGES = timedelta(hours=1)

BEGIN = """
INSERT INTO threads SELECT ?, id, ? FROM answers WHERE id = ?
ON CONFLICT (channel) DO UPDATE SET answer = excluded.answer, begun_at = excluded.begun_at
"""
VOTE = """
INSERT INTO votes (answer, user, helpful, voted_at) SELECT id, ?, ?, ? FROM answers WHERE id = ?
ON CONFLICT (answer, user) DO UPDATE SET helpful = excluded.helpful, voted_at = excluded.voted_at,
    reason = iif(excluded.helpful, '', reason)
"""
REPORT = "INSERT OR IGNORE INTO reports SELECT id, ?, ? FROM answers WHERE id = ?"
SOLVE = "INSERT OR IGNORE INTO solved SELECT id, ?, ? FROM answers WHERE id = ?"
FORGET = (
    "DELETE FROM answers WHERE user = ?",
    "DELETE FROM votes WHERE user = ?",
    "DELETE FROM reports WHERE user = ?",
    "UPDATE solved SET user = '' WHERE user = ?",
)


def _now() -> datetime:
    return datetime.now(UTC)


class Journal:
    """Thread-safe; a second process may use the same file. Opens it at first use, and makes it if there is none.

    Every method raises JournalUnavailable where the file can't be used. An id that is unknown (forged, or its answer
    forgotten) is no error.
    """

    def __init__(self, file: Path, *, keep_days: int = 30, clock: Callable[[], datetime] = _now) -> None:
        """Questions are kept for `keep_days`; `clock` tells the time, with its zone."""
        self._file = JournalDatabase(file)
        self.keep_days = keep_days
        self._keep = timedelta(days=keep_days)
        self._clock = clock
        self._purged: datetime | None = None

    def record(self, answer: Answer, *, user: int, guild: int | None, channel: int) -> str:
        """The id that the answer is known by from now on: 12 letters, digits, - or _.

        Once an hour what is older than it may be is deleted on the way.
        """
        one, at = secrets.token_urlsafe(9), self._now()
        by, place = self._user(user), self._channel(channel)
        with self._file.writing() as db:
            insert_answer(db, answer, one=one, at=at, guild=guild, channel=place, user=by)
        if self._purged is None or not timedelta(0) <= at - self._purged < BETWEEN_PURGES:
            try:
                self.purge()
            except JournalUnavailable as error:  # the answer is written down all the same
                log.warning("Old questions are not deleted from the journal: %s", error)
        return one

    def entry(self, answer_id: str) -> JournalEntry | None:
        """The answer by its id."""
        with self._file.reading() as db:
            found = read_entries(db, "id = ?", answer_id)
        return found[0] if found else None

    def turn(self, answer_id: str) -> Turn | None:
        """The answer as a turn of a conversation, whoever asked."""
        kept = self.entry(answer_id)
        return to_turn(kept) if kept else None

    def turns(self, user: int, channel: int) -> tuple[Turn, ...]:
        """The user's last turns in the channel, oldest first: 3 at most, none older than 10 minutes.

        In a channel that was begun from an answer a user's first question goes on from that one, however old.
        """
        whose = (self._user(user), self._channel(channel))
        with self._file.reading() as db:
            begun = db.execute("SELECT answer, begun_at FROM threads WHERE channel = ?", whose[1:]).fetchone()
            where, since = "user = ? AND channel = ? AND asked_at >= ?", begun[1] if begun else ""
            kept = read_entries(db, f"{where} ORDER BY number DESC LIMIT {MOST_TURNS}", *whose, since)
            if begun and not kept:
                return tuple(to_turn(each) for each in read_entries(db, "id = ?", begun[0]))
        oldest = self._now() - TURNS_LAST
        return tuple(to_turn(each) for each in reversed(kept) if each.asked_at >= oldest)

    def begin_thread(self, thread_channel: int, answer_id: str) -> None:
        """From now on conversations in this channel go on from that answer; of an unknown one, nothing changes."""
        with self._file.writing() as db:
            db.execute(BEGIN, (self._channel(thread_channel), self._time(), answer_id))

    def vote(self, answer_id: str, *, user: int, helpful: bool) -> VoteCount | None:
        """The votes with this one, which replaces the user's vote before; None for an unknown answer."""
        with self._file.writing() as db:
            known = db.execute(VOTE, (self._user(user), helpful, self._time(), answer_id)).rowcount
            return count_votes(db, answer_id) if known else None

    def explain(self, answer_id: str, *, user: int, reason: str) -> bool:
        """Whether the reason was written to the user's vote: there must be one, and not for the answer."""
        said = "UPDATE votes SET reason = ? WHERE answer = ? AND user = ? AND NOT helpful"
        with self._file.writing() as db:
            return db.execute(said, (replace_surrogates(reason), answer_id, self._user(user))).rowcount > 0

    def count_votes(self, answer_id: str) -> VoteCount:
        """The votes; none for an unknown answer."""
        with self._file.reading() as db:
            return count_votes(db, answer_id)

    def report(self, answer_id: str, *, user: int) -> bool:
        """Whether the answer is known, and so is reported now; once a user."""
        with self._file.writing() as db:
            db.execute(REPORT, (self._user(user), self._time(), answer_id))
            return bool(db.execute("SELECT 1 FROM answers WHERE id = ?", (answer_id,)).fetchone())

    def gaps(self, scope: Scope) -> tuple[Gap, ...]:
        """Return the open gaps, newest first: questions without an answer, voted down or reported, and not solved.

        Of direct messages only those that were reported count, and only for a scope that is everywhere.
        """
        with self._file.reading() as db:
            return open_gaps(db, scope)

    def solve(self, ids: Iterable[str], *, user: int | None) -> int:
        """How many of these answers were open and are solved now: no gaps until somebody asks again. `user` is None
        where no person did it."""
        by = ("" if user is None else self._user(user), self._time())
        with self._file.writing() as db:
            return sum(db.execute(SOLVE, (*by, one)).rowcount for one in ids)

    def helpful(self, guild: int, limit: int) -> tuple[str, ...]:
        """Questions of a server with more helpful than unhelpful votes, newest first, each once."""
        with self._file.reading() as db:
            return helpful_questions(db, guild, limit)

    def days(self, days: int, scope: Scope) -> tuple[Day, ...]:
        """Return the figures of the last days in UTC, oldest first, today the last.

        Votes count for the day of their question. Direct messages count only for a scope that is everywhere.
        """
        with self._file.reading() as db:
            return daily_counts(db, self._now().date(), days, scope)

    def settings(self, guild: int) -> dict[str, str]:
        """What was chosen for a server, by name."""
        with self._file.reading() as db:
            return dict(db.execute("SELECT name, value FROM settings WHERE guild = ? ORDER BY name", (guild,)))

    def set_setting(self, guild: int, name: str, value: str | None) -> None:
        """Choose for a server; None takes a choice back."""
        with self._file.writing() as db:
            if value is None:
                db.execute("DELETE FROM settings WHERE guild = ? AND name = ?", (guild, name))
            else:
                db.execute("INSERT OR REPLACE INTO settings VALUES (?, ?, ?)", (guild, name, replace_surrogates(value)))

    def add_audit_entry(self, *, who: int | None, where: str, what: str, outcome: str) -> None:
        """Write down for good what somebody did to the index; `who` is None where it was no person."""
        with self._file.writing() as db:
            insert_audit_entry(db, self._now(), who, where, what, outcome)

    def audit_entries(
        self, limit: int, *, before: int | None = None, where: str | None = None, skip: int = 0
    ) -> tuple[AuditEntry, ...]:
        """The last lines of the audit, newest first; those before the line of that number, of one place alone with
        `where`, and without the newest `skip` of them."""
        found = (
            "SELECT * FROM audit WHERE (:before IS NULL OR number < :before) AND (:place IS NULL OR place = :place) "
            "ORDER BY number DESC LIMIT :most OFFSET :skip"
        )
        values = {"before": before, "place": where, "most": max(0, limit), "skip": max(0, skip)}
        with self._file.reading() as db:
            rows = db.execute(found, values).fetchall()
        return tuple(to_audit_entry(*row) for row in rows)

    def cited_snapshots(self) -> frozenset[str]:
        """The ids of the snapshots that answers in the journal quote."""
        with self._file.reading() as db:
            return frozenset(one for (one,) in db.execute("SELECT snapshot FROM answers WHERE citations != '[]'"))

    def count_stored(self, user: int) -> StoredCounts:
        """How much is kept of a user."""
        with self._file.reading() as db:
            return count_stored(db, self._user(user))

    def forget(self, user: int) -> StoredCounts:
        """What was kept of a user and is deleted now: questions, with everybody's votes on them, votes and reports."""
        whose = self._user(user)
        with self._file.writing() as db:
            found = count_stored(db, whose)
            for statement in FORGET:
                db.execute(statement, (whose,))
        self._file.scrub(whole=True)
        return found

    def purge(self) -> int:
        """How many questions were older than they may be, and are deleted with all that is on them."""
        now = self._now()
        with self._file.writing() as db:
            oldest = format_time(now - self._keep)
            deleted = db.execute("DELETE FROM answers WHERE asked_at < ?", (oldest,)).rowcount
        self._purged = now
        self._file.scrub(whole=deleted > 0)
        return deleted

    def close(self) -> None:
        """Give the file back; a later use opens it again."""
        self._file.close()

    def _now(self) -> datetime:
        return self._clock().astimezone(UTC)

    def _time(self) -> str:
        return format_time(self._now())

    def _user(self, user: int) -> str:
        return self._file.keyed("user", user)

    def _channel(self, channel: int) -> str:
        return self._file.keyed("channel", channel)
