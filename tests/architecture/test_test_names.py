"""Rules for the tests themselves."""

from __future__ import annotations

import ast

from tests.support.paths import ROOT

LONGEST_NAME = 80


def test_names_of_tests_have_at_most_80_characters():
    """A name states the rule in a few words; the docstring has the rest."""
    too_long = [
        f"{path.relative_to(ROOT)}: {node.name}"
        for path in sorted((ROOT / "tests").rglob("test_*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
        and len(node.name) > LONGEST_NAME
    ]
    assert too_long == []


def test_suites_of_a_room_are_named_for_a_module_of_it():
    """`tests/unit/<package>/<room>/test_<module>.py`, or `test_<module>_<topic>.py` if one suite would be too long."""
    strangers = []
    unit = ROOT / "tests" / "unit"
    for path in sorted(
        path for package in ("bot", "index", "training") for path in (unit / package).rglob("test_*.py")
    ):
        room = ROOT / path.parent.relative_to(unit)
        modules = [module.stem.lstrip("_") for module in room.glob("*.py")]
        if not any(f"{path.stem}_".startswith(f"test_{module}_") for module in modules):
            strangers.append(str(path.relative_to(ROOT)))
    assert strangers == []


def test_no_suite_imports_from_another():
    """What several suites need is in tests/support."""
    importing = [
        f"{path.relative_to(ROOT)}: {node.module}"
        for path in sorted((ROOT / "tests").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom)
        and node.module
        and (node.level or node.module.startswith("tests."))
        and ".test_" in f".{node.module}"
    ]
    assert importing == []
