"""The audit, which the database itself keeps from being changed."""

from __future__ import annotations

from alembic import op

from index.journal.migrations._columns import integer, number, on_sqlite, text

revision = "0002"
down_revision = "0001"

IN_SQLITE = """
CREATE TRIGGER audit_is_not_{name} BEFORE {change}
BEGIN SELECT RAISE(ABORT, 'the audit is only added to'); END
"""
CHANGES = {
    "changed": "UPDATE ON audit",
    "deleted": "DELETE ON audit",
    "replaced": "INSERT ON audit WHEN EXISTS (SELECT 1 FROM audit WHERE number = NEW.number)",
}
IN_POSTGRES = (
    """
CREATE FUNCTION audit_is_only_added_to() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the audit is only added to'; END $$
""",
    """
CREATE TRIGGER audit_is_only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
FOR EACH STATEMENT EXECUTE FUNCTION audit_is_only_added_to()
""",
)


def upgrade() -> None:
    """Make the audit: it names users by their plain ids, for that is its purpose, and holds nobody's questions."""
    op.create_table(
        "audit",
        number(),
        text("at"),
        integer("who", nullable=True),
        *map(text, ("place", "what", "outcome")),
        sqlite_autoincrement=True,
    )
    in_sqlite = (IN_SQLITE.format(name=name, change=change) for name, change in CHANGES.items())
    for statement in in_sqlite if on_sqlite() else IN_POSTGRES:
        op.execute(statement)
