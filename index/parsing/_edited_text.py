"""A text made from a source by edits, whose every character leads back to its place in the source."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from itertools import accumulate
from typing import NamedTuple

from index.domain.documents import Span

__all__ = ["Edit", "EditedText"]


class Edit(NamedTuple):
    """Characters `start` to `end` of a text, to be replaced."""

    start: int
    end: int
    text: str = ""


class EditedText:
    """A copy of a text in which some pieces are left out or replaced."""

    def __init__(self, pieces: Iterable[Span]) -> None:
        self._pieces = [piece for piece in pieces if piece.reading]
        readings = [piece.reading for piece in self._pieces]
        self._begins = list(accumulate(map(len, readings), initial=0))
        self.text = "".join(readings)

    @classmethod
    def whole(cls, text: str, start: int) -> EditedText:
        """Return the unchanged text of a source from `start` on."""
        return cls([Span(start, len(text), text[start:])])

    def edit(self, edits: Iterable[Edit]) -> EditedText:
        """Return the text with further edits, which count in this one; an edit within another one is left out."""
        pieces: list[Span] = []
        done = 0
        for edit in sorted(edits, key=lambda edit: (edit.start, -edit.end)):
            if edit.start < done:
                continue
            pieces += self.pieces(done, edit.start)
            start, end = self.span(edit.start, edit.end)
            # A piece as long as what it stands for would read the same, character by character.
            pieces.append(Span(start, start if len(edit.text) == end - start else end, edit.text))
            done = edit.end
        return EditedText([*pieces, *self.pieces(done, len(self.text))]) if done or pieces else self

    def pieces(self, begin: int, end: int) -> list[Span]:
        """Return what the characters `begin` to `end` stand for in the source, piece by piece."""
        found: list[Span] = []
        index = bisect_right(self._begins, begin) - 1
        while begin < end and index < len(self._pieces):
            piece, first, last = self._pieces[index], self._begins[index], self._begins[index + 1]
            if last > end:
                last = end
            if len(piece.reading) == piece.end - piece.start:
                shift = piece.start - first
                found.append(Span(begin + shift, last + shift, self.text[begin:last]))
            else:
                found.append(Span(piece.start, piece.end, self.text[begin:last]))
            begin, index = last, index + 1
        return found

    def span(self, begin: int, end: int) -> tuple[int, int]:
        """Return the offsets in the source of the characters `begin` to `end`."""
        start = self.place(begin)
        if end <= begin or begin >= len(self.text):
            return start, start
        index = bisect_right(self._begins, min(end, len(self.text)) - 1) - 1
        piece = self._pieces[index]
        is_exact = len(piece.reading) == piece.end - piece.start
        return start, piece.start + end - self._begins[index] if is_exact else piece.end

    def place(self, offset: int) -> int:
        """Return the offset in the source of a character, or of the end."""
        index = bisect_right(self._begins, offset) - 1
        if index == len(self._pieces):
            return self._pieces[-1].end if self._pieces else 0
        piece = self._pieces[index]
        return piece.start + (offset - self._begins[index] if len(piece.reading) == piece.end - piece.start else 0)
