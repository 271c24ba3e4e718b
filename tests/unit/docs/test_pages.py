"""What the pages say of the code is there."""

from __future__ import annotations

import re

import pytest

from tests.support.paths import ROOT

ROOTS = "bot|deploy|docs|evaluation|index|seeds|tests|training"
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "training/README.md")),
    *sorted((ROOT / "docs").glob("*.md")),
]
NOT_IN_GIT = {"seeds/questions.jsonl", "seeds/sources.toml"}
"""Files of the reader's own."""


def exists(name: str) -> bool:
    return (ROOT / name).exists() or (ROOT / f"{name}.py").exists()


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_and_modules_that_a_page_names_exist(page):
    text = page.read_text("utf-8")
    files = set(re.findall(rf"`((?:{ROOTS})/[\w./-]+)`", text)) - NOT_IN_GIT
    modules = {name.replace(".", "/") for name in re.findall(r"`((?:bot|index)\.[a-z_.]+)`", text)}
    assert {name for name in files | modules if "NAME" not in name and "CODE" not in name and not exists(name)} == set()


def test_classes_that_the_architecture_names_exist():
    code = "".join(path.read_text("utf-8") for package in ("index", "bot") for path in (ROOT / package).rglob("*.py"))
    classes = set(re.findall(r"^class (\w+)", code, re.MULTILINE))
    nouns = (ROOT / "docs" / "architecture.md").read_text("utf-8").partition("\n## Nouns\n")[2].partition("\n## ")[0]
    names = set(re.findall(r"`([A-Z]\w+)`", nouns))
    assert {"Answer", "SearchIndex"} <= names
    assert names <= classes
