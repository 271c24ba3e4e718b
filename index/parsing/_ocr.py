"""Optical character recognition of a page's picture by tesseract, if it is installed.

The picture goes in by standard input and the words come back by standard output, since a sandboxed reader writes no
files; pytesseract would. Tesseract is the one program that the reader of PDF files may start.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["LANGUAGES", "RecognizedWord", "Recognizer", "find_tesseract", "is_recognition"]

LANGUAGES = ("--list-langs",)
"""The arguments that list the languages that are installed."""

MOST_LANGUAGES = 4
"""Languages that a page is tried in; with more, recognition takes too long, and only English is."""

LEAST_CONFIDENCE = 30.0
"""Of 100; words with less are mostly specks."""

WORD_LEVEL = "5"


@dataclass(frozen=True, slots=True)
class RecognizedWord:
    """A word in a picture, with its left and right side, the line that it stands on and its height, in pixels."""

    text: str
    left: float
    right: float
    base: float
    height: float


def find_tesseract() -> str:
    """Return the path of tesseract; empty if it is not installed."""
    return os.path.realpath(found) if (found := shutil.which("tesseract")) else ""


def is_recognition(program: str, started: Any, arguments: Any) -> bool:
    """Return whether a process that is started is tesseract with arguments of ours, and nothing else."""
    words = [os.fsdecode(word) for word in arguments] if isinstance(arguments, list | tuple) else []
    is_ours = tuple(words[1:]) == LANGUAGES or words[1:3] == ["stdin", "stdout"]
    return bool(program) and os.fsdecode(started or "") == program and words[:1] == [program] and is_ours


class Recognizer:
    """Recognizes words in pictures within a time."""

    def __init__(self, program: str, seconds: float) -> None:
        self._program = program
        self._end = time.monotonic() + seconds
        self._languages = ""

    def read(self, picture: bytes, dots_per_inch: int) -> list[RecognizedWord] | None:
        """Return the words in a picture, which is in a format of Netpbm; None if time is up."""
        self._languages = self._languages or self._installed()
        arguments = ["stdin", "stdout", "-l", self._languages, "--dpi", str(dots_per_inch), "tsv"]
        table = self._run(arguments, picture)
        return None if table is None else _words(table)

    def _installed(self) -> str:
        listed = (self._run(LANGUAGES, b"") or "").splitlines()[1:]
        languages = sorted({line.strip() for line in listed} - {"osd", "equ", ""})
        return "+".join(languages) if 0 < len(languages) <= MOST_LANGUAGES else "eng"

    def _run(self, arguments: Sequence[str], data: bytes) -> str | None:
        left = self._end - time.monotonic()
        if left <= 0:
            return None
        try:
            done = subprocess.run(  # noqa: S603  # this program only, with arguments of our own
                [self._program, *arguments],
                input=data,
                capture_output=True,
                timeout=left,
                check=False,
                env={**os.environ, "OMP_THREAD_LIMIT": "1"},
            )
        except (OSError, subprocess.TimeoutExpired):
            return None
        return done.stdout.decode("utf-8", "replace")


def _words(table: str) -> list[RecognizedWord]:
    """Return the words of tesseract's table, those of a line on one base and of the page's usual height."""
    rows = [line.split("\t") for line in table.splitlines()[1:]]
    lines: dict[tuple[str, ...], list[list[str]]] = {}
    for row in rows:
        if len(row) == 12 and row[0] == WORD_LEVEL and row[11].strip() and float(row[10]) >= LEAST_CONFIDENCE:
            lines.setdefault(tuple(row[1:5]), []).append(row)
    if not lines:
        return []
    usual = statistics.median(_height(line) for line in lines.values())
    words: list[RecognizedWord] = []
    for line in lines.values():
        height = _height(line)
        height = usual if height < 1.4 * usual else height
        base = statistics.median(float(row[7]) + float(row[9]) for row in line)
        words.extend(
            RecognizedWord(row[11].strip(), float(row[6]), float(row[6]) + float(row[8]), base, height) for row in line
        )
    return words


def _height(line: Sequence[Sequence[str]]) -> float:
    return max(float(row[9]) for row in line)
