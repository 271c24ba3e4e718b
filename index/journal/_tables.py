"""The tables of the journal, for whoever reads all of it: columns, and the order that foreign keys ask for."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["TABLES", "Table"]


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its columns; the first `keys` of them are its primary key."""

    name: str
    columns: tuple[str, ...]
    keys: int = 1

    @property
    def select(self) -> str:
        """The statement that returns all rows in the order of the key."""
        key = ", ".join(map(_quoted, self.columns[: self.keys]))
        return f"SELECT {', '.join(map(_quoted, self.columns))} FROM {self.name} ORDER BY {key}"  # noqa: S608 ours

    @property
    def insert(self) -> str:
        """The statement that inserts a row, given by the names of the columns."""
        values = ", ".join(f":{column}" for column in self.columns)
        return f"INSERT INTO {self.name} ({', '.join(map(_quoted, self.columns))}) VALUES ({values})"  # noqa: S608 ours

    @property
    def is_numbered(self) -> bool:
        """Whether the database numbers its rows."""
        return self.columns[0] == "number"


def _quoted(column: str) -> str:
    return f'"{column}"'


_ANSWERS = (
    *("number", "id", "asked_at", "guild", "channel", "user", "question", "read_as", "abstained", "why", "confidence"),
    *("snapshot", "latency_ms", "citations"),
)

TABLES = (
    Table("answers", _ANSWERS),
    Table("votes", ("answer", "user", "helpful", "reason", "voted_at"), keys=2),
    Table("reports", ("answer", "user", "reported_at"), keys=2),
    Table("solved", ("answer", "user", "solved_at")),
    Table("threads", ("channel", "answer", "begun_at")),
    Table("settings", ("guild", "name", "value"), keys=2),
    Table("audit", ("number", "at", "who", "place", "what", "outcome", "phrases")),
    Table("token_counts", ("day", "kind", "owner", "used"), keys=3),
)
