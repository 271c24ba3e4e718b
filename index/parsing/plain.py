"""Plain text: its paragraphs, items and underlined headings, with exact offsets."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from index.domain.documents import SEPARATOR, Block, Heading, Opening, Section, Span
from index.parsing._lone_headings import without_empty_sections
from index.text.notation import DONE, OPEN
from index.text.offsets import ReadableText, split_runs

__all__ = ["plain_runs", "read_plain"]

PARAGRAPHS = re.compile(r"[^\r\n]+(?:(?:\r\n|\n|\r)[^\S\r\n]*[^\s][^\r\n]*)*")

PIECES = re.compile(r"(?!\ufeff)\S+(?: (?!\ufeff)\S+)*|\s+|\ufeff\S*")
"""Words with single spaces between them, which read as they stand; other white space; words after a byte order mark."""

LINE = re.compile(r"[^\r\n]+")
UNDERLINE = re.compile(r"[ \t]*(?:={3,}|-{3,}|~{3,}|\*{3,}|#{3,}|_{3,})[ \t]*")
ITEM = re.compile(r"[ \t]*(?:[-*+•][ \t]+(?:\[([ xX])\][ \t]+)?|(\d{1,2}[.)])[ \t]+|\[([ xX])\][ \t]+)(?=\S)")
LABELLED = re.compile(r"[ \t]*[^\W\d_][^:\r\n]{1,30}:[ \t]+\S")
FORM = re.compile(rf"^(?:{UNDERLINE.pattern}$|{ITEM.pattern}|{LABELLED.pattern})", re.MULTILINE)
"""What no paragraph is without that is more than its words."""

COLUMNS = re.compile(r"\S(?:[ ]{2,}|[ ]*\t)[ \t]*\S")
LONGEST_HEADING = 120
"""Characters of an underlined line that is a heading; one with columns is that of a table."""


@dataclass
class _Part:
    """A section that is being filled."""

    start: int
    path: tuple[tuple[int, Heading], ...] = ()
    blocks: list[Block] = field(default_factory=list)


def read_plain(text: str) -> tuple[Section, ...]:
    """Return the sections of a text, whose blocks are paragraphs, separated by blank lines, and items.

    A line that is underlined is the heading of a section; a text without one is one section.
    """
    parts = [_Part(0)]
    for match in PARAGRAPHS.finditer(text):
        if FORM.search(match[0]):
            _read_lines(match, parts)
        else:
            _add(parts[-1], plain_runs(match[0], match.start()))
    ends = [*(part.start for part in parts[1:]), len(text)]
    sections = [
        Section(
            SEPARATOR.join(heading.reading for _, heading in part.path),
            part.start,
            end,
            tuple(part.blocks),
            tuple(heading for _, heading in part.path),
        )
        for part, end in zip(parts, ends, strict=True)
    ]
    return without_empty_sections(sections, are_marked=False) or (Section("", 0, len(text)),)


def _read_lines(paragraph: re.Match[str], parts: list[_Part]) -> None:
    """Add a paragraph with items, underlined lines or labels."""
    lines = list(LINE.finditer(paragraph.string, paragraph.start(), paragraph.end()))
    labelled = len(lines) > 1 and all(LABELLED.match(line[0]) for line in lines)
    items = {number for number, line in enumerate(lines) if ITEM.match(line[0])}
    has_items = len(items) > 1 or 0 in items or any(lines[number][0][0].isspace() for number in items)
    open_lines: list[re.Match[str]] = []
    lead = ""
    for number, line in enumerate(lines):
        is_item = has_items and number in items
        if UNDERLINE.fullmatch(line[0]):
            is_fenced = number > 1 and line[0].strip()[0] == "-" and UNDERLINE.fullmatch(lines[number - 2][0])
            if len(open_lines) == 1 and not is_fenced and _may_be_heading(open_lines[0][0]):
                _open_section(parts, open_lines.pop(), 1 if line[0].strip()[0] in "=*#" else 2)
            lead = _close(parts[-1], open_lines, lead, has_items=has_items)
            continue
        if is_item or labelled:
            lead = _close(parts[-1], open_lines, lead, has_items=has_items)
        open_lines.append(line)
    _close(parts[-1], open_lines, lead, has_items=has_items)


def _may_be_heading(line: str) -> bool:
    return len(line.strip()) <= LONGEST_HEADING and not ITEM.match(line) and not COLUMNS.search(line)


def _close(part: _Part, lines: list[re.Match[str]], lead: str, *, has_items: bool) -> str:
    """Add the lines of a paragraph or item, and return the words before the items that follow."""
    if not lines:
        return lead
    start, end = lines[0].start(), lines[-1].end()
    text = lines[0].string
    lines.clear()
    item = ITEM.match(text, start) if has_items else None
    if item is None:
        _add(part, plain_runs(text[start:end], start))
        return ReadableText(part.blocks[-1].runs).text.strip() if part.blocks else ""
    runs = plain_runs(text[item.end() : end], item.end())
    if state := item[1] or item[3]:
        runs.insert(0, Span(item.end(), item.end(), OPEN if state == " " else DONE))
    elif item[2]:
        runs[:0] = [Span(item.start(2), item.end(2), item[2]), Span(item.end(2), item.end(2), " ")]
    _add(part, runs, lead, Opening.MARKED_ITEM if state or item[2] else Opening.ITEM)
    return lead


def _open_section(parts: list[_Part], line: re.Match[str], level: int) -> None:
    readable = ReadableText(plain_runs(line[0], line.start()))
    heading = Heading(*readable.collapse(0, len(readable.text)))
    if heading.runs:
        above = tuple((other, heading_) for other, heading_ in parts[-1].path if other < level)
        parts.append(_Part(line.start(), (*above, (level, heading))))


def _add(part: _Part, runs: list[Span], lead: str = "", opening: Opening = Opening.PARAGRAPH) -> None:
    while runs and not runs[0].reading.strip():
        del runs[0]
    while runs and not runs[-1].reading.strip():
        runs.pop()
    if any(run.reading.strip("\ufeff ") for run in runs):
        part.blocks.append(Block(runs[0].start, runs[-1].end, tuple(runs), lead=lead, opening=opening))


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
