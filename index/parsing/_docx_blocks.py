"""Blocks of a converted Word document: what was marked for them becomes numbers, columns, headers and footers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from index.parsing._docx_markers import CAPTION, FIELD, FURNITURE, LABEL_END, LABEL_START, TAB
from index.parsing._tables import table_rows
from index.parsing.layout import ParsedBlock
from index.text.normalize import collapse_whitespace
from index.text.notation import DONE, OPEN

__all__ = ["finish_blocks"]

LABEL = re.compile(f"{LABEL_START}(\\d)([^{LABEL_END}]*){LABEL_END}")
TABS = re.compile(f"\\s*(?:{TAB}\\s*)+")
BOX = re.compile(r"([☑☒☐])\s*")
BULLETS = frozenset("-•–—▪■●○◦")

PAGE_NUMBER = re.compile(rf"[\s|·,;/–—-]*(?:[^\W\d]+\.?)?\s*{FIELD}(?:\s*(?:[^\W\d]+|/)\s*{FIELD})*[\s|·–—-]*")
"""A page number with the word before it, in any language: "- Page 2 of 9", "Seite 2", "2/9"."""


def finish_blocks(blocks: Sequence[ParsedBlock]) -> list[ParsedBlock]:
    """Return the blocks without markers."""
    finished: list[ParsedBlock] = []
    leads: list[str] = []
    seen: set[str] = set()
    caption = ""
    for block in _join_columns(blocks):
        if block.text.startswith(CAPTION):
            finished.append(replace(block, text=_plain(block.text)))
            caption = finished[-1].text
            continue
        caption = caption if block.kind == "row" else ""
        if block.text.startswith(FURNITURE):
            finished += _furniture(block.text, seen)
            continue
        label = LABEL.match(block.text) if block.kind in ("heading", "prose", "item") else None
        text = _plain(block.text[label.end() :] if label else block.text, lines=block.kind == "code")
        block = replace(block, text=text, lead=_lead_with_caption(block.lead, caption))
        if label and block.kind == "heading":
            block = replace(block, text=block.text if label[2] == "-" else f"{label[2]} {text}")
        elif label:
            depth = int(label[1])
            leads += [_lead(finished)] * (depth + 1 - len(leads))
            del leads[depth + 1 :]
            block = replace(block, kind="item", mark=label[2], lead=leads[depth])
        if block.kind in ("prose", "item"):
            block = _with_state(block)
        if block.kind != "item":
            leads.clear()
        finished.append(block)
    return finished


def _lead_with_caption(lead: str, caption: str) -> str:
    """Return what stands above a row: the caption before its table, then the names of its columns."""
    lines = [caption, *map(_plain, lead.split("\n"))]
    return "\n".join(filter(None, lines))


def _lead(blocks: Sequence[ParsedBlock]) -> str:
    """Return the words before a list."""
    return blocks[-1].text if blocks and blocks[-1].kind in ("prose", "item") else ""


def _with_state(block: ParsedBlock) -> ParsedBlock:
    """Return a task with its state, if a box and nothing like it stands at its beginning."""
    box = BOX.match(block.text)
    if box is None or BOX.search(block.text, box.end()) or not block.text[box.end() :]:
        return block
    state = OPEN if box[1] == "☐" else DONE
    return replace(block, kind="item", mark=state.strip(), text=block.text[box.end() :])


def _furniture(text: str, seen: set[str]) -> Iterator[ParsedBlock]:
    """Yield the parts of a line of a header or footer, each part once and without page numbers."""
    for part in TABS.split(text.removeprefix(FURNITURE)):
        said = _plain(PAGE_NUMBER.sub(" ", part))
        if said and said.lower() not in seen and any(char.isalnum() for char in said):
            seen.add(said.lower())
            yield ParsedBlock("prose", said)


def _join_columns(blocks: Sequence[ParsedBlock]) -> Iterator[ParsedBlock]:
    """Yield the blocks, with two or more lines of equally many columns, set with tabs, as rows of a table."""
    lines: list[ParsedBlock] = []
    for block in (*blocks, ParsedBlock("", "")):
        columns = _columns(block)
        if lines and (len(columns) < 2 or len(columns) != len(_columns(lines[0]))):
            yield from lines if len(lines) < 2 else _rows([_columns(line) for line in lines])
            lines = []
        if len(columns) >= 2:
            lines.append(block)
        elif block.kind:
            yield block


def _rows(lines: list[list[str]]) -> list[ParsedBlock]:
    """Return lines as rows; the first one names the columns if it alone has no number."""
    has_number = [any(char.isdigit() for cell in line for char in cell) for line in lines]
    return table_rows(lines, headers=int(not has_number[0] and all(has_number[1:])))


def _columns(block: ParsedBlock) -> list[str]:
    if block.kind != "prose" or TAB not in block.text or LABEL_START in block.text or FURNITURE in block.text:
        return []
    return [_plain(part) for part in TABS.split(block.text.strip(f" {TAB}"))]


def _plain(text: str, *, lines: bool = False) -> str:
    text = LABEL.sub(lambda label: "" if label[2] in BULLETS else f"{label[2]} ", text)
    text = text.replace(FIELD, "").replace(FURNITURE, "").replace(CAPTION, "")
    return text.replace(TAB, "    ") if lines else collapse_whitespace(TABS.sub(" ", text))
