"""What the code knows stands in the documents as it is now. After a change run `.venv/bin/python -m docs.generate`."""

from __future__ import annotations

from docs.generate import BLOCK, ROOT, documents, fill

NAMED = {"settings", "formats", "command-line", "bot-help", "discord-commands", "layers", "rooms"}


def test_generated_parts_are_current():
    """If this fails, run `.venv/bin/python -m docs.generate` (or `make docs`) and commit what it wrote."""
    generated = documents()
    assert [path.name for path, text in generated.items() if path.read_text("utf-8") != text] == []
    assert {path.name for path in generated} >= {".env.example", "settings.md", "command-line.md", "modules.md"}


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
