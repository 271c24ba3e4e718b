"""Quotations: the sentences around the words that answer, with exact offsets, short enough for a phone."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from index.answering._rows import row_caption, show_cells
from index.domain.answers import Citation, ShortAnswer
from index.domain.documents import HEADING as FRONT_MATTER
from index.domain.documents import Document, Opening, Passage
from index.domain.reading import AnswerSpan, Window
from index.text.normalize import fix_mojibake
from index.text.notation import STRUCK_OUT
from index.text.offsets import source_span
from index.text.passages import field_label
from index.text.tokens import POINTING_WORDS, content_stems, tokenize

__all__ = ["LONGEST_LIST", "LONGEST_QUOTATION", "Quotation", "cite_passage", "quote", "quote_list"]

LONGEST_QUOTATION = 300
"""Characters of a quotation; a longer sentence is cut around the words that answer, at the ends of clauses."""

LONGEST_LIST = 450
"""Characters of a list that is quoted as a whole."""

LONGEST_SHORT_ANSWER = 200
"""Characters of the words that answer; longer ones are a quotation and nothing else."""

CLAUSE_END = re.compile(r"[,;:](?=\s)|\s[–—](?=\s)|(?<=[.!?…])(?=\s)")
"""Where a sentence may be cut: behind a mark, before the white space."""

POINTING_BACK = POINTING_WORDS | {"despite", "however", "instead", "also", "additionally", "moreover", "furthermore"}
"""First words of a sentence that cannot be understood without the one before."""

CONTEXT_WORDS = 8
"""Words of the sentence before that tell what a quotation speaks of."""

ELLIPSIS = "…"

QUESTION_MARKS = ("?", "？", "؟")


@dataclass(frozen=True, slots=True)
class Quotation:
    """Characters `start` to `end` of a document that are quoted for the words at `answer_start` to `answer_end`.

    `rows` are the passages that it comes from; `shown` is how a person reads it, with an ellipsis where a sentence was
    cut; `context` is what the sentence before speaks of, if the quotation cannot be understood alone, the caption
    of a row's table or the name of a field. Of a `heading`, `rows` is the first passage below it.
    """

    rows: range
    start: int
    end: int
    shown: str
    answer_start: int
    answer_end: int
    answer: str
    context: str = ""
    heading: bool = False

    def overlaps(self, other: Quotation) -> bool:
        return self.start < other.end and other.start < self.end

    def cite(self, document: Document, section: str, number: int, score: float) -> Citation:
        """Return the quotation as a citation; `score` is the probability that it answers."""
        return Citation(
            number=number,
            source=document.source,
            title=fix_mojibake(document.title),
            section=section,
            start=self.start,
            end=self.end,
            quote=document.text[self.start : self.end],
            score=round(score, 4),
            url=document.url,
            shown=self.shown,
            context=self.context,
        )

    def short_answer(self, document: Document, number: int) -> ShortAnswer | None:
        """Return the words that answer; None if their source differs from how they read, or they are too long."""
        words = document.text[self.answer_start : self.answer_end]
        if words != self.answer or len(words) > LONGEST_SHORT_ANSWER:
            return None
        return ShortAnswer(words, document.source, self.answer_start, self.answer_end, number)


def quote(
    window: Window, span: AnswerSpan, passages: Sequence[Passage], document: Document, question: str = ""
) -> Quotation | None:
    """Return the quotation for the words of a span; None if they stand for nothing in the source.

    Of words in several sections those are quoted whose heading has most words of the question, or most of these words.

    Words of a heading alone quote the heading; with words below it they quote those. A question of the source is quoted
    with the sentence after it, which answers. Words that are struck out are not quoted as an answer.
    """
    kept = _without_struck_out(window.text, span)
    place = source_span(window.runs, *kept) if kept else None
    if kept is None or place is None:
        return None
    answer_start, answer_end = _trim(document.text, *place)
    found = [row for row in window.rows if passages[row].start < answer_end and answer_start < passages[row].end]
    if not found:
        return _quote_heading(window, answer_start, answer_end, passages, document)
    rows = _in_one_section(found, passages, answer_start, answer_end, question)
    first = passages[rows[0]]
    answer_start, answer_end = max(answer_start, first.start), min(answer_end, passages[rows[-1]].end)
    start, end, shown = _cut(rows, passages, document, answer_start, answer_end)
    context = field_label(first.before) if first.section == FRONT_MATTER and first.kind == "field" else ""
    context = context or _beginning(row_caption(rows[0], passages))
    if start == first.start and _points_back(first) and (before := _sentence_before(rows[0], passages)):
        if end - before.start <= LONGEST_QUOTATION:
            rows, start, shown = range(rows[0] - 1, rows[-1] + 1), before.start, f"{before.reading} {shown}"
        else:
            context = _beginning(before.reading)
    answer = window.text[slice(*kept)].strip()
    if passages[rows[-1]].reading.endswith(QUESTION_MARKS):
        return _quote_reply(rows[-1], passages)
    return Quotation(rows, start, end, shown, answer_start, answer_end, answer, context)


def quote_list(quotation: Quotation, passages: Sequence[Passage], document: Document) -> Quotation:
    """Return the list around an item that is quoted, as many whole items as are short enough; else the quotation."""
    rows = quotation.rows
    if not passages[rows[0]].opening.is_item or quotation.heading:
        return quotation
    first, last = rows[0], rows[-1]
    may_grow = True
    while may_grow:
        may_grow = False
        if _goes_on(passages, last, last + 1) and _length(passages, first, last + 1) <= LONGEST_LIST:
            last, may_grow = last + 1, True
        if _goes_on(passages, first, first - 1) and _length(passages, first - 1, last) <= LONGEST_LIST:
            first, may_grow = first - 1, True
    while not passages[first].opening.is_item:
        first += 1
    while _goes_on(passages, last, last + 1) and not passages[last + 1].opening.is_item and last > rows[-1]:
        last -= 1  # the last item does not fit whole
    rows = range(first, last + 1)
    before = f"{ELLIPSIS}\n" if _goes_on(passages, first, first - 1) else ""
    after = f"\n{ELLIPSIS}" if _goes_on(passages, last, last + 1) else ""
    items = passages[first : last + 1]
    listed = _join(items, [passage.reading for passage in items])
    shown = f"{before}{listed}{after}" if len(rows) > 1 else quotation.shown
    answer = quotation.answer if rows == quotation.rows else ""  # one item is not all that was asked for
    return replace(
        quotation, rows=rows, start=passages[first].start, end=passages[last].end, shown=shown, answer=answer
    )


def cite_passage(passage: Passage, document: Document, number: int) -> Citation:
    """Return a whole passage as a citation."""
    return _quote_passage(0, [passage]).cite(document, passage.section, number, 0.0)


def _join(passages: Sequence[Passage], readings: Sequence[str]) -> str:
    """Return how passages read together: code and several items line by line, items with a dash or their number."""
    if all(passage.kind == "code" for passage in passages):
        return "\n".join(readings)
    if sum(passage.opening.is_item for passage in passages) < 2:
        return " ".join(readings)
    pieces = []
    for passage, reading in zip(passages, readings, strict=True):
        mark = "\n- " if passage.opening is Opening.ITEM else " " if passage.opening is Opening.NOTHING else "\n"
        pieces.append(f"{mark}{reading}")
    return "".join(pieces).strip()


def _goes_on(passages: Sequence[Passage], row: int, other: int) -> bool:
    """Return whether a neighbouring row is of the same list as a row."""
    if not 0 <= other < len(passages):
        return False
    passage, neighbour = passages[row], passages[other]
    same = (passage.document_id, passage.section) == (neighbour.document_id, neighbour.section)
    return same and neighbour.kind == "prose" and neighbour.opening is not Opening.PARAGRAPH


def _length(passages: Sequence[Passage], first: int, last: int) -> int:
    return passages[last].end - passages[first].start


def _in_one_section(found: Sequence[int], passages: Sequence[Passage], start: int, end: int, question: str) -> range:
    """Return those of the rows, which lie between two characters, that are in the section asked for, else in most."""
    sizes: dict[str, int] = defaultdict(int)
    for row in found:
        sizes[passages[row].section] += min(end, passages[row].end) - max(start, passages[row].start)
    asked = set(content_stems(question))
    section = max(sizes, key=lambda each: (len(asked & set(content_stems(each))), sizes[each]))
    rows = [row for row in found if passages[row].section == section]
    return range(rows[0], rows[-1] + 1)


def _quote_heading(
    window: Window, start: int, end: int, passages: Sequence[Passage], document: Document
) -> Quotation | None:
    """Return the innermost heading with characters `start` to `end` as a quotation for the words of them in it."""
    headings = (heading for section in document.sections for heading in section.path)
    found = [heading for heading in headings if heading.start < end and start < heading.end]
    if not found or found[-1].end - found[-1].start > LONGEST_QUOTATION:
        return None
    heading = found[-1]
    if heading.reading.endswith(QUESTION_MARKS):
        below = (row for row in window.rows if passages[row].start >= heading.end)
        return next((_quote_passage(row, passages) for row in below), None)
    row = next((row for row in window.rows if passages[row].start >= heading.end), window.rows[0])
    start, end = _trim(document.text, max(start, heading.start), min(end, heading.end))
    words = document.text[start:end]
    answer = words if words in heading.reading else ""
    return Quotation(range(row, row + 1), heading.start, heading.end, heading.reading, start, end, answer, heading=True)


def _quote_reply(row: int, passages: Sequence[Passage]) -> Quotation | None:
    """Return a question of the source with the sentence after it; None if nothing follows in its section."""
    asked, reply = passages[row], passages[row + 1] if row + 1 < len(passages) else None
    if reply is None or (reply.document_id, reply.section) != (asked.document_id, asked.section):
        return None
    if reply.end - asked.start > LONGEST_QUOTATION:
        return replace(_quote_passage(row + 1, passages), context=_beginning(asked.reading))
    shown = f"{asked.reading} {reply.reading}"
    return Quotation(range(row, row + 2), asked.start, reply.end, shown, reply.start, reply.end, "")


def _quote_passage(row: int, passages: Sequence[Passage]) -> Quotation:
    start, end = passages[row].start, passages[row].end
    shown, context = show_cells(row, passages, 0, 0), _beginning(row_caption(row, passages))
    return Quotation(range(row, row + 1), start, end, shown, start, end, "", context)


def _without_struck_out(text: str, span: AnswerSpan) -> tuple[int, int] | None:
    """Return the characters of a span behind the last words in it that are struck out, or those before them."""
    start, end = span.start, span.end
    for struck in STRUCK_OUT.finditer(text):
        if struck.start() < end and start < struck.end():
            if text[struck.end() : end].strip():
                start = struck.end()
            else:
                end = struck.start()
    return (start, end) if text[start:end].strip() else None


def _sentence_before(row: int, passages: Sequence[Passage]) -> Passage | None:
    """Return the sentence before a passage in its section; None if there is none."""
    passage, before = passages[row], passages[row - 1] if row else None
    if before is None or before.kind != "prose" or passage.kind != "prose":
        return None
    return before if (before.document_id, before.section) == (passage.document_id, passage.section) else None


def _cut(
    rows: range, passages: Sequence[Passage], document: Document, answer_start: int, answer_end: int
) -> tuple[int, int, str]:
    """Return start, end and shown form of the passages in `rows`, cut around the answer if they are too long."""
    start, end = passages[rows[0]].start, passages[rows[-1]].end
    readings = [show_cells(row, passages, answer_start, answer_end) for row in rows]
    shown = _join([passages[row] for row in rows], readings)
    if end - start <= LONGEST_QUOTATION or any(passages[row].kind not in ("prose", "field") for row in rows):
        return start, end, shown
    lefts = [start, *(stop for stop in _clause_ends(passages[rows[0]]) if stop <= answer_start)]
    rights = [*(stop for stop in _clause_ends(passages[rows[-1]]) if stop >= answer_end), end]
    left, right = lefts[-1], rights[0]
    for stop in rights:
        if stop - left <= LONGEST_QUOTATION:
            right = stop
    for begin in reversed(lefts):
        if right - begin <= LONGEST_QUOTATION:
            left = begin
    left, right = _trim(document.text, left, right)
    piece = " ".join(_reading_between(passages[row], left, right) for row in rows)
    return left, right, f"{ELLIPSIS * (left > start)}{piece}{ELLIPSIS * (right < end)}"


def _clause_ends(passage: Passage) -> list[int]:
    """Return the characters of the document behind which a passage may be cut."""
    ends = [match.end() for match in CLAUSE_END.finditer(passage.reading)]
    return [place[1] for cut in ends if (place := source_span(passage.runs, cut - 1, cut))]


def _reading_between(passage: Passage, start: int, end: int) -> str:
    """Return the part of a passage's reading that stands for characters `start` to `end` of the document."""
    kept = []
    for run in passage.runs:
        if run.start >= end or run.end <= start:
            continue
        begin, length = run.begin, run.length
        if run.length == run.end - run.start:
            skipped = max(0, start - run.start)
            begin, length = run.begin + skipped, run.length - skipped - max(0, run.end - end)
        kept.append(passage.reading[begin : begin + length])
    return "".join(kept).strip()


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _points_back(passage: Passage) -> bool:
    words = tokenize(passage.reading[:40])
    return bool(words) and words[0] in POINTING_BACK


def _beginning(sentence: str) -> str:
    words = sentence.split()
    return " ".join(words[:CONTEXT_WORDS]) + (ELLIPSIS if len(words) > CONTEXT_WORDS else "")
