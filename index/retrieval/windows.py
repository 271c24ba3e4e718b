"""Windows: what the reader reads at once, cut from the passages of an index."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby, pairwise

from index.domain.documents import HEADING as FRONT_MATTER
from index.domain.documents import SEPARATOR, Document, Heading, Opening, Passage, TextRun
from index.domain.reading import Window
from index.text.notation import DONE, OPEN
from index.text.offsets import slice_runs
from index.text.passages import field_label, passage_lead
from index.text.tables import UNNAMED_COLUMN, cell_spans, split_cells

__all__ = ["cut_windows", "make_window", "window_rows", "window_spans"]

MOST_WORDS = 120
"""Words of a window's passages; a longer passage is a window by itself."""

LEAST_WORDS = 60
"""A window with fewer words goes on with the next section of its document."""

TITLE_WORDS = 16
"""Words of a document's title above a window."""


def cut_windows(documents: Mapping[str, Document], passages: Sequence[Passage]) -> list[Window]:
    """Return windows that hold every passage, in the order of the passages; those of a document stand together."""
    return [
        make_window(documents[document_id], rows, passages)
        for document_id, group in groupby(range(len(passages)), key=lambda row: passages[row].document_id)
        for rows in window_rows(list(group), passages)
    ]


def window_rows(
    rows: Sequence[int], passages: Sequence[Passage], *, most: int = MOST_WORDS, least: int = LEAST_WORDS
) -> Iterator[range]:
    """Yield the rows of each window of a document, whose passages are in `rows`.

    A window that would have more than `most` words ends; if it ends within a paragraph, the next begins with its last
    sentence.
    """
    lengths = {row: _length(row, passages) for row in rows}
    begin = rows[0]
    words = lengths[begin]
    for previous, row in pairwise(rows):
        same = passages[row].section == passages[previous].section
        is_full = words + lengths[row] > most or (not same and words >= least)
        kinds = {passages[previous].kind, passages[row].kind}
        leaves_front_matter = not same and passages[previous].section == FRONT_MATTER
        if is_full or leaves_front_matter:
            yield range(begin, row)
            within = same and "prose" in kinds and not _breaks(passages[previous], passages[row])
            begin = previous if within and lengths[previous] + lengths[row] <= most and previous > begin else row
            words = sum(lengths[each] for each in range(begin, row))
        words += lengths[row]
    yield range(begin, rows[-1] + 1)


def _length(row: int, passages: Sequence[Passage]) -> int:
    """Return the words of a passage as it is written in a window."""
    reading = passages[row].reading
    names = split_cells(passage_lead(passages, row), reading) if passages[row].kind == "row" else []
    return len(reading.split()) + sum(len(name.split()) for name, cell in names if cell)


def _breaks(passage: Passage, following: Passage) -> bool:
    """Return whether a paragraph, item or row ends between two passages of a document."""
    return passage.kind != "prose" or following.kind != "prose" or following.opening is not Opening.NOTHING


def make_window(document: Document, rows: range, passages: Sequence[Passage]) -> Window:
    """Return the window of these rows of a document."""
    writer, _ = _write(document, rows, passages)
    return Window(document.id, rows, writer.text, tuple(writer.runs))


def window_spans(document: Document, rows: range, passages: Sequence[Passage]) -> tuple[str, list[tuple[int, int]]]:
    """Return the text of a window, and the characters of each of its passages, with labels of its own."""
    writer, spans = _write(document, rows, passages)
    return writer.text, spans


def _write(document: Document, rows: range, passages: Sequence[Passage]) -> tuple[_Writer, list[tuple[int, int]]]:
    writer = _Writer()
    spans: list[tuple[int, int]] = []
    title = " ".join(document.title.split()[:TITLE_WORDS])
    previous: Passage | None = None
    header = ""
    for row in rows:
        passage = passages[row]
        names = passage_lead(passages, row) if passage.kind == "row" else ""
        if passage.section != FRONT_MATTER and (previous is None or passage.section != previous.section):
            writer.heading(title if previous is None else "", _headings(document, passage))
        if names != header:
            writer.line(_header(names, previous))
            header = names
        begin = len(writer.text)
        if passage.section == FRONT_MATTER:
            if previous is None or passage.before != previous.reading:
                writer.line(f"{field_label(passage_lead(passages, row))}: ")
            else:
                writer.write(" ")
            writer.quotable(passage.reading, passage.runs)
        elif passage.kind == "row":
            writer.row(names, passage)
        elif previous is None or _breaks(previous, passage):
            writer.line("- " if _has_dash(passage) else "")
            writer.quotable(passage.reading, passage.runs)
        else:
            writer.write(" ")
            writer.quotable(passage.reading, passage.runs)
        begin += len(writer.text[begin:]) - len(writer.text[begin:].lstrip())
        spans.append((begin, len(writer.text)))
        previous = passage
    return writer, spans


class _Writer:
    """The text of a window so far, and what its characters stand for."""

    def __init__(self) -> None:
        self.text = ""
        self.runs: list[TextRun] = []

    def line(self, text: str) -> None:
        """Begin a line, unless nothing was written on this one."""
        if self.text and not self.text.endswith("\n"):
            self.text += "\n"
        self.text += text

    def write(self, text: str) -> None:
        self.text += text

    def heading(self, title: str, path: Sequence[Heading]) -> None:
        """Write the heading path on a line of its own, after the title, unless the path begins with it."""
        if title and not (path and path[0].reading.startswith(title)):
            self.line(title)
            self.write(SEPARATOR * bool(path))
        else:
            self.line("")
        for number, heading in enumerate(path):
            self.write(SEPARATOR * (number > 0))
            self.quotable(heading.reading, heading.runs)
        self.line("")

    def row(self, lead: str, passage: Passage) -> None:
        """Write a row, each value behind the name of its column: then the reader takes fewer values for others."""
        self.line("| ")
        written = 0
        for (name, _), (start, _) in zip(split_cells(lead, passage.reading), cell_spans(passage.reading), strict=False):
            self.quotable(passage.reading[written:start], slice_runs(passage.runs, written, start))
            self.write("" if name == UNNAMED_COLUMN else f"{name}: ")
            written = start
        self.quotable(passage.reading[written:], slice_runs(passage.runs, written, len(passage.reading)))
        self.write(" |")

    def quotable(self, reading: str, runs: Sequence[TextRun]) -> None:
        """Write what stands for characters of the document."""
        begin = len(self.text)
        self.runs += (TextRun(begin + run.begin, run.length, run.start, run.end) for run in runs)
        self.text += reading


def _has_dash(passage: Passage) -> bool:
    """Return whether a passage begins an item that has no number; the reader knows tasks as such items, too."""
    return passage.opening is Opening.ITEM or (passage.opening.is_item and passage.reading.startswith((DONE, OPEN)))


def _headings(document: Document, passage: Passage) -> tuple[Heading, ...]:
    """Return the heading path above a passage, with its places."""
    place = bisect_right(document.sections, passage.start, key=lambda section: section.start) - 1
    return document.sections[place].path if place >= 0 else ()


def _header(lead: str, previous: Passage | None) -> str:
    """Return the lines above the rows of a table; without its caption, if that was the passage before them."""
    lines = lead.split("\n")
    if previous is not None and previous.reading == lines[0]:
        del lines[0]
    return "".join(f"{line}\n" for line in lines if line)
