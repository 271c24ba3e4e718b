"""A lite install, as if what it leaves out were not there: it builds, answers and says what is missing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.article import ARTICLE
from tests.support.paths import ROOT

LEFT_OUT = (
    "torch",
    "transformers",
    "sentence_transformers",
    "sklearn",
    "scipy",
    "faiss",
    "matplotlib",
    "huggingface_hub",
)
WITHOUT = f"""
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {LEFT_OUT!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Absent())
"""
"""A sitecustomize, which Python imports before the program."""


def run(folder: Path, *arguments: str, lite: bool = True, question: str = "", **settings: str):
    site = folder / "site"
    site.mkdir(exist_ok=True)
    (site / "sitecustomize.py").write_text(WITHOUT if lite else "", "utf-8")
    where = {"SEEDS_DIR": str(ARTICLE.parent), "INDEX_DIR": str(folder / "index"), "STATE_DIR": str(folder / "state")}
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=folder,
        env={**os.environ, "DISCORD_TOKEN": "", **where, "PYTHONPATH": f"{site}{os.pathsep}{ROOT}", **settings},
        input=question,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an index that the lite install built."""
    made = tmp_path_factory.mktemp("lite")
    process = run(made, "index", "reindex")
    assert process.returncode == 0, process.stderr
    return made


def test_it_answers_on_the_command_line_and_the_console(folder):
    for process in (
        run(folder, "index", "ask", "When is LlamaCon?"),
        run(folder, "bot", question="When is LlamaCon?\n"),
    ):
        assert process.returncode == 0, process.stderr
        assert process.stdout.startswith(("April 29", "> When is LlamaCon?\nApril 29"))


def test_its_index_is_as_good_as_that_of_a_full_install(folder):
    """The same vectors up to rounding: either answers from the other's without a new build."""
    status = run(folder, "index", "status", "--verify", lite=False)
    assert "whole      yes" in status.stdout
    assert "stale      no" in status.stdout
    answer = run(folder, "index", "ask", "When is LlamaCon?", lite=False)
    assert answer.stdout.startswith("April 29")


@pytest.mark.parametrize("setting", ["EMBEDDING_MODEL", "READER_MODEL"])
def test_a_model_by_name_is_refused_with_what_to_install(folder, setting):
    process = run(folder, "index", "reindex", **{setting: "some/model", "INDEX_DIR": str(folder / "other")})
    if setting == "READER_MODEL":
        process = run(folder, "index", "ask", "When is LlamaCon?", READER_MODEL="some/model")
    assert process.returncode == 1
    assert "some/model" in process.stderr
    assert "footnote[full]" in process.stderr
    assert "Traceback" not in process.stderr
