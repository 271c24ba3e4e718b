"""A notebook is read cell by cell: text, code, and what the code printed."""

from __future__ import annotations

import json

import pytest

from index.domain.errors import UnreadableSource
from index.parsing._notebook import read_notebook
from index.parsing.layout import ParsedFile


def cell(kind: str, source: str | list[str], **more: object) -> dict[str, object]:
    return {"cell_type": kind, "source": source, "metadata": {}, **more}


def read(*cells: object, **metadata: object) -> ParsedFile:
    return read_notebook(json.dumps({"cells": cells, "metadata": metadata, "nbformat": 4}).encode())


def code(*outputs: object) -> dict[str, object]:
    return cell("code", "run()", outputs=outputs)


def texts(parsed: ParsedFile) -> list[str]:
    return [block.text for block in parsed.blocks]


def test_text_cells_are_markdown_under_the_headings_of_cells_before():
    parsed = read(cell("markdown", ["# Tides\n", "\n", "*High* at noon."]), cell("markdown", "## Low\n\nAt six."))
    assert parsed.title == "Tides"
    assert [(block.kind, block.level, block.text) for block in parsed.blocks] == [
        ("heading", 1, "Tides"),
        ("prose", 0, "High at noon."),
        ("heading", 2, "Low"),
        ("prose", 0, "At six."),
    ]


def test_code_and_what_it_printed_are_code_without_colours():
    stream = {"output_type": "stream", "text": ["\x1b[31mLoss:", " 0.5\x1b[0m\n"]}
    result = {"output_type": "execute_result", "data": {"text/plain": "42"}}
    failure = {"output_type": "error", "ename": "KeyError", "evalue": "'tide'", "traceback": []}
    parsed = read(code(stream, result, failure))
    assert [(block.kind, block.text) for block in parsed.blocks] == [
        ("code", "run()"),
        ("code", "Loss: 0.5"),
        ("code", "42"),
        ("code", "KeyError: 'tide'"),
    ]


def test_pictures_and_objects_are_not_text():
    figure = {
        "output_type": "display_data",
        "data": {"image/png": "AAAA", "text/plain": "<Figure size 9x9 with 1 Axes>"},
    }
    assert texts(read(code(figure))) == ["run()"]


def test_a_table_that_was_printed_as_a_page_is_read_by_rows():
    rows = "<tr><th>Port</th><th>Depth</th></tr>\n\n<tr><td>Bergen</td><td>11 m</td></tr>"
    html = f"<style>\n\n.a {{}}</style><table>{rows}</table>"
    parsed = read(code({"output_type": "execute_result", "data": {"text/html": html, "text/plain": "x"}}))
    assert [block.text for block in parsed.blocks if block.kind == "row"] == ["Bergen | 11 m"]


def test_an_open_fence_ends_with_its_cell():
    parsed = read(cell("markdown", "~~~\nx = 1"), cell("markdown", "Words."))
    assert [(block.kind, block.text) for block in parsed.blocks] == [("code", "x = 1"), ("prose", "Words.")]


def test_code_that_holds_fences_stays_whole():
    assert texts(read(cell("code", "print('''\n````\n''')"))) == ["print('''\n````\n''')"]


def test_a_cell_that_its_author_hid_is_not_read():
    hidden = {"cell_type": "code", "source": "secret()", "metadata": {"tags": ["remove-cell"]}, "outputs": []}
    assert texts(read(hidden, cell("markdown", "Seen."))) == ["Seen."]


def test_what_a_notebook_says_of_itself_are_fields():
    front = cell("raw", "---\ntitle: Sea levels\ndate: 2022-01-31\n---\n")
    parsed = read(front, cell("markdown", "Text."), authors=[{"name": "Ole Dahl"}])
    assert parsed.title == "Sea levels"
    assert ("author", "Ole Dahl") in parsed.fields
    assert ("published", "2022-01-31") in parsed.fields


def test_a_notebook_from_before_version_4_is_read():
    old = {"worksheets": [{"cells": [{"cell_type": "code", "input": ["go()"], "outputs": []}]}], "nbformat": 3}
    assert texts(read_notebook(json.dumps(old).encode())) == ["go()"]


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b'{"cells": 3}', b'"x"', b"[" * 100_000])
def test_what_is_no_notebook_is_refused(data):
    with pytest.raises(UnreadableSource, match="no Jupyter notebook"):
        read_notebook(data)


@pytest.mark.parametrize(
    "broken", [3, {"cell_type": 3}, {"cell_type": "code", "outputs": [{"data": 3}, 4], "source": 9}]
)
def test_a_broken_cell_stops_no_other(broken):
    assert texts(read(broken, cell("markdown", "Seen."))) == ["Seen."]
