"""Tables in Markdown: names of groups and cells that go on from above are read in each row, and stand for nothing."""

from __future__ import annotations

from index.domain.sources import SourceFile
from index.parsing.documents import parse
from index.text.offsets import ReadableText


def rows(text: str) -> list[tuple[str, str, str]]:
    """Return kind, reading and the text of the source of each block."""
    document = parse(SourceFile("a.md", text.encode()))
    blocks = [block for section in document.sections for block in section.blocks]
    return [(block.kind, ReadableText(block.runs).text, document.text[block.start : block.end]) for block in blocks]


def test_a_cell_that_goes_on_from_above_is_read_in_each_row():
    table = "| | Site | Depth |\n|---|---|---|\n| **North** | Pier | 1 |\n| | Mole | 3 |\n"
    assert rows(table) == [
        ("row", "North | Pier | 1", "North** | Pier | 1"),
        ("row", "North | Mole | 3", "Mole | 3"),
    ]


def test_a_row_of_one_cell_is_read_in_the_rows_below_it():
    table = "| Site | Depth | Span |\n|-|-|-|\n| *North* | | |\n| Pier | 1 | 2 |\n| South | | |\n| Dam | 5 | 6 |\n"
    assert rows(table) == [
        ("row", "North | Pier | 1 | 2", "Pier | 1 | 2"),
        ("row", "South | Dam | 5 | 6", "Dam | 5 | 6"),
    ]


def test_a_cell_across_a_table_in_html_is_read_in_the_rows_below_it():
    cells = "<tr><td colspan=2>North</td></tr><tr><td>Pier</td><td>1</td></tr>"
    cells += "<tr><td colspan=2>South</td></tr><tr><td>Dam</td><td>5</td></tr>"
    table = f"<table><tr><th>Site</th><th>Depth</th></tr>{cells}</table>"
    assert [reading for _, reading, _ in rows(table)] == ["North | Pier | 1", "South | Dam | 5"]


def test_a_label_beside_its_value_in_html_is_no_column_name():
    table = "<table><tr><th>Owner</th><td>Ida Moss</td></tr><tr><th>Town</th><td>Lund</td></tr></table>"
    assert [reading for _, reading, _ in rows(table)] == ["Owner | Ida Moss", "Town | Lund"]


def test_words_that_are_struck_out_in_a_cell_end_with_it():
    table = "| Site | Depth |\n|---|---|\n| ~~Pier~~ | 1 |\n"
    assert [reading for _, reading, _ in rows(table)] == ["[struck out: Pier] | 1"]
