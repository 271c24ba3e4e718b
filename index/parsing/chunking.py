"""Passages of a document: sentences, short ones merged, each with its exact span and its context."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterator
from functools import lru_cache

import sentencex

from index.domain.documents import Document, Opening, Passage
from index.domain.errors import UnreadableSource
from index.domain.messages import Message
from index.text.offsets import ReadableText
from index.text.tables import label_cells

__all__ = ["chunk"]

SHORT = 25
"""A sentence of fewer characters is merged with its neighbour: "Yes." alone is no evidence."""

LONGEST = 1_200
"""Characters of a passage: a quotation is a sentence or two, not a page."""

MOST_PASSAGES = 200_000
"""Passages of a document; more are an attack on memory and on the time that embedding takes."""

ALWAYS_FEWER = 16
"""A text in ASCII has no more tokens than characters and so many special ones."""

KNOWN_COUNTS = 64
"""Texts whose tokens are known: a passage is the context of the next one, and shares its title and heading."""

WINDOW = 20_000
"""Characters of a paragraph in which sentences are found at a time."""


def chunk(document: Document, count: Callable[[str], int], limit: int) -> list[Passage]:
    """Return the passages of a document, in the order of the text.

    `count` returns the number of tokens of a text, special tokens included, `limit` is how many the embedder reads. The
    context of a passage is shortened first; a sentence over the limit is split.

    Raises UnreadableSource for more passages than an index can hold.
    """
    passages: list[Passage] = []
    seen: Counter[str] = Counter()
    count = lru_cache(KNOWN_COUNTS)(count)
    before = ""
    for section in document.sections:
        for block in section.blocks:
            readable, opening = ReadableText(block.runs), block.opening
            if block.lead and block.kind != "prose":
                before = block.lead
            elif block.lead:
                before = block.lead if not before or block.lead not in before else before
            for begin, end in _units(readable.text, block.kind, count, limit):
                start, stop = readable.span(begin, end)
                if not document.text[start:stop].strip():
                    continue  # a mark that only the reading has, such as the bar between two cells
                keep = readable.keep_lines if block.kind == "code" else readable.collapse
                reading, runs = keep(begin, end)
                context = _shorten_context([document.title, section.heading, before], reading, count, limit)
                embedded = "\n".join([*filter(None, context), reading])
                if block.kind == "row" and context[2]:
                    whole = "\n".join([*filter(None, context[:2]), label_cells(context[2], reading)])
                    embedded = whole if _fits(whole, count, limit) else embedded
                if len(passages) == MOST_PASSAGES:
                    raise UnreadableSource(
                        Message("has more than {most} lines or sentences: split it", most=MOST_PASSAGES)
                    )
                passages.append(
                    Passage(
                        id=_passage_id(document.source, embedded, seen),
                        document_id=document.id,
                        section=section.heading,
                        start=start,
                        end=stop,
                        text=document.text[start:stop],
                        reading=reading,
                        before=before,
                        embedded=embedded,
                        kind=block.kind,
                        runs=runs,
                        opening=opening,
                    )
                )
                before, opening = reading, Opening.NOTHING
            if block.kind == "field":
                before = ""
        before = ""
    return passages


def _passage_id(source: str, embedded: str, seen: Counter[str]) -> str:
    """Return a hash of the embedded text and its source; a repetition in one source is numbered."""
    digest = hashlib.sha256(f"{source}\0{embedded}".encode()).hexdigest()
    seen[digest] += 1
    if seen[digest] > 1:
        digest = hashlib.sha256(f"{digest}\0{seen[digest]}".encode()).hexdigest()
    return digest[:16]


def _shorten_context(context: list[str], reading: str, count: Callable[[str], int], limit: int) -> list[str]:
    """Return the context, shortened until it fits with the reading: the longest part loses the words furthest away."""
    title, heading, before = context
    # Each part is counted with special tokens of its own, so all together have fewer.
    if sum(map(count, filter(None, [*context, reading]))) <= limit:
        return context
    while count("\n".join(filter(None, [title, heading, before, reading]))) > limit:
        longest = max(("before", before), ("title", title), ("heading", heading), key=lambda part: len(part[1]))[0]
        if longest == "before":
            before = _last_half(before)
        elif longest == "title":
            title = _first_half(title)
        else:
            heading = _last_half(heading)
        if not (title or heading or before):
            break
    return [title, heading, before]


def _first_half(text: str) -> str:
    words = text.split()
    return " ".join(words[: len(words) // 2])


def _last_half(text: str) -> str:
    words = text.split()
    return " ".join(words[(len(words) + 1) // 2 :])


def _units(text: str, kind: str, count: Callable[[str], int], limit: int) -> Iterator[tuple[int, int]]:
    """Yield the spans of the reading that become passages, trimmed of white space, none empty, in order."""
    pieces = _sentences(text) if kind == "prose" else _lines(text, count, limit) if kind == "code" else [(0, len(text))]
    for begin, end in pieces:
        yield from _split(text, begin, end, count, limit)


def _sentences(text: str) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    for begin, end in _boundaries(text):
        span = _trim(text, begin, end)
        if span[0] == span[1]:
            continue
        if spans and (span[1] - span[0] < SHORT or spans[-1][1] - spans[-1][0] < SHORT):
            spans[-1] = (spans[-1][0], span[1])
        else:
            spans.append(span)
    return spans


def _boundaries(text: str) -> Iterator[tuple[int, int]]:
    """Yield the sentences, window by window: the splitter's time grows with the square of a text's length."""
    begin = 0
    while begin < len(text):
        sentences = sentencex.get_sentence_boundaries("en", text[begin : begin + WINDOW])
        if begin + WINDOW < len(text) and len(sentences) > 1:
            sentences.pop()  # the window may have cut it: it is found whole in the next
        for sentence in sentences:
            yield begin + sentence["start_index"], begin + sentence["end_index"]
        begin += sentences[-1]["end_index"] if sentences else WINDOW


def _lines(text: str, count: Callable[[str], int], limit: int) -> list[tuple[int, int]]:
    """Return the statements of code, as far as the limit allows: a line, with those that are indented below it.

    A line of signs alone, such as a closing bracket, or after a backslash belongs to the one before.
    """
    spans: list[tuple[int, int]] = []
    outer, goes_on = 0, False
    for line in re.finditer(r"[^\n]+", text):
        span = _trim(text, line.start(), line.end())
        if span[0] == span[1]:
            continue
        indentation = span[0] - line.start()
        belongs = spans and (goes_on or indentation > outer or not re.search(r"\w", line.group()))
        goes_on = line.group().rstrip().endswith("\\")
        merged = (spans[-1][0], span[1]) if belongs else span
        if belongs and merged[1] - merged[0] <= LONGEST and _fits(text[slice(*merged)], count, limit):
            spans[-1] = merged
        else:
            outer = outer if belongs else indentation
            spans.append(span)
    return spans


def _split(text: str, begin: int, end: int, count: Callable[[str], int], limit: int) -> Iterator[tuple[int, int]]:
    """Yield a span as it is if it fits, else in halves, cut between words if possible."""
    begin, end = _trim(text, begin, end)
    if begin == end:
        return
    if end - begin < 2 or (end - begin <= LONGEST and _fits(text[begin:end], count, limit)):
        yield begin, end
        return
    middle = (begin + end) // 2
    space = max(text.rfind(" ", begin, middle), text.rfind("\n", begin, middle))
    cut = space if space > begin else middle
    yield from _split(text, begin, cut, count, limit)
    yield from _split(text, cut, end, count, limit)


def _fits(text: str, count: Callable[[str], int], limit: int) -> bool:
    return (len(text) + ALWAYS_FEWER <= limit and text.isascii()) or count(text) <= limit


def _trim(text: str, begin: int, end: int) -> tuple[int, int]:
    while begin < end and (text[begin].isspace() or text[begin] == "\ufeff"):
        begin += 1
    while end > begin and text[end - 1].isspace():
        end -= 1
    return begin, end
