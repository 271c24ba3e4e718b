"""The commands `backup` and `restore`."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Annotated

import typer

from index.backup.creation import create_backup
from index.backup.places import Places
from index.backup.restoration import check_backup, restore_backup
from index.cli._backups import (
    backup_json,
    backup_lines,
    contents_json,
    contents_lines,
    restore_json,
    restore_lines,
)
from index.cli._options import EPILOG, IndexOption, JsonOption, SeedsOption
from index.cli._terminal import print_json, print_lines, say
from index.settings import Settings

__all__ = ["add_backup_commands"]

StateOption = Annotated[
    list[Path] | None,
    typer.Option("--state", metavar="FILE", help="A file that the bot keeps; once or more. `footnote` names them."),
]
SecretOption = Annotated[
    list[Path] | None,
    typer.Option("--secret", metavar="FILE", help="A file with secrets; once or more. `footnote` names them."),
]

IN_DATABASE = "The journal is in PostgreSQL: restore it with pg_restore from what pg_dump wrote."

LockOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--lock", metavar="FILE", help="A file that a running bot locks; once or more. `footnote` names them."
    ),
]


def add_backup_commands(app: typer.Typer, settings: Callable[[Path | None, Path | None], Settings]) -> None:
    """Add both; `settings` returns the program's settings, with these folders of sources and of the index if given."""

    def places(
        seeds: Path | None,
        index: Path | None,
        state: list[Path] | None,
        secret: list[Path] | None,
        lock: list[Path] | None = None,
    ) -> Places:
        found = settings(seeds, index)
        return Places(
            journal=found.journal_file,
            index=found.index_dir,
            sources=found.seeds_dir,
            state=tuple(state or ()),
            secrets=tuple(secret or ()),
            locks=tuple(lock or ()),
            servers=found.servers_dir,
            database=bool(found.database_url.get_secret_value()),
        )

    @app.command(epilog=EPILOG)
    def backup(
        file: Annotated[Path, typer.Argument(metavar="FILE", help="The archive to write, such as footnote.zip.")],
        seeds: SeedsOption = None,
        index: IndexOption = None,
        state: StateOption = None,
        secret: SecretOption = None,
        with_secrets: Annotated[
            bool, typer.Option("--with-secrets", help="Put files with secrets in, too; else they are left out.")
        ] = False,
        as_json: JsonOption = False,
    ) -> None:
        """Write journal, snapshots, sources and state, of servers too, into one private archive; a bot may run."""
        found = places(seeds, index, state, secret)
        report = create_backup(found, file, program=_program(), with_secrets=with_secrets)
        if as_json:
            print_json(backup_json(report))
        else:
            print_lines(backup_lines(report))

    @app.command(epilog=EPILOG)
    def restore(
        file: Annotated[Path, typer.Argument(metavar="FILE", help="An archive that `backup` wrote.")],
        seeds: SeedsOption = None,
        index: IndexOption = None,
        state: StateOption = None,
        secret: SecretOption = None,
        lock: LockOption = None,
        replace: Annotated[
            bool, typer.Option("--replace", help="Replace what is there; it is kept beside, as *.before-restore-*.")
        ] = False,
        check_only: Annotated[bool, typer.Option("--check", help="Only check every byte of the archive.")] = False,
        as_json: JsonOption = False,
    ) -> None:
        """Put an archive's contents in place, once all of it is checked; no bot may run meanwhile."""
        if check_only:
            contents = check_backup(file)
            if as_json:
                print_json(contents_json(contents))
            else:
                print_lines(["The backup is whole.", *contents_lines(contents)])
            return
        found = places(seeds, index, state, secret, lock)
        report = restore_backup(found, file, replace=replace)
        if found.database:
            say(IN_DATABASE)
        if report.mismatch:
            say(report.mismatch)
        if as_json:
            print_json(restore_json(report))
        else:
            print_lines(restore_lines(report))


def _program() -> str:
    """Return this program's name and version, as far as it is installed as a package."""
    try:
        return f"footnote {version('footnote')}"
    except PackageNotFoundError:
        return "footnote"
