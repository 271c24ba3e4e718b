"""Columns alike in SQLite and PostgreSQL. Released revisions are made of them, so what they make never changes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

__all__ = ["REAL", "answer", "integer", "number", "on_sqlite", "text"]

REAL: sa.Double[float] = sa.Double().with_variant(sa.REAL(), "sqlite")
INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.Text(collation="C").with_variant(sa.Text(), "sqlite")
"""Compared as bytes, as SQLite does by itself: times are sorted as text."""


def text(name: str, *keys: sa.ForeignKey, primary_key: bool = False, default: str | None = None) -> sa.Column[str]:
    return sa.Column(name, TEXT, *keys, primary_key=primary_key, nullable=False, server_default=default)


def answer(*, primary_key: bool) -> sa.Column[str]:
    """Return the column of an answer's id, with which the row is deleted."""
    return text("answer", sa.ForeignKey("answers.id", ondelete="CASCADE"), primary_key=primary_key)


def number() -> sa.Column[int]:
    """Return the column of a primary key that the database counts up."""
    return sa.Column("number", INTEGER, sa.Identity(always=False), primary_key=True)


def integer(name: str, *, primary_key: bool = False, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, INTEGER, primary_key=primary_key, autoincrement=False, nullable=nullable)


def on_sqlite() -> bool:
    return op.get_context().dialect.name == "sqlite"
