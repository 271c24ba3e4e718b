"""Containers in Markdown that no parser knows: admonitions, tabs, callouts, components of JSX.

Their marks are left out, their titles are lines of their own, and text that is indented in them is no code.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from index.parsing import _container_marks as marks
from index.parsing._edited_text import Edit, EditedText
from index.parsing._jsx import JsxTag, find_text_attributes, match_tag

__all__ = ["open_containers"]

LONGEST_LINE = 2_000
"""Characters of a line that may have such a mark."""

LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r|$)")
MOST_EXPORT_LINES = 200


@dataclass
class _Container:
    """An open container, and how many columns the text in it is moved to the left."""

    name: str
    indent: int
    shift: int
    body: int | None = None
    label: int | None = None


@dataclass
class _Line:
    start: int
    text: str
    indent: int

    @property
    def stop(self) -> int:
        return self.start + len(self.text)


@dataclass
class _Scanner:
    """Walks the lines of a text and collects the edits."""

    text: str
    edits: list[Edit] = field(default_factory=list)
    labels: dict[int, int] = field(default_factory=dict)
    stack: list[_Container] = field(default_factory=list)
    fence: str = ""
    directives: list[str] = field(default_factory=list)
    skip_to: int = 0
    was_blank: bool = True
    export_lines: int = 0

    def scan(self) -> None:
        place = 0
        while match := self._next_line(place):
            place = match.end()
            raw = match.group().rstrip("\r\n")
            if match.start() >= self.skip_to:
                self.was_blank = self._line(_Line(match.start(), raw, _width(raw)))

    def _next_line(self, place: int) -> re.Match[str] | None:
        """Return the line that begins at a place; outside of containers the next one with a mark."""
        if place and not self.stack and not self.export_lines:
            mark = marks.MARKED_LINE.search(self.text, place - 1)
            if mark is None:
                return None
            if mark.end() > place:
                before = self.text[place : mark.end()].removesuffix("\n").removesuffix("\r")
                self.was_blank = not before[max(before.rfind("\n"), before.rfind("\r")) + 1 :].strip()
            place = mark.end()
        return LINE.match(self.text, place) if place < len(self.text) else None

    def _line(self, line: _Line) -> bool:
        """Handle a line; return whether a module line may follow it."""
        if self.fence:
            self._indentation(line)
            self._end_fence(line)
            return False
        if not line.text.strip():
            self.export_lines = 0
            return True
        if len(line.text) > LONGEST_LINE:
            self._indentation(line)
            return False
        if self._module_line(line):
            return True
        while self.stack and not self.stack[-1].name and line.indent < (self.stack[-1].body or 0):
            self._pop(len(self.stack) - 1, line.start)
        if self.stack and self.stack[-1].body is None and not line.text.lstrip().startswith(("</", "<!--")):
            top = self.stack[-1]
            top.body = line.indent
            top.shift += max(0, line.indent - top.indent)
        self._indentation(line)
        for handle in (self._fence, self._colons, self._admonition, self._callout, self._tag):
            if handle(line):
                break
        return False

    def _indentation(self, line: _Line) -> None:
        """Move a line to the left."""
        shift = self.stack[-1].shift if self.stack else 0
        end, width = line.start, 0
        while width < shift and end < line.stop and self.text[end] in " \t":
            width += 4 - width % 4 if self.text[end] == "\t" else 1
            end += 1
        if end > line.start:
            self.edits.append(Edit(line.start, end, " " * (width - shift)))

    def _fence(self, line: _Line) -> bool:
        if marks.HIGHLIGHT.match(line.text):
            self.edits.append(Edit(_content(line), line.stop, marks.LONG_FENCE))
            self.fence = marks.LONG_FENCE
            return True
        match = marks.FENCE.match(line.text)
        if not match:
            return False
        fence, info = match[1], match[2]
        if directive := marks.DIRECTIVE.match(info.strip()):
            self.directives.append(fence)
            title = line.start + match.start(2) + info.find(directive[1]) if directive[1] else line.stop
            self._keep(line.start + match.start(1), title, title + len(directive[1]), line.stop)
        elif self.directives and not info.strip() and fence.startswith(self.directives[-1]):
            self.directives.pop()
            self.edits.append(Edit(line.start + match.start(1), line.stop))
        else:
            self.fence = fence
        return True

    def _end_fence(self, line: _Line) -> None:
        if self.fence == marks.LONG_FENCE and marks.END_HIGHLIGHT.match(line.text):
            self.edits.append(Edit(_content(line), line.stop, marks.LONG_FENCE))
            self.fence = ""
            return
        words = line.text.strip(" \t>")
        if words.startswith(self.fence) and not words.strip(self.fence[0]):
            self.fence = ""

    def _colons(self, line: _Line) -> bool:
        if not (match := marks.COLONS.match(line.text)):
            return False
        attributes = match.span(1)
        titles = find_text_attributes(line.text, *attributes) if match[1] else []
        place = titles[0][1:] if titles else match.span(3) if match[3] else match.span(4)
        if "=" in line.text[slice(*place)] and not titles:
            place = (len(line.text), len(line.text))
        self._keep(_content(line), line.start + place[0], line.start + place[1], line.stop)
        return True

    def _admonition(self, line: _Line) -> bool:
        is_tab = marks.TAB.match(line.text)
        match = is_tab or marks.ADMONITION.match(line.text)
        if not match:
            return False
        place = match.span(1 if is_tab else 2) if match[1 if is_tab else 2] else (len(line.text), len(line.text))
        start = _content(line)
        shift = self.stack[-1].shift if self.stack else 0
        container = _Container("", line.indent, shift + 4, line.indent + 4)
        if is_tab and place[0] < place[1]:
            container.label = start
        self.stack.append(container)
        self._keep(start, line.start + place[0], line.start + place[1], line.stop, is_heading=bool(is_tab))
        return True

    def _callout(self, line: _Line) -> bool:
        if not (match := marks.CALLOUT.match(line.text)):
            return False
        self.edits.append(Edit(line.start + match.end(1), line.start + match.start(2)))
        if match[2]:
            self.edits.append(Edit(line.stop, line.stop, f"\n{match[1]}"))
        return True

    def _module_line(self, line: _Line) -> bool:
        """Leave out what a page imports and exports."""
        if self.export_lines:
            self.export_lines -= 1
        elif line.indent or not (self.was_blank or marks.IMPORT.match(line.text)):
            return False
        elif marks.EXPORT.match(line.text):
            self.export_lines = MOST_EXPORT_LINES
        elif not marks.IMPORT.match(line.text):
            return False
        self.edits.append(Edit(line.start, line.stop))
        return True

    def _tag(self, line: _Line) -> bool:
        start = _content(line)
        tag = match_tag(self.text, start) if self.text[start] == "<" else None
        if tag is None or not tag.is_component:
            return False
        after = LINE.match(self.text, tag.end)
        if after and after.group().strip():
            return False
        self.skip_to = tag.end + 1
        if tag.is_end:
            self.edits.append(Edit(tag.start, tag.end))
            depths = [depth for depth, container in enumerate(self.stack) if container.name == f"<{tag.name}"]
            if depths:
                self._pop(depths[-1], tag.end)
        else:
            self._open_tag(tag, line)
        return True

    def _open_tag(self, tag: JsxTag, line: _Line) -> None:
        values = find_text_attributes(self.text, *tag.attributes)
        names = {name for name, _, _ in values}
        label = "" if tag.is_empty else next((name for name in marks.LABELS if name in names), "")
        done, before = tag.start, ""
        container = _Container(f"<{tag.name}", line.indent, self.stack[-1].shift if self.stack else 0)
        for name, start, end in values:
            if name == label:
                container.label = done
            self.edits.append(Edit(done, start, f"{before}# " if name == label else before))
            done, before = end, "\n\n"
        self.edits.append(Edit(done, tag.end))
        if not tag.is_empty:
            self.stack.append(container)

    def _pop(self, depth: int, end: int) -> None:
        for container in self.stack[depth:]:
            if container.label is not None:
                self.labels[container.label] = end
        del self.stack[depth:]

    def _keep(self, start: int, first: int, last: int, stop: int, *, is_heading: bool = False) -> None:
        """Leave of a line only its title, as a paragraph or heading of its own."""
        if first >= last:
            self.edits.append(Edit(start, stop))
            return
        indentation = self.text[self.text.rfind("\n", 0, start) + 1 : start]
        self.edits.append(Edit(start, first, "# " if is_heading else "\n" + indentation * indentation.isspace()))
        self.edits.append(Edit(last, stop, "\n"))


def open_containers(source: EditedText) -> tuple[EditedText, dict[int, int]]:
    """Return a text without the marks of containers, and the titles in it that head a part.

    Those are headings in it; by the place in the source where one starts stands where its part ends.
    """
    if not marks.CONTAINER.search("\n" + source.text):
        return source, {}
    scanner = _Scanner(source.text)
    scanner.scan()
    scanner._pop(0, len(source.text))
    labels = {source.place(start): source.place(end) for start, end in scanner.labels.items()}
    return source.edit(scanner.edits), labels


def _content(line: _Line) -> int:
    return line.stop - len(line.text.lstrip(" \t"))


def _width(line: str) -> int:
    indentation = line[: len(line) - len(line.lstrip(" \t"))]
    return len(indentation.expandtabs(4))
