"""A document as readable parts: headings, paragraphs, items, rows, code and fields, with quoted characters marked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from index.domain.documents import HEADING, Block, Document, Heading, Section, Span, TextRun
from index.domain.evidence import PartKind, ReadablePart, Segment
from index.parsing.documents import is_extracted
from index.text.tables import cell_spans, header_names
from index.viewer._pagination import KEY, parse_sections

__all__ = ["readable_parts"]

KINDS = {"row": PartKind.ROW, "code": PartKind.CODE, "field": PartKind.FIELD}


def readable_parts(document: Document, quoted: tuple[int, int]) -> tuple[ReadablePart, ...]:
    """Return the parts of a document in order; `quoted` are the characters to mark, none if the range is empty."""
    sections = document.sections if is_extracted(document) else ()
    sections = sections or parse_sections(document.source, document.format, document.text)
    return tuple(_parts(document.text, sections, quoted))


def _parts(text: str, sections: Sequence[Section], quoted: tuple[int, int]) -> Iterator[ReadablePart]:
    shown: tuple[Heading, ...] = ()
    for section in sections:
        for level, heading in enumerate(section.path, 1):
            if shown[level - 1 : level] != (heading,):
                shown = (*shown[: level - 1], heading)
                yield ReadablePart(PartKind.HEADING, (_heading_segments(heading, quoted),), level)
        shown = shown[: len(section.path)]
        front, end = section.heading == HEADING, section.start
        for block in section.blocks:
            yield _block_part(text, block, quoted, text[end : block.start] if front else "")
            end = block.end


def _block_part(text: str, block: Block, quoted: tuple[int, int], before: str) -> ReadablePart:
    kind = KINDS.get(block.kind, PartKind.ITEM if block.opening.is_item else PartKind.PARAGRAPH)
    reading = "".join(run.reading for run in block.runs)
    marks = list(_marks(block.runs, quoted))
    spans, label = [(0, len(reading))], ""
    if kind is PartKind.ROW:
        spans, label = cell_spans(reading), header_names(block.lead)
    elif kind is PartKind.FIELD:
        keys = KEY.findall(before)
        label = keys[-1] if keys else block.lead.partition(":")[0]
    return ReadablePart(kind, tuple(_segments(reading, span, marks) for span in spans), label=label)


def _heading_segments(heading: Heading, quoted: tuple[int, int]) -> tuple[Segment, ...]:
    marks = list(_run_marks(heading.runs, quoted))
    return _segments(heading.reading, (0, len(heading.reading)), marks)


def _marks(runs: Sequence[Span], quoted: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """Yield which characters of a block's reading stand for quoted ones."""
    begin, text_runs = 0, []
    for run in runs:
        text_runs.append(TextRun(begin, len(run.reading), run.start, run.end))
        begin += len(run.reading)
    return _run_marks(text_runs, quoted)


def _run_marks(runs: Sequence[TextRun], quoted: tuple[int, int]) -> Iterator[tuple[int, int]]:
    start, end = quoted
    if start >= end or not runs or runs[-1].end <= start or end <= runs[0].start:
        return
    marked: list[tuple[int, int]] = []
    for run in runs:
        if run.start < end and start < run.end:
            exact = run.length == run.end - run.start
            first = max(start - run.start, 0) if exact else 0
            last = min(end - run.start, run.length) if exact else run.length
            marked.append((run.begin + first, run.begin + last))
    if marked:
        yield marked[0][0], marked[-1][1]


def _segments(reading: str, span: tuple[int, int], marks: Sequence[tuple[int, int]]) -> tuple[Segment, ...]:
    """Return a part of a reading as segments; white space at its ends is left out of what is marked."""
    begin, end = span
    segments: list[Segment] = []
    for first, last in marks:
        words = reading[max(first, begin) : min(last, end)]
        first = max(first, begin) + len(words) - len(words.lstrip())
        last = first + len(words.strip())
        if first < last:
            segments += [Segment(reading[begin:first]), Segment(reading[first:last], quoted=True)]
            begin = last
    segments.append(Segment(reading[begin:end]))
    return tuple(segment for segment in segments if segment.text)
