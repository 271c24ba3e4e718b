"""Plain text: its paragraphs, with exact offsets."""

from __future__ import annotations

import re

from index.domain.documents import Block, Section, Span
from index.text.offsets import split_runs

__all__ = ["plain_runs", "read_plain"]

PARAGRAPHS = re.compile(r"[^\r\n]+(?:(?:\r\n|\n|\r)[^\S\r\n]*[^\s][^\r\n]*)*")

PIECES = re.compile(r"(?!\ufeff)\S+(?: (?!\ufeff)\S+)*|\s+|\ufeff\S*")
"""Words with single spaces between them, which read as they stand; other white space; words after a byte order mark."""


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
    for piece in PIECES.finditer(text):
        words, place = piece[0], start + piece.start()
        if words.isspace():
            runs.append(Span(place, start + piece.end(), " "))
        elif words.startswith("\ufeff"):
            runs += split_runs(words[1:], place + 1)
        elif words.isascii():
            runs.append(Span(place, start + piece.end(), words))
        else:  # whether a word is mojibake shows best by itself
            for word in re.finditer(r"\S+| ", words):
                runs += split_runs(word[0], place + word.start())
    return runs
