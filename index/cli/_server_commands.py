"""The commands `servers`: what servers have of their own, its export and its deletion."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Annotated, Any

import typer

from index.bootstrap import open_corpora
from index.cli._options import EPILOG, JsonOption, WaitOption
from index.cli._terminal import print_json, print_lines, progress_bar
from index.cli._text import report_lines
from index.cli.json_output import report_json
from index.corpora.corpora import Corpora
from index.domain.activity import COMMAND_LINE, Scope, report_outcome
from index.domain.messages import Message
from index.settings import Settings

__all__ = ["add_server_commands"]

ServerArgument = Annotated[int, typer.Argument(metavar="ID", min=1, max=10**20 - 1, help="The server's id on Discord.")]


def add_server_commands(app: typer.Typer, settings: Callable[[], Settings]) -> None:
    """Add them below `servers`."""
    servers = typer.Typer(
        no_args_is_help=True,
        help="The sources of servers, with SERVER_SOURCES: list, reindex, export, delete.",
        rich_markup_mode=None,
    )
    app.add_typer(servers, name="servers", epilog=EPILOG)

    def corpora() -> Corpora:
        return open_corpora(settings())

    @servers.command("list", epilog=EPILOG, help="The servers with sources of their own, and when the bot left them.")
    def list_(as_json: JsonOption = False) -> None:
        with closing(corpora()) as libraries:
            rows = [_row(libraries, server) for server in libraries.folders.servers()]
        if as_json:
            print_json({"servers": rows})
        else:
            print_lines([_line(row) for row in rows] or ["No server has sources of its own."])

    @servers.command(epilog=EPILOG, help="Build a server's index from the shared sources and its own.")
    def reindex(server: ServerArgument, as_json: JsonOption = False, wait: WaitOption = 0.0) -> None:
        with closing(corpora()) as libraries, progress_bar() as progress:
            library = libraries.of(server)
            with library.audited(Message("reindex"), origin=COMMAND_LINE) as line:
                report = library.reindex(progress, scope=Scope(server), wait=wait)
                line.outcome = report_outcome(report)
        if as_json:
            print_json(report_json(report, live=True))
        else:
            print_lines(report_lines(report, live=True))

    @servers.command(epilog=EPILOG, help="Write a server's own files and settings into one archive, server-ID.zip.")
    def export(
        server: ServerArgument,
        to: Annotated[Path, typer.Option("--to", metavar="FOLDER", help="Where to write it.")] = Path(),
    ) -> None:
        with closing(corpora()) as libraries:
            to.mkdir(parents=True, exist_ok=True)
            made = libraries.export(server, to)
        print_lines([*map(str, made.parts), *(f"not to be read: {name}" for name in made.left_out)])

    @servers.command(epilog=EPILOG)
    def delete(
        server: ServerArgument,
        yes: Annotated[bool, typer.Option("--yes", help="Delete without asking.")] = False,
    ) -> None:
        """Delete a server's sources, index, questions, votes and settings, for good."""
        with closing(corpora()) as libraries:
            libraries.folders.folder(server)
            if not yes:
                typer.confirm(f"Delete all that is kept of server {server}?", abort=True, err=True)
            with libraries.shared.audited(Message("source delete-all"), origin=COMMAND_LINE) as line:
                had = libraries.delete(server)
                line.outcome = Message("removed")
        print_lines(["Deleted." if had else "Deleted; it had no sources of its own."])


def _row(libraries: Corpora, server: int) -> dict[str, Any]:
    usage, left = libraries.usage(server), libraries.folders.left_at(server)
    return {
        "id": str(server),
        "files": usage.files,
        "bytes": usage.bytes,
        "passages": usage.passages,
        "left": left.isoformat() if left else None,
    }


def _line(row: dict[str, Any]) -> str:
    left = f", left {row['left']}" if row["left"] else ""
    return f"{row['id']}: {row['files']} files, {row['bytes'] / 1e6:.2f} MB, {row['passages']} passages{left}"
