"""What the index is at is said in the reader's language: the bot knows every stage by the index's own name for it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from bot.views.status import STAGES
from tests.support.paths import ROOT

INDEX = ROOT / "index"
TELLING = {"progress", "course"}
ON_THE_COMMAND_LINE = {"asking"}
"""Of `eval` alone."""


def told(path: Path) -> Iterator[str]:
    """The stages that a room tells of, as what it calls with a stage and two numbers."""
    tree = ast.parse(path.read_text("utf-8"))
    named = {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call) and len(node.args) == 3):
        stage = call.args[0]
        if ast.unparse(call.func).split(".")[-1] in TELLING:
            if isinstance(stage, ast.Constant):
                yield str(stage.value)
            elif isinstance(stage, ast.Name) and stage.id in named:
                yield str(named[stage.id])


def test_the_bot_has_words_of_its_own_for_every_stage_of_the_index():
    """Every stage that the index reports while it builds has a translatable text in the bot."""
    stages = {stage for path in INDEX.rglob("*.py") for stage in told(path)}
    assert "reading sources" in stages
    assert stages - ON_THE_COMMAND_LINE == set(STAGES)
