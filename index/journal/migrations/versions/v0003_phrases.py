"""Action and outcome of the audit as `index.domain.messages` packs them, for other languages than English."""

from __future__ import annotations

from alembic import op

from index.journal.migrations._columns import text

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the column; it is empty in older lines."""
    op.add_column("audit", text("phrases", default=""))
