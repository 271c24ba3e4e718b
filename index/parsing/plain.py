"""Plain text: its paragraphs, with exact offsets."""

from __future__ import annotations

import re

from index.domain.documents import Block, Section, Span
from index.text.offsets import split_runs

__all__ = ["plain_runs", "read_plain"]

PARAGRAPHS = re.compile(r"[^\r\n]+(?:(?:\r\n|\n|\r)[^\S\r\n]*[^\s][^\r\n]*)*")


def read_plain(text: str) -> tuple[Section, ...]:
    """Return one section whose blocks are the paragraphs, separated by blank lines."""
    blocks = []
    for match in PARAGRAPHS.finditer(text):
        runs = plain_runs(match.group(), match.start())
        if any(run.reading.strip("\ufeff ") for run in runs):
            blocks.append(Block(match.start(), match.end(), tuple(runs)))
    return (Section("", 0, len(text), tuple(blocks)),)


def plain_runs(text: str, start: int) -> list[Span]:
    """Return the runs of a text from offset `start`, each white space read as one space."""
    runs: list[Span] = []
    for piece in re.finditer(r"\s+|\S+", text):
        place = start + piece.start()
        if piece.group().isspace():
            runs.append(Span(place, place + len(piece.group()), " "))
        elif piece.group().startswith("\ufeff"):
            runs += split_runs(piece.group()[1:], place + 1)
        else:
            runs += split_runs(piece.group(), place)
    return runs
