"""The rooms keep to their walls: who imports whom, what is built where, and what `--help` must not load."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import index
from tests.support.paths import ROOT

ROOMS = sorted([*(ROOT / "index").rglob("*.py"), *(ROOT / "bot").rglob("*.py")])
HEAVY = {"ray", "scipy", "sentence_transformers", "sklearn", "torch", "transformers"}
NOT_FOR_HELP = HEAVY | {"alembic", "faiss", "psycopg", "sqlalchemy"}
NOUNS = {
    f"index.domain.{name}"
    for name in (
        "activity",
        "answers",
        "coordination",
        "documents",
        "errors",
        "evidence",
        "generation",
        "limits",
        "messages",
        "regressions",
        "snapshots",
        "sources",
        "stages",
    )
}


@dataclass(frozen=True)
class Import:
    """One imported module, or one name from it. `typing_only` ones never run, `late` ones run inside a function."""

    module: str
    name: str | None
    typing_only: bool
    late: bool

    @property
    def package(self) -> str:
        return self.module.partition(".")[0]


def imports_in(node: ast.AST, *, typing_only: bool = False, late: bool = False) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from (Import(alias.name, None, typing_only, late) for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            assert child.level == 0, "imports are absolute"
            yield from (Import(child.module or "", alias.name, typing_only, late) for alias in child.names)
        elif isinstance(child, ast.If) and ast.unparse(child.test).endswith("TYPE_CHECKING"):
            yield from imports_in(ast.Module(child.body, []), typing_only=True, late=late)
            yield from imports_in(ast.Module(child.orelse, []), typing_only=typing_only, late=late)
        else:
            function = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            yield from imports_in(child, typing_only=typing_only, late=late or function)


def imports(path: Path) -> list[Import]:
    return list(imports_in(ast.parse(path.read_text("utf-8"))))


def room(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def rooms_where(matches: re.Pattern[str]) -> set[str]:
    """The rooms whose code, not text, has a name or a chain of names (`asyncio.to_thread`) that matches."""
    return {room(path) for path in ROOMS if any(matches.fullmatch(name) for name in names_in(path))}


def names_in(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Name | ast.Attribute):
            yield ast.unparse(node)
        elif isinstance(node, ast.alias | ast.ClassDef):
            yield node.name


def calls_in(path: Path) -> set[str]:
    tree = ast.parse(path.read_text("utf-8"))
    return {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}


def of(package: str) -> list[Path]:
    return [path for path in ROOMS if room(path).startswith(f"{package}/")]


def test_bot_comes_in_by_the_front_door_of_the_index():
    """Front door and nouns; what knows nothing of an index: writing a file, home, settings; and `footnote index`."""
    allowed = {*NOUNS, "index.storage.atomic", "index.data_home", "index.setting_errors"}
    dispatcher = ("bot/cli.py", "index.cli.app")
    running = [
        (room(path), imported)
        for path in of("bot")
        for imported in imports(path)
        if imported.package == "index" and not imported.typing_only
    ]
    assert running
    wrong = [
        (where, imported)
        for where, imported in running
        if imported.module not in allowed
        and (imported.module != "index" or imported.name not in index.__all__)
        and (where, imported.module) != dispatcher
    ]
    assert wrong == []


def test_bot_takes_only_nouns_and_ports_from_the_index_for_annotations():
    taken = {
        imported.module
        for path in of("bot")
        for imported in imports(path)
        if imported.package == "index" and imported.typing_only
    }
    assert taken <= {"index", *NOUNS, "index.domain.ports"}


def test_front_door_of_the_index_has_at_most_nine_names():
    libraries = {"Corpora", "Library", "open_coordinator", "open_corpora", "open_library"}
    assert set(index.__all__) == {"Answer", "LibraryError", "Message", "Settings", *libraries}
    assert [name for name in index.__all__ if not hasattr(index, name)] == []


def test_rooms_of_the_index_do_not_go_through_their_own_front_door():
    wrong = [
        room(path)
        for path in of("index")
        if room(path) != "index/cli/app.py" and any(imported.module == "index" for imported in imports(path))
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("engine", "home"),
    [
        ("FaissEngine", "faiss_store"),
        ("TantivyEngine", "tantivy_keywords"),
        ("MilvusVectorEngine", "milvus_vectors"),
        ("MilvusKeywordEngine", "milvus_keywords"),
        ("PgVectorEngine", "postgres_vectors"),
        ("PostgresKeywordEngine", "postgres_keywords"),
    ],
)
def test_only_what_the_composition_root_asks_names_a_concrete_engine(engine, home):
    assert rooms_where(re.compile(rf"(.+\.)?{engine}")) == {"index/retrieval/opening.py", f"index/retrieval/{home}.py"}


def test_nouns_need_the_standard_library_only():
    needed = {imported for noun in NOUNS for imported in imports(ROOT / f"{noun.replace('.', '/')}.py")}
    assert {imported.package for imported in needed if imported.module not in NOUNS} <= sys.stdlib_module_names


def test_nothing_heavy_is_imported_with_a_module():
    wrong = {
        room(path): imported.module
        for path in ROOMS
        for imported in imports(path)
        if imported.package in HEAVY and not imported.late and not imported.typing_only
    }
    assert wrong == {}


def test_settings_are_built_by_the_two_programs_alone():
    built = {
        room(path) for path in ROOMS if {"Settings", "BotSettings"} & {call.split(".")[-1] for call in calls_in(path)}
    }
    assert built <= {"index/cli/app.py", "bot/__main__.py"}


def test_environment_is_read_by_the_settings_alone():
    assert rooms_where(re.compile(r"os\.getenv|os\.environ\.get|getenv")) <= {"index/settings.py", "bot/settings.py"}


def test_bot_crosses_to_a_thread_in_one_place():
    assert rooms_where(re.compile(r"(.+\.)?(to_thread|run_in_executor)")) <= {"bot/services/worker.py"}


def test_private_names_of_discord_are_in_one_file():
    """An attribute of another object that begins with `_`, or a name of the form `_Class__name`."""
    private = re.compile(r"(?!(self|cls|os)\._\w+$).+\._[a-z]\w*")
    mangled = re.compile(r"_[A-Z]\w*__\w+")
    with_discord = {room(path) for path in of("bot") if any(each.package == "discord" for each in imports(path))}
    by_text = {room(path) for path in of("bot") if mangled.search(path.read_text("utf-8"))}
    assert (rooms_where(private) & with_discord) | by_text == {"bot/client/discord_patches.py"}


def loaded_by(*arguments: str) -> tuple[str, set[str]]:
    """What the program printed, and every module that it imported."""
    process = subprocess.run(
        [sys.executable, "-X", "importtime", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
        timeout=120,
    )
    lines = [line for line in process.stderr.splitlines() if line.startswith("import time:")]
    rest = [line for line in process.stderr.splitlines() if not line.startswith("import time:")]
    assert process.returncode == 0, "\n".join(rest)
    return process.stdout, {line.rpartition("|")[2].strip() for line in lines}


def test_imports_of_a_program_are_seen():
    _, modules = loaded_by("-c", "import faiss")
    assert "faiss" in modules


@pytest.mark.parametrize(
    "arguments",
    [
        ["index", "--help"],
        ["index", "reindex", "--help"],
        ["index", "ask", "--help"],
        ["index", "eval", "--help"],
        ["index", "status", "--help"],
        ["index", "snapshots", "--help"],
        ["index", "diff", "--help"],
        ["index", "rollback", "--help"],
        ["index", "backup", "--help"],
        ["index", "restore", "--help"],
        ["bot", "--help"],
        ["bot.cli", "--help"],
        ["bot.cli", "index", "--help"],
        ["bot.cli", "backup", "--help"],
    ],
    ids=" ".join,
)
def test_help_loads_no_model_and_no_engine(arguments):
    printed, modules = loaded_by("-m", *arguments)
    assert "usage" in printed.lower()
    assert modules & NOT_FOR_HELP == set()
