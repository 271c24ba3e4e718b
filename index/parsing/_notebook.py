"""Jupyter notebooks: text cells as Markdown, code cells and what they printed as code; no pictures.

A notebook is written as one Markdown text, so that headings, tables and links are read as in any other.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from index.domain.errors import UnreadableSource
from index.domain.messages import Message
from index.parsing._front_matter import split_front_matter
from index.parsing._markdown_text import markdown_blocks
from index.parsing.fields import field_name
from index.parsing.layout import ParsedFile

__all__ = ["read_notebook"]

NOT_A_NOTEBOOK = Message("is no Jupyter notebook, or is damaged: save it anew")

ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
"""Colours of a terminal."""

FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})", re.MULTILINE)
OBJECT = re.compile(r"\s*<[\w.]+[^<>]*(?: at 0x[0-9a-f]+|Axes[^<>]*)>\s*")
"""What Python shows of a picture or another object that is no text."""

HIDDEN_CELL = {"remove-cell", "remove_cell", "hide-cell"}
HIDDEN_INPUT = {"remove-input", "remove_input", "hide-input"}
HIDDEN_OUTPUT = {"remove-output", "remove_output", "hide-output"}


def read_notebook(data: bytes) -> ParsedFile:
    """Return the content of a notebook. Raises UnreadableSource."""
    try:
        notebook = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise UnreadableSource(NOT_A_NOTEBOOK) from error
    if not isinstance(notebook, dict):
        raise UnreadableSource(NOT_A_NOTEBOOK)
    cells = notebook.get("cells")
    if cells is None:  # before version 4
        sheets = _dicts(notebook.get("worksheets"))
        cells = [cell for sheet in sheets for cell in _dicts(sheet.get("cells"))] if sheets else None
    if not isinstance(cells, list):
        raise UnreadableSource(NOT_A_NOTEBOOK)
    cells = _dicts(cells)
    fields = dict(_fields(notebook.get("metadata")))
    if cells and cells[0].get("cell_type") == "raw":
        front = split_front_matter(_text(cells[0].get("source")))
        fields |= {field_name(name): value for name, value in front.fields}
    text = "\n\n".join(part for cell in cells for part in _cell(cell))
    title, blocks = markdown_blocks(text)
    return ParsedFile(fields.get("title") or title, blocks, tuple(fields.items()))


def _cell(cell: dict[str, Any]) -> Iterator[str]:
    """Yield the parts of a cell as Markdown."""
    kind, source = cell.get("cell_type"), _text(cell.get("source", cell.get("input")))
    tags = _tags(cell)
    if tags & HIDDEN_CELL:
        return
    if kind == "markdown":
        yield _closed(source)
    elif kind == "heading":  # before version 4
        level = cell.get("level")
        yield f"{'#' * (level if isinstance(level, int) and 0 < level < 7 else 1)} {source}"
    elif kind == "code":
        if source.strip() and not tags & HIDDEN_INPUT:
            yield _fenced(source)
        if not tags & HIDDEN_OUTPUT:
            for output in _dicts(cell.get("outputs")):
                yield from _output(output)


def _output(output: dict[str, Any]) -> Iterator[str]:
    kind = output.get("output_type")
    if kind == "stream":
        yield _fenced(_text(output.get("text")))
    elif kind in ("error", "pyerr"):
        yield _fenced(f"{_text(output.get('ename'))}: {_text(output.get('evalue'))}")
    else:
        bundle = output.get("data", output)
        bundle = bundle if isinstance(bundle, dict) else {}
        html = _text(bundle.get("text/html", bundle.get("html")))
        if "text/markdown" in bundle:
            yield _closed(_text(bundle["text/markdown"]))
        elif "<table" in html:
            yield re.sub(r"\n\s*(?=\n)", "", re.sub(r"(?s)<style.*?</style>", "", html))
        else:
            shown = _text(bundle.get("text/plain", bundle.get("text")))
            if shown.strip() and not OBJECT.fullmatch(shown):
                yield _fenced(shown)


def _fenced(code: str) -> str:
    """Return code as a block of Markdown, within a fence longer than any in it."""
    code = ESCAPES.sub("", code).strip("\n")
    longest = max((len(fence) for fence in re.findall("`+", code)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{code}\n{fence}" if code.strip() else ""


def _closed(markdown: str) -> str:
    """Return the Markdown of a cell with an open fence or comment closed, so that it stays in its cell."""
    fence = ""
    for match in FENCE.finditer(markdown):
        if not fence:
            fence = match[1]
        elif match[1].startswith(fence):
            fence = ""
    comment = "\n-->" * (markdown.rfind("<!--") > markdown.rfind("-->"))
    return f"{markdown}\n{fence}{comment}".rstrip("\n")


def _fields(metadata: Any) -> Iterator[tuple[str, str]]:
    if not isinstance(metadata, dict):
        return
    if isinstance(title := metadata.get("title"), str) and title.strip():
        yield "title", title
    authors = [author.get("name") for author in _dicts(metadata.get("authors"))]
    if names := [name for name in authors if isinstance(name, str) and name.strip()]:
        yield "author", ", ".join(names)


def _tags(cell: dict[str, Any]) -> set[str]:
    metadata = cell.get("metadata")
    tags = metadata.get("tags") if isinstance(metadata, dict) else None
    return {tag for tag in tags if isinstance(tag, str)} if isinstance(tags, list) else set()


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _text(value: Any) -> str:
    """Return a text that a notebook holds as a string or as lines."""
    if isinstance(value, list):
        return "".join(line for line in value if isinstance(line, str))
    return value if isinstance(value, str) else ""
