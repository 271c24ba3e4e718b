"""Tokens of a language model by day in UTC."""

from __future__ import annotations

from alembic import op

from index.journal.migrations._columns import integer, text

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the table; an owner is a server's id, a user's keyed hash, or 0 for everyone."""
    keys = (text(name, primary_key=True) for name in ("day", "kind", "owner"))
    op.create_table("token_counts", *keys, integer("used"), sqlite_with_rowid=False)
    op.create_index("token_counts_of_owner", "token_counts", ["kind", "owner"])
