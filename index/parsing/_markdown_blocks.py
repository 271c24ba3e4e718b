"""Blocks and sections of a Markdown document while they are being filled."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from index.domain.documents import SEPARATOR, Block, Heading, Opening, Section, Span
from index.parsing._lone_headings import without_empty_sections
from index.text.normalize import collapse_whitespace
from index.text.notation import STRUCK_AFTER, STRUCK_BEFORE, script_reading
from index.text.offsets import ReadableText

__all__ = ["BlockBuilder", "replaced", "trimmed"]

NOTE_MARK = re.compile(r"\[[^\]]{1,8}\]|[^\w+−-]{1,4}|\d{1,3}(?:\s*,\s*\d{1,3})+")
"""A superscript that points to notes: "[3]", "*", "1, 2"."""

SENTENCE_ENDS = (".", "?", "!", ":", "…", "？", "！", "。")
"""What a term ends with that is a question or a sentence."""

VERSION_LEVEL, LABEL_LEVEL = 7, 8
"""Levels of headings that are lines in bold, below all others: of a version or a year, and of parts of it."""

VERSION = re.compile(r"\d\.\d|\b(?:19|20)\d\d\b")

MOST_LABELS = 3
"""Paragraphs in bold, one after the other, that are looked at once a list follows."""


def replaced(start: int, end: int, reading: str) -> Span:
    """Return a run that reads otherwise than its source; if both are as long, it stands for no character."""
    return Span(start, start if len(reading) == end - start else end, reading)


def trimmed(runs: list[Span]) -> list[Span]:
    """Return runs without those at both ends that hold only white space."""
    first, last = 0, len(runs)
    while first < last and not runs[first].reading.strip():
        first += 1
    while last > first and not runs[last - 1].reading.strip():
        last -= 1
    return runs[first:last]


@dataclass
class _OpenSection:
    """A section that is being filled."""

    heading: str
    start: int
    path: tuple[Heading, ...] = ()
    blocks: list[Block] = field(default_factory=list)


@dataclass
class _OpenScript:
    """A super- or subscript that is being filled: its first run, where it starts, and whether it holds a link."""

    kind: str
    first: int
    start: int
    links: bool = False


@dataclass
class _OpenStrike:
    """Struck-out words that are being filled; they go on over several blocks if a block of HTML opened them."""

    first: int
    depth: int
    persists: bool


@dataclass
class _OpenList:
    """A list: the words before it, and the number of its next item, if they are numbered."""

    lead: str
    number: int | None


class BlockBuilder:
    """Collects the runs of a block, the blocks of a section, and the sections of a document.

    `runs` are those of the block that is being filled; `in_cell` says that they belong to a cell of an HTML table, in
    which no block ends.
    """

    def __init__(self, start: int) -> None:
        self.title = ""
        self.runs: list[Span] = []
        self.kind = "prose"
        self.in_cell = False
        self._sections = [_OpenSection("", start)]
        self._path: list[tuple[int, Heading]] = []
        self._base: tuple[Heading, ...] = ()
        self._outer: list[tuple[tuple[Heading, ...], list[tuple[int, Heading]]]] = []
        self._lists: list[_OpenList] = []
        self._prefix: list[Span] = []
        self._opening = Opening.PARAGRAPH
        self._labels: list[tuple[Block, list[int]]] = []
        self._script: _OpenScript | None = None
        self._strike: _OpenStrike | None = None

    def finish(self, end: int) -> tuple[str, tuple[Section, ...]]:
        """Return the title and the sections of a document that ends there."""
        self.flush()
        ends = [*(section.start for section in self._sections[1:]), end]
        sections = [
            Section(section.heading, section.start, end, tuple(section.blocks), section.path)
            for section, end in zip(self._sections, ends, strict=True)
        ]
        return self.title, without_empty_sections(sections)

    def space(self) -> None:
        """Part the words before from those that follow."""
        if self.runs and not self.runs[-1].reading.endswith(" "):
            end = self.runs[-1].end
            self.runs.append(Span(end, end, " "))

    def flush(self, kind: str = "", lead: str = "") -> None:
        """End the block of the runs so far, if they hold anything to read."""
        if self.in_cell:
            self.space()
            return
        runs = trimmed(self.take_runs())
        if runs:
            kind = kind or self.kind
            if kind == "prose":
                runs, self._prefix = [*self._prefix, *runs], []
            self.add_block(runs, kind, lead or (self._lists[-1].lead if self._lists else ""))

    def take_runs(self) -> list[Span]:
        """Return the runs so far, with what is open in them closed, and begin anew."""
        self._end_script()
        strike = self._strike
        if strike:
            self._end_strike(self.runs[-1].end if self.runs else 0)
        runs, self.runs = self.runs, []
        if strike and strike.persists:
            end = runs[-1].end if runs else 0
            self._strike = _OpenStrike(0, strike.depth, persists=True)
            self.runs = [Span(end, end, STRUCK_BEFORE)]
        return runs

    def add_block(self, runs: list[Span], kind: str, lead: str) -> None:
        opening, self._opening = self._opening, Opening.PARAGRAPH
        self._sections[-1].blocks.append(Block(runs[0].start, runs[-1].end, tuple(runs), kind, lead, opening))

    def end_heading(self, level: int, start: int) -> None:
        """Make the runs so far the heading of a new section, which starts there."""
        if self.in_cell:
            self.space()
            return
        runs, self._prefix = trimmed(self.take_runs()), []
        heading = _heading(runs)
        if level == 1 and not self.title and not self._outer:
            self.title = heading.reading
        self._path = [(above, outer) for above, outer in self._path if above < level]
        if runs:
            self._path.append((level, heading))
        self._open_section(start)

    def end_label(self, start: int) -> int:
        """Make the runs so far the heading of all that follows, whatever headings that has, until `close_part`.

        Returns what `close_part` is to be called with.
        """
        runs = trimmed(self.take_runs())
        self._outer.append((self._base, self._path))
        self._base, self._path = (*self._base, *(heading for _, heading in self._path)), []
        if runs:
            self._base = (*self._base, _heading(runs))
            self._open_section(start)
        return len(self._outer) - 1

    def close_part(self, depth: int, end: int) -> None:
        """End what a label is the heading of, and the parts within it."""
        self.flush()
        if len(self._outer) > depth:
            self._base, self._path = self._outer[depth]
            del self._outer[depth:]
            self._open_section(end)

    def open_list(self, number: int | None) -> None:
        """Begin a list, whose items are numbered from `number` on if that is given."""
        self.flush()
        self._end_bold_heading()
        before = self._sections[-1].blocks
        lead = ""
        if before and before[-1].opening.is_item and not self._lists:
            lead = before[-1].lead  # of the list before this one
        elif before and before[-1].kind == "prose":
            lead = ReadableText(before[-1].runs).text
        self._lists.append(_OpenList(lead, number))

    def end_bold_lines(self, starts: list[int]) -> None:
        """End a paragraph of lines in bold, which start there: a list that follows has them as headings."""
        blocks = self._sections[-1].blocks
        before = blocks[-1] if blocks else None
        self.flush()
        if blocks and blocks[-1] is not before and not self._lists:
            follows = self._labels and self._labels[-1][0] is before
            self._labels = [*(self._labels if follows else []), (blocks[-1], starts)][-MOST_LABELS:]

    def _end_bold_heading(self) -> None:
        """Make the last line in bold a heading, and one before it that is a version; what else is in bold stays."""
        blocks, paragraphs = self._sections[-1].blocks, self._labels
        self._labels = []
        if not paragraphs or not blocks or blocks[-1] is not paragraphs[-1][0]:
            return
        del blocks[-len(paragraphs) :]
        *others, last = [label for block, starts in paragraphs for label in _labels(block.runs, starts)]
        is_part = not VERSION.search(_heading(last).reading)
        self._path = [(level, above) for level, above in self._path if level < VERSION_LEVEL + is_part]
        headings = [last]
        if is_part and others and VERSION.search(_heading(others[-1]).reading):
            headings.insert(0, others.pop())
            self._path = [(level, above) for level, above in self._path if level < VERSION_LEVEL]
        for runs in others:
            self.add_block(runs, "prose", "")
        levels = (VERSION_LEVEL, LABEL_LEVEL)[-len(headings) :] if is_part else (VERSION_LEVEL,)
        self._path += zip(levels, map(_heading, headings), strict=True)
        self._open_section(headings[0][0].start)

    def open_item(self, start: int, mark: str = "", end: int | None = None) -> None:
        """Begin an item with its number, which `mark` says in the source if it is written there."""
        self.flush()
        self._prefix, self._opening = [], Opening.ITEM
        if not self._lists or self._lists[-1].number is None:
            return
        self._opening = Opening.MARKED_ITEM
        number = f"{self._lists[-1].number}{mark[-1:] or '.'}"
        self._lists[-1].number = (self._lists[-1].number or 0) + 1
        stop = start + len(mark) if end is None else end
        if mark == number:
            self._prefix = [Span(start, stop, number), Span(stop, stop, " ")]
        else:
            self._prefix = [replaced(start, stop, f"{number} ")]

    def mark_item(self) -> None:
        """Let the item that is open have its state in its text."""
        self._opening = Opening.MARKED_ITEM

    def close_list(self) -> None:
        self.flush()
        self._opening = Opening.PARAGRAPH
        if self._lists:
            self._lists.pop()

    def open_definition(self, term: list[Span], *, first: bool) -> None:
        """Begin the definition of a term: the first one is read after it, others have it as lead."""
        self.flush()
        reading = "".join(run.reading for run in term)
        if first and term:
            between = " " if term[-1].reading.endswith(SENTENCE_ENDS) else ": "
            self._prefix = [*term, Span(term[-1].end, term[-1].end, between)]
        self._lists.append(_OpenList("" if first else reading, None))

    def close_definition(self) -> None:
        """End a definition; a term that has none is read alone."""
        self.flush()
        self._lists.pop()
        if self._prefix:
            self.add_block(self._prefix[:-1], "prose", "")
            self._prefix = []

    def open_strike(self, start: int, end: int, *, persists: bool = False) -> None:
        """Begin struck-out words, after the mark at these offsets."""
        if self._strike:
            self._strike.depth += 1
            return
        self._strike = _OpenStrike(len(self.runs), 1, persists)
        self.runs.append(replaced(start, end, STRUCK_BEFORE))

    def close_strike(self, start: int, end: int) -> None:
        """End struck-out words, before the mark at these offsets."""
        if self._strike and self._strike.depth > 1:
            self._strike.depth -= 1
        elif self._strike:
            self._end_strike(start, end)

    def _end_strike(self, start: int, end: int | None = None) -> None:
        strike, self._strike = self._strike, None
        if strike is None:
            return
        if any(run.reading.strip() for run in self.runs[strike.first + 1 :]):
            self.runs.append(replaced(start, start if end is None else end, STRUCK_AFTER))
        else:
            del self.runs[strike.first :]

    def open_script(self, kind: str, start: int) -> None:
        """Begin a superscript ("sup") or subscript ("sub")."""
        self._end_script()
        self._script = _OpenScript(kind, len(self.runs), start)

    def note_link(self) -> None:
        """Record a link; a superscript with one points to a note."""
        if self._script:
            self._script.links = True

    def close_script(self, end: int) -> None:
        """End a super- or subscript: it is read as such, and left out if it points to a note."""
        script, self._script = self._script, None
        if script is None or script.first > len(self.runs):
            return
        text = collapse_whitespace("".join(run.reading for run in self.runs[script.first :]))
        del self.runs[script.first :]
        if not text or (script.kind == "sup" and (script.links or NOTE_MARK.fullmatch(text))):
            return
        before = self.runs[-1].reading[-1:] if self.runs else ""
        self.runs.append(replaced(script.start, end, script_reading(script.kind, text, before)))

    def _end_script(self) -> None:
        if self._script:
            self.close_script(self.runs[-1].end if len(self.runs) > self._script.first else self._script.start)

    def _open_section(self, start: int) -> None:
        if before := self._sections[-1].blocks:
            start = max(start, before[-1].end)  # a block of HTML may end within the heading
        path = (*self._base, *(heading for _, heading in self._path))
        self._sections.append(_OpenSection(SEPARATOR.join(above.reading for above in path), start, path))


def _heading(runs: list[Span]) -> Heading:
    readable = ReadableText(runs)
    return Heading(*readable.collapse(0, len(readable.text)))


def _labels(runs: Sequence[Span], starts: list[int]) -> Iterator[list[Span]]:
    """Yield the runs of each line in bold, without what ends it: a colon, or the backslash of a break."""
    for _, line in groupby(runs, lambda run: bisect_right(starts, run.start)):
        label = trimmed(list(line))
        kept = label
        while kept and len(kept[-1].reading) == kept[-1].end - kept[-1].start:
            last = kept[-1]
            if words := last.reading.rstrip(": \\"):
                kept = [*kept[:-1], Span(last.start, last.start + len(words), words)]
                break
            kept = trimmed(kept[:-1])
        if label:
            yield kept or label
