"""Markdown as blocks of an extracted text, for formats that hold Markdown within."""

from __future__ import annotations

from index.domain.documents import HEADING, Heading
from index.parsing.layout import ParsedBlock
from index.parsing.markdown import read_markdown
from index.text.offsets import ReadableText

__all__ = ["markdown_blocks"]


def markdown_blocks(text: str) -> tuple[str, tuple[ParsedBlock, ...]]:
    """Return the title of a Markdown text, and its readable blocks with the headings that they stand under."""
    title, sections = read_markdown(text, 0)
    blocks: list[ParsedBlock] = []
    above: tuple[Heading, ...] = ()
    for section in sections:
        if section.heading == HEADING:
            continue
        for level, heading in enumerate(section.path, 1):
            if heading not in above[:level]:
                blocks.append(ParsedBlock("heading", heading.reading, level=level))
        above = section.path
        blocks += [
            ParsedBlock(block.kind, ReadableText(block.runs).text.rstrip(), block.lead)
            for block in section.blocks
            if block.kind != "heading"
        ]
    return title, tuple(blocks)
