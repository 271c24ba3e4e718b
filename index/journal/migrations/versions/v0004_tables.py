"""All tables, as SQLite's version 4 has them, and the key of the hashes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = None

ANSWER = "answers.id"
ONLY_ADDED_TO = """
CREATE FUNCTION audit_is_only_added_to() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the audit is only added to'; END $$
"""
TRIGGER = """
CREATE TRIGGER audit_is_only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
FOR EACH STATEMENT EXECUTE FUNCTION audit_is_only_added_to()
"""


def text(
    name: str, *constraints: sa.ForeignKey, primary_key: bool = False, default: str | None = None
) -> sa.Column[str]:
    """Return a column of text that is compared as bytes, as SQLite does: times are sorted as text."""
    return sa.Column(
        name,
        sa.Text(collation="C"),
        *constraints,
        primary_key=primary_key,
        nullable=False,
        server_default=default,
    )


def answer(*, primary_key: bool) -> sa.Column[str]:
    return text("answer", sa.ForeignKey(ANSWER, ondelete="CASCADE"), primary_key=primary_key)


def number() -> sa.Column[int]:
    return sa.Column("number", sa.BigInteger, sa.Identity(always=False), primary_key=True)


def integer(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False)


def upgrade() -> None:
    op.create_table(
        "answers",
        number(),
        text("id"),
        text("asked_at"),
        sa.Column("guild", sa.BigInteger),
        *map(text, ("channel", "user", "question", "read_as")),
        integer("abstained"),
        text("why"),
        sa.Column("confidence", sa.Double, nullable=False),
        text("snapshot"),
        sa.Column("latency_ms", sa.Double, nullable=False),
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
    )
    op.create_index("votes_of_user", "votes", ["user"])
    op.create_table("reports", answer(primary_key=True), text("user", primary_key=True), text("reported_at"))
    op.create_index("reports_of_user", "reports", ["user"])
    op.create_table("solved", answer(primary_key=True), text("user"), text("solved_at"))
    op.create_table("threads", text("channel", primary_key=True), answer(primary_key=False), text("begun_at"))
    op.create_index("threads_of_answer", "threads", ["answer"])
    op.create_table(
        "settings",
        sa.Column("guild", sa.BigInteger, primary_key=True, autoincrement=False),
        text("name", primary_key=True),
        text("value"),
    )
    op.create_table(
        "audit",
        number(),
        text("at"),
        sa.Column("who", sa.BigInteger),
        *map(text, ("place", "what", "outcome")),
        text("phrases", default=""),
    )
    op.execute(ONLY_ADDED_TO)
    op.execute(TRIGGER)
    keys = ("day", "kind", "owner")
    op.create_table("token_counts", *(text(name, primary_key=True) for name in keys), integer("used"))
    op.create_index("token_counts_of_owner", "token_counts", ["kind", "owner"])
    op.create_table("journal_key", text("key", primary_key=True))
