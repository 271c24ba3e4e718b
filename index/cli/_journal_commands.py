"""The command `move-journal`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import typer

from index.cli._options import EPILOG, JsonOption
from index.cli._terminal import print_json, print_lines
from index.settings import Settings

__all__ = ["add_journal_commands"]

UNSET = "DATABASE_URL names no database: set it to the one that shall hold the journal."
KEPT = (
    "{file} is as it was: once the bot runs with DATABASE_URL, delete it with the -wal, -shm and .key files beside it."
)


def add_journal_commands(app: typer.Typer, settings: Callable[[Path | None, Path | None], Settings]) -> None:
    """Add the command; `settings` returns the program's settings."""

    @app.command("move-journal", epilog=EPILOG)
    def move_journal(as_json: JsonOption = False) -> None:
        """Copy the journal of JOURNAL_FILE into the empty database of DATABASE_URL, and check it; no bot may run."""
        from index.journal.moving import move_journal
        from index.journal.postgres import PostgresDatabase

        found = settings(None, None)
        if not (url := found.database_url.get_secret_value()):
            raise typer.BadParameter(UNSET)
        database = PostgresDatabase(url)
        try:
            report = move_journal(found.journal_file, database)
        finally:
            database.close()
        if as_json:
            print_json({"rows": dict(report.rows), "already": report.already})
            return
        rows = [f"{name}: {count}" for name, count in report.rows.items()]
        first = "The journal was moved before; every row was compared." if report.already else "Moved and compared."
        print_lines([first, *rows, KEPT.format(file=found.journal_file)])
