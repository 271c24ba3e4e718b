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
