"""Generate the parts of the documents that the code knows: settings, formats, commands, rooms and modules.

Run `python -m docs.generate` after you changed a setting, a command, a module's docstring or its name, or added a
migration of the journal. It rewrites `.env.example`, `index/journal/schema.sql` and, in the pages of `docs/`, the text
between the markers

    <!-- generated: NAME (python -m docs.generate) -->
    <!-- end of generated: NAME -->
"""

from __future__ import annotations

import ast
import contextlib
import importlib
import io
import pkgutil
import re
import sqlite3
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from discord import app_commands
from discord.ext import commands
from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings
from typer.testing import CliRunner

import bot.__main__
import bot.cogs
from bot.settings import BotSettings
from index import Settings
from index.cli.app import app
from index.journal.migrations.upgrade import VERSION_TABLE, upgrade_file
from index.parsing.formats import FORMATS

__all__ = ["documents", "env_example", "fill", "journal_schema", "main"]

ROOT = Path(__file__).parents[1]
PAGES = ROOT / "docs"
SETTINGS: tuple[type[BaseSettings], ...] = (BotSettings, Settings)
PACKAGES = ("index", "bot")
HELP_WIDTH = 100
ENV_HEADER = """\
# Copy this file to .env and change what you need; a variable of the environment goes before it.
# Nothing is required: without a token the console starts. Every line shows its default.
"""
BLOCK = re.compile(
    r"<!-- generated: (?P<name>[a-z-]+) \(python -m docs\.generate\) -->\n.*?<!-- end of generated: (?P=name) -->",
    re.DOTALL,
)
LONGEST = 366 * 86_400
"""The limit of a duration in seconds, which tells a reader nothing."""

KINDS: dict[type, str] = {
    type(Path()): "path",
    str: "text",
    float: "number",
    int: "whole number",
    bool: "true or false",
}


def documents() -> dict[Path, str]:
    """Return the text that each document with generated parts should have."""
    pages = {page: page.read_text("utf-8") for page in sorted(PAGES.glob("*.md"))}
    filled = {page: fill(text) for page, text in pages.items() if BLOCK.search(text)}
    schema = ROOT / "index" / "journal" / "schema.sql"
    return {ROOT / ".env.example": env_example(), schema: journal_schema(), **filled}


def fill(page: str) -> str:
    """Return a page with the text between its markers generated anew."""
    return BLOCK.sub(lambda block: _block(block["name"]), page)


def env_example() -> str:
    """Return `.env.example`: each setting with its description above and its default as the value."""
    entries = [f"\n# {field.description}\n{name}={_default(field)}\n" for name, field in _settings()]
    return ENV_HEADER + "".join(entries)


def journal_schema() -> str:
    """Return the statements that make a new journal, as all migrations make it."""
    with contextlib.closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
        upgrade_file(db)
        made = db.execute("SELECT sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY rowid").fetchall()
        header = [f"PRAGMA {name} = {_value(db, f'PRAGMA {name}')}" for name in ("application_id", "user_version")]
        stamp = f"INSERT INTO {VERSION_TABLE} VALUES ('{_value(db, f'SELECT * FROM {VERSION_TABLE}')}')"  # noqa: S608
    tables = ["\n".join(line.rstrip() for line in sql.splitlines() if line.strip()) for (sql,) in made]
    return "".join(f"{statement};\n" for statement in (*header, *tables, stamp))


def main() -> int:
    """Write the documents that changed and name them; return the exit code."""
    for path, text in documents().items():
        if not path.exists() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")
            sys.stderr.write(f"Wrote {path.relative_to(ROOT)}\n")
    return 0


def _value(db: sqlite3.Connection, query: str) -> Any:
    return db.execute(query).fetchone()[0]


def _block(name: str) -> str:
    return (
        f"<!-- generated: {name} (python -m docs.generate) -->\n\n"
        f"{BLOCKS[name]().strip()}\n\n<!-- end of generated: {name} -->"
    )


def _settings() -> Iterator[tuple[str, FieldInfo]]:
    for settings in SETTINGS:
        for name, field in settings.model_fields.items():
            if not field.deprecated:
                yield name.upper(), field


def _default(field: FieldInfo) -> str:
    """Return a default as it is written in `.env`; empty if there is none."""
    value = field.default
    if value is None or isinstance(value, SecretStr | frozenset | tuple):
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:g}"
    return value.as_posix() if isinstance(value, Path) else str(value)


def _kind(field: FieldInfo) -> str:
    """Return the type of a setting in words, with its limits: "number, 0 to 1"."""
    kind = "list" if isinstance(field.default, frozenset | tuple) else KINDS.get(type(field.default), "text")
    bounds = ("ge", "gt", "le")
    limits = {bound: getattr(rule, bound) for rule in field.metadata for bound in bounds if hasattr(rule, bound)}
    if "ge" in limits and limits.get("le", LONGEST) < LONGEST:
        return f"{kind}, {limits['ge']} to {limits['le']}"
    if "ge" in limits:
        return f"{kind}, at least {limits['ge']}"
    return f"{kind}, above {limits['gt']}" if "gt" in limits else kind


