"""The stages of a reindex in the reader's language."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from bot.views.status import STAGES
from index.domain.stages import Stage
from tests.support.paths import ROOT

EVALUATION = ROOT / "index" / "evaluation"
"""Its progress is for the command line alone."""


def literal_stages(code: str) -> Iterator[str]:
    """Return the stages that a module reports as literals, not as members of `Stage`."""
    for call in (node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call) and len(node.args) == 3):
        reports = ast.unparse(call.func).split(".")[-1] == "progress"
        if reports and isinstance(call.args[0], ast.Constant):
            yield str(call.args[0].value)


def test_every_stage_of_a_reindex_has_words_in_the_bot():
    assert set(STAGES) == set(Stage)


def test_the_index_reports_no_stage_that_the_enumeration_lacks():
    modules = [path for path in (ROOT / "index").rglob("*.py") if EVALUATION not in path.parents]
    assert {path.name: list(literal_stages(path.read_text("utf-8"))) for path in modules} == {
        path.name: [] for path in modules
    }


def test_a_literal_stage_is_found():
    assert list(literal_stages('progress("reading", 1, 2)\nprogress(Stage.READING, 1, 2)')) == ["reading"]
