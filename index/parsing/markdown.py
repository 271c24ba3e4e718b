"""Markdown and plain text: sections and blocks with exact offsets, read as a person reads them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from typing import Any

import pyromark

from index.domain.documents import Block, Heading, Section, Span
from index.text.normalize import collapse_whitespace
from index.text.offsets import ReadableText, split_runs
from index.text.tables import join_column_names

__all__ = ["read_markdown", "read_plain"]

OPTIONS = (
    pyromark.Options.ENABLE_TABLES
    | pyromark.Options.ENABLE_STRIKETHROUGH
    | pyromark.Options.ENABLE_FOOTNOTES
    | pyromark.Options.ENABLE_TASKLISTS
    | pyromark.Options.ENABLE_GFM
)
PARAGRAPHS = re.compile(r"[^\r\n]+(?:(?:\r\n|\n|\r)[^\S\r\n]*[^\s][^\r\n]*)*")
BREAK = re.compile(r"<br\b", re.IGNORECASE)
CONTAINERS = {"Item", "Paragraph", "DefinitionListDefinition", "DefinitionListTitle"}


def read_plain(text: str) -> tuple[Section, ...]:
    """Return one section whose blocks are the paragraphs, separated by blank lines."""
    blocks = []
    for match in PARAGRAPHS.finditer(text):
        runs = [
            run
            for piece in re.finditer(r"\s+|\S+", match.group())
            for run in _plain_runs(piece.group(), match.start() + piece.start())
        ]
        if any(run.reading.strip("\ufeff ") for run in runs):
            blocks.append(Block(match.start(), match.end(), tuple(runs)))
    return (Section("", 0, len(text), tuple(blocks)),)


def _plain_runs(piece: str, start: int) -> list[Span]:
    if piece.isspace():
        return [Span(start, start + len(piece), " ")]
    if piece.startswith("\ufeff"):
        return split_runs(piece[1:], start + 1)
    return split_runs(piece, start)


def read_markdown(text: str, start: int) -> tuple[str, tuple[Section, ...]]:
    """Return the title (the first level-1 heading, or "") and the sections of the Markdown from `start` on."""
    walker = _Walker(text, start)
    for event, place in pyromark.events_with_range(text[start:], options=OPTIONS):
        walker.handle_event(event, place["start"], place["end"])
    return walker.finish()


@dataclass
class _OpenSection:
    """A section that is being filled."""

    heading: str
    start: int
    path: tuple[Heading, ...] = ()
    blocks: list[Block] = field(default_factory=list)


class _Walker:
    """Turns parser events into blocks, and keeps the open elements."""

    def __init__(self, text: str, start: int) -> None:
        self.text = text
        self.offsets = _Offsets(text[start:], start)
        self.title = ""
        self.path: list[tuple[int, Heading]] = []
        self.sections = [_OpenSection("", start)]
        self.runs: list[Span] = []
        self.cells: list[str] = []
        self.cell_start = 0
        self.header: list[str] = []
        self.leads: list[str] = []
        self.mode = "prose"
        self.html: list[str] = []
        self.html_start = 0

    def handle_event(self, event: Any, begin: int, end: int) -> None:
        """Handle one event with its byte range in the body."""
        if isinstance(event, str):
            name, value = event, ""
        else:
            name, value = next(iter(event.items()))
        if name == "Start":
            self._open(_tag(value), value, begin)
        elif name == "End":
            self._close(_tag(value), value, begin, end)
        elif name in ("Text", "Code", "InlineMath", "DisplayMath"):
            self._text(name, value, begin, end)
        elif name in ("SoftBreak", "HardBreak") or (name == "InlineHtml" and BREAK.match(value)):
            self._add(begin, end, " ")
        elif name == "Rule":
            self._flush("prose")
        elif name == "Html":
            if not self.html:
                self.html_start = begin
            self.html.append(value)

    def finish(self) -> tuple[str, tuple[Section, ...]]:
        ends = [*(section.start for section in self.sections[1:]), len(self.text)]
        sections = (
            Section(section.heading, section.start, end, tuple(section.blocks), section.path)
            for section, end in zip(self.sections, ends, strict=True)
        )
        return self.title, tuple(section for section in sections if section.blocks)

    def _open(self, tag: str, value: Any, begin: int) -> None:
        if tag in ("Paragraph", "Heading", "Item", "TableHead", "TableRow", "FootnoteDefinition", "HtmlBlock"):
            self._flush("prose")
        if tag == "CodeBlock":
            self._flush("prose")
            self.mode = "code"
        elif tag == "List":
            before = self.sections[-1].blocks
            self._flush("prose")
            self.leads.append(ReadableText(before[-1].runs).text if before and before[-1].kind == "prose" else "")
        elif tag == "TableHead" or tag == "TableRow":
            self.mode, self.cells = "cell", []
        elif tag == "TableCell":
            if self.cells:
                last = self.runs[-1].end if self.runs else self.offsets(begin)
                self.runs.append(Span(last, last, " | "))
            self.cell_start = len(self.runs)

    def _close(self, tag: str, value: Any, begin: int, end: int) -> None:
        if tag == "Heading":
            self._heading(int(str(value["Heading"])[1:]), begin)
        elif tag == "TableCell":
            self.cells.append(collapse_whitespace("".join(run.reading for run in self.runs[self.cell_start :])))
        elif tag == "TableHead":
            self.header, self.runs, self.mode = self.cells, [], "prose"
        elif tag == "TableRow":
            self.runs = self.runs if any(self.cells) else []
            self._flush("row", lead=join_column_names(self.header))
            self.mode = "prose"
        elif tag == "CodeBlock":
            self._flush("code")
            self.mode = "prose"
        elif tag == "HtmlBlock":
            self._html_block(end)
        elif tag in CONTAINERS or tag == "FootnoteDefinition":
            self._flush("prose")
        elif tag == "List":
            self._flush("prose")
            self.leads.pop()

    def _text(self, name: str, value: str, begin: int, end: int) -> None:
        start, stop = self.offsets(begin), self.offsets(end)
        raw = self.text[start:stop]
        if name != "Text" and value in raw:
            start += raw.index(value)
            raw = value
        if self.mode == "code":
            self.runs.append(Span(start, start + len(raw), value))
        else:
            self.runs += split_runs(raw, start, value)

    def _add(self, begin: int, end: int, reading: str) -> None:
        self.runs.append(Span(self.offsets(begin), self.offsets(end), reading))

    def _heading(self, level: int, begin: int) -> None:
        runs, self.runs = _trimmed(self.runs), []
        readable = ReadableText(runs)
        reading, places = readable.collapse(0, len(readable.text))
        if level == 1 and not self.title:
            self.title = reading
        self.path = [(above, heading) for above, heading in self.path if above < level]
        if runs:
            self.path.append((level, Heading(reading, places)))
        path = tuple(heading for _, heading in self.path)
        self.sections.append(_OpenSection(" > ".join(above.reading for above in path), self.offsets(begin), path))

    def _html_block(self, end: int) -> None:
        start = self.offsets(self.html_start)
        reader = _HtmlText(self.text[start : self.offsets(end)], start)
        self.html = []
        self.runs = reader.runs
        self._flush("prose")

    def _flush(self, kind: str, lead: str = "") -> None:
        """Close the block of the runs so far, if they hold anything to read."""
        runs, self.runs = _trimmed(self.runs), []
        if runs:
            lead = lead or (self.leads[-1] if self.leads else "")
            self.sections[-1].blocks.append(Block(runs[0].start, runs[-1].end, tuple(runs), kind, lead))


class _HtmlText(HTMLParser):
    """The text between the tags of an HTML block, with offsets; scripts, styles and comments are left out."""

    def __init__(self, html: str, start: int) -> None:
        super().__init__(convert_charrefs=False)
        self.runs: list[Span] = []
        self._html = html
        self._start = start
        self._lines = [start, *(start + match.end() for match in re.finditer("\n", html))]
        self._silent = 0
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in ("script", "style")
        self._space()

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in ("script", "style") and self._silent > 0
        self._space()

    def handle_entityref(self, name: str) -> None:
        self._reference(f"&{name}")

    def handle_charref(self, name: str) -> None:
        self._reference(f"&#{name}")

    def parse_marked_section(self, i: int, report: Any = 1) -> int:
        """Skip `<![anything` like a comment; older versions of the parser raise there."""
        return self.parse_bogus_comment(i)

    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        start = self._place()
        for piece in re.finditer(r"\s+|\S+", data):
            self.runs += _plain_runs(piece.group(), start + piece.start())

    def _reference(self, raw: str) -> None:
        start = self._place()
        raw += ";" * (self._html[start + len(raw) - self._start :][:1] == ";")
        if not self._silent:
            self.runs.append(Span(start, start + len(raw), unescape(raw)))

    def _place(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column

    def _space(self) -> None:
        if self.runs:
            end = self.runs[-1].end
            self.runs.append(Span(end, end, " "))


class _Offsets:
    """Converts the parser's byte offsets to character offsets of the text."""

    def __init__(self, body: str, start: int) -> None:
        self._start = start
        self._chars: list[int] | None = None
        if not body.isascii():
            self._chars = [offset for offset, char in enumerate(body) for _ in char.encode()]
            self._chars.append(len(body))

    def __call__(self, byte: int) -> int:
        return self._start + (byte if self._chars is None else self._chars[byte])


def _tag(value: Any) -> str:
    return value if isinstance(value, str) else str(next(iter(value)))


def _trimmed(runs: list[Span]) -> list[Span]:
    first, last = 0, len(runs)
    while first < last and not runs[first].reading.strip():
        first += 1
    while last > first and not runs[last - 1].reading.strip():
        last -= 1
    return runs[first:last]