def _settings_table() -> str:
    rows = [
        [f"`{name}`", f"`{_default(field)}`" if _default(field) else "", _kind(field), field.description or ""]
        for name, field in _settings()
    ]
    return _table(["Name", "Default", "Type", "Meaning"], rows)


def _command_line() -> str:
    """Return the help of each command as a section."""
    names = [command.name or getattr(command.callback, "__name__", "") for command in app.registered_commands]
    texts = {"python -m index": _index_help()}
    texts |= {f"python -m index {name}": _index_help(name) for name in names}
    return "\n\n".join(f"### {command}\n\n```text\n{text}\n```" for command, text in texts.items())


def _index_help(*arguments: str) -> str:
    result = CliRunner().invoke(
        app,
        [*arguments, "--help"],
        prog_name="python -m index",
        terminal_width=HELP_WIDTH,
        max_content_width=HELP_WIDTH,
    )
    return _trimmed(result.output)


def _bot_help() -> str:
    """Return the help of `python -m bot` up to its options: what it does. Settings have a page of their own."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.suppress(SystemExit):
        bot.__main__.main(["--help"])
    return f"```text\n{_trimmed(out.getvalue().partition('options:')[0])}\n```"


def _discord_commands() -> str:
    rows = []
    for command in sorted(_commands(), key=lambda command: command.qualified_name):
        options = [
            f"`{option.name}`{'' if option.required else ' (optional)'}: {option.description}"
            for option in command.parameters
        ]
        rows.append([f"`/{command.qualified_name}`", str(command.description), "<br>".join(options)])
    return _table(["Command", "What it does", "Options"], rows)


def _commands() -> Iterator[app_commands.Command[Any, ..., Any]]:
    """Yield the slash commands of every cog, those of groups too."""
    for module in pkgutil.iter_modules(bot.cogs.__path__):
        for item in vars(importlib.import_module(f"bot.cogs.{module.name}")).values():
            if isinstance(item, type) and issubclass(item, commands.Cog) and item.__module__.endswith(module.name):
                for command in item.__cog_app_commands__:
                    if isinstance(command, app_commands.Group):
                        yield from (each for each in command.walk_commands() if isinstance(each, app_commands.Command))
                    else:
                        yield command


def _layers() -> str:
    """Return a table for each import-linter contract on layers: the layer, its rooms, what they hold."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    return "\n\n".join(_layers_table(contract) for contract in contracts if contract["type"] == "layers")


def _layers_table(contract: dict[str, Any]) -> str:
    rows = []
    for number, layer in enumerate(contract["layers"], 1):
        for room in re.split(r"\s*[|:]\s*", layer):
            path = ROOT.joinpath(*room.split("."))
            module = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
            rows.append([str(number), f"`{room}`", _summary(module)])
    return f"### {contract['name'].capitalize()}\n\n{_table(['Layer', 'Room', 'Contents'], rows)}"


def _rooms() -> str:
    """Return a section for each room, with the first sentence of each module's docstring."""
    return "\n\n".join(section for package in PACKAGES for section in _package_sections(package))


def _package_sections(package: str) -> Iterator[str]:
    folders = [ROOT / package, *sorted(path.parent for path in (ROOT / package).glob("*/__init__.py"))]
    for folder in folders:
        modules = sorted(path for path in folder.glob("*.py") if path.name != "__init__.py")
        rows = [[f"`{path.stem}`", _summary(path)] for path in sorted(modules, key=lambda path: path.stem[0] == "_")]
        name = ".".join(folder.relative_to(ROOT).parts)
        yield f"### {name}\n\n{_summary(folder / '__init__.py')}\n\n{_table(['Module', 'Contents'], rows)}"


def _summary(module: Path) -> str:
    """Return the first paragraph of a module's docstring on one line."""
    docstring = ast.get_docstring(ast.parse(module.read_text("utf-8"))) or ""
    return " ".join(docstring.partition("\n\n")[0].split())


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *([cell.replace("|", r"\|") for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |".replace("|  |", "| |") for line in lines)


def _trimmed(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def _formats() -> str:
    """Return a table of the kinds of files that are read."""
    rows = [[", ".join(f"`{suffix}`" for suffix in format_.suffixes), format_.description] for format_ in FORMATS]
    return _table(["Ending", "Read as"], rows)


BLOCKS: dict[str, Callable[[], str]] = {
    "formats": _formats,
    "settings": _settings_table,
    "command-line": _command_line,
    "bot-help": _bot_help,
    "discord-commands": _discord_commands,
    "layers": _layers,
    "rooms": _rooms,
}

if __name__ == "__main__":
    sys.exit(main())
