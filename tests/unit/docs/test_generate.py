"""What the code knows stands in the documents as it is now. After a change run `.venv/bin/python -m docs.generate`."""

from __future__ import annotations

import pytest

from docs.generate import BLOCK, ROOT, documents, fill

DOCUMENTS = documents()
NAMED = {"settings", "command-line", "bot-help", "discord-commands", "layers", "rooms"}


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_generated_parts_are_current(path):
    """If this fails, run `.venv/bin/python -m docs.generate` (or `make docs`) and commit what it wrote."""
    assert path.read_text("utf-8") == DOCUMENTS[path]


def test_every_generated_block_stands_in_one_page():
    pages = [path.read_text("utf-8") for path in (ROOT / "docs").glob("*.md")]
    blocks = [block["name"] for page in pages for block in BLOCK.finditer(page)]
    assert sorted(blocks) == sorted(NAMED)


def test_text_outside_of_the_markers_stays():
    block = "<!-- generated: bot-help (python -m docs.generate) -->\nold\n<!-- end of generated: bot-help -->"
    filled = fill(f"before\n\n{block}\n\nafter\n")
    assert filled.startswith("before\n\n<!-- generated: bot-help")
    assert filled.endswith("<!-- end of generated: bot-help -->\n\nafter\n")
    assert "usage: python -m bot" in filled
    assert "old" not in filled


def test_filling_twice_changes_nothing_more():
    assert {path: fill(text) for path, text in DOCUMENTS.items()} == DOCUMENTS
