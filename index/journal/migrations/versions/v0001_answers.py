"""Answers with votes, reports and threads, servers' settings, and in PostgreSQL the key of the hashes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from index.journal.migrations._columns import REAL, answer, integer, number, on_sqlite, text

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables. Times are in UTC, as ISO 8601 with microseconds; users and channels are keyed hashes."""
    op.create_table(
        "answers",
        number(),
        text("id"),
        text("asked_at"),
        integer("guild", nullable=True),
        *map(text, ("channel", "user", "question", "read_as")),
        integer("abstained"),
        text("why"),
        sa.Column("confidence", REAL, nullable=False),
        text("snapshot"),
        sa.Column("latency_ms", REAL, nullable=False),
        text("citations"),
        sa.UniqueConstraint("id"),
    )
    op.create_index("answers_of_user", "answers", ["user", "channel", "number"])
    op.create_index("answers_by_time", "answers", ["asked_at"])
    op.create_index("answers_of_guild", "answers", ["guild", "asked_at"])
    op.create_table(
        "votes",
        answer(primary_key=True),
        text("user", primary_key=True),
        integer("helpful"),
        text("reason", default=""),
        text("voted_at"),
        sqlite_with_rowid=False,
    )
    op.create_index("votes_of_user", "votes", ["user"])
    op.create_table(
        "reports",
        answer(primary_key=True),
        text("user", primary_key=True),
        text("reported_at"),
        sqlite_with_rowid=False,
    )
    op.create_index("reports_of_user", "reports", ["user"])
    op.create_table("solved", answer(primary_key=True), text("user"), text("solved_at"), sqlite_with_rowid=False)
    op.create_table(
        "threads",
        text("channel", primary_key=True),
        answer(primary_key=False),
        text("begun_at"),
        sqlite_with_rowid=False,
    )
    op.create_index("threads_of_answer", "threads", ["answer"])
    op.create_table(
        "settings",
        integer("guild", primary_key=True),
        text("name", primary_key=True),
        text("value"),
        sqlite_with_rowid=False,
    )
    if not on_sqlite():  # there it is a file beside the journal
        op.create_table("journal_key", text("key", primary_key=True))
