"""Table lookup: the cell that a question names by row and column, or a column's highest or lowest value.

No cell rather than a wrong one: the other words of the question must name nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from index.answering._span_context import CharSpan
from index.domain.answers import Hit
from index.domain.documents import Passage
from index.text.questions import QuestionAnalysis
from index.text.tables import UNNAMED_COLUMN, split_cells
from index.text.tokens import STOP_WORDS, stem

__all__ = ["LOOKUP_CONFIDENCE", "TableCell", "find_cell"]

LOOKUP_CONFIDENCE = 0.8
"""Least confidence, 0..1, of an answer from a cell that is named: the weights, fitted on prose, know little of tables.
Not fitted itself: no set of questions on tables is large enough."""

ANY_CELL_WORDS = """
    score scored result value figure point performance perform rating rate number count benchmark test achieve achieved
    reach reached get obtain obtained report reported table row column
"""
ANY_CELL_STEMS = frozenset(stem(word) for word in ANY_CELL_WORDS.split())
"""Words that ask for a cell of any table; the table need not hold them."""

COMPARES = re.compile(r"\b(?:than|not|never|except|others?|another|without|besides|more|less|fewer)\b|n['’]t\b")
"""Then a cell of the row that is named is not what is asked for."""

HIGH = "highest largest biggest greatest most maximum max"
LOW = "lowest smallest fewest least minimum min"
UNRANKED = "best worst top leading"
"""A table does not say whether its highest or its lowest value is best."""
SUPERLATIVE = re.compile(rf"\b({'|'.join(f'{HIGH} {LOW} {UNRANKED}'.split())})\b")

NO_VALUE = re.compile(r"[\W_]*|n\.?\s?/?a\.?", re.IGNORECASE)
"""A cell that says that there is no value: empty, a dash, "n/a"."""

FIGURE = re.compile(r"(?P<sign>[^\w.,]*?)(?P<amount>-?\d[\d,]*(?:\.\d+)?)(?P<unit>\D*)")
NOTE = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
"""What a column's name adds in brackets: "LiveCodeBench (10/2024 to 02/2025)"."""
PARTED = re.compile(r"[\s,;:()\[\]/]+|(?<=[^\W\d])[-–](?=[^\W\d])")  # a dash between words parts them too
BAR = re.compile(r"(?<!\\)\|")


@dataclass(frozen=True, slots=True)
class TableCell:
    """The cell asked for: the hit with its row, and its characters in that passage; none if it holds no value."""

    hit: Hit
    span: CharSpan

    @property
    def has_value(self) -> bool:
        return self.span[0] < self.span[1]

    def move_to_front(self, hits: Sequence[Hit]) -> list[Hit]:
        """Return the hits with that of the cell first, its score no less than theirs."""
        others = [hit for hit in hits if hit.row != self.hit.row]
        return [
            replace(self.hit, score=max([self.hit.score, LOOKUP_CONFIDENCE, *(hit.score for hit in others)])),
            *others,
        ]


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of a table: the names of its columns, and its cells with their characters in the passage's text."""

    hit: Hit
    names: tuple[str, ...]
    cells: tuple[str, ...]
    spans: tuple[CharSpan, ...]


def find_cell(question: QuestionAnalysis, hits: Sequence[Hit], passages: Sequence[Passage]) -> TableCell | None:
    """Return the cell that a question asks for; None if it asks for none, or it is not clear for which.

    `passages` are all passages of the index in order: a superlative is looked up in the whole table.
    """
    lowered = question.text.lower()
    if not hits or question.kind in ("yes_no", "reason") or COMPARES.search(lowered):
        return None
    if (superlative := SUPERLATIVE.search(lowered)) and (top := _row(hits[0])):
        return _extreme_cell(lowered, superlative[1], top, passages)
    return _named_cell(_words(question.text), hits)


def _named_cell(asked: Collection[str], hits: Sequence[Hit]) -> TableCell | None:
    """Return the cell of the row and column named; if several rows match, they must hold the same value."""
    rows = [row for hit in hits if (row := _row(hit))]
    named = [(row, column) for row in rows if (column := _column(frozenset(asked), row))]
    named = [(row, column) for row, column in named if column[1]] or named
    matches = [(row, column[0]) for row, column in named]
    valued = [(row, column) for row, column in matches if not NO_VALUE.fullmatch(row.cells[column])]
    if len({row.cells[column] for row, column in valued}) > 1:
        return None
    if valued:
        best_row, best_column = valued[0]
        return TableCell(best_row.hit, best_row.spans[best_column])
    best = hits[0].passage
    same = [row for row, _ in matches if _table(row.hit.passage) == _table(best)]
    return TableCell(same[0].hit, (0, 0)) if same else None


def _column(asked: frozenset[str], row: _Row) -> tuple[int, bool] | None:
    """Return the column that the question names and whether it names the row in full.

    None if it does not name both, or names more than them.
    """
    label = frozenset(_words(row.cells[0]))
    words_of_cells = frozenset(_words(" ".join(cell for cell in row.cells if re.search(r"[^\W\d_]", cell))))
    matches = []
    for place, name in enumerate(row.names[1:], 1):
        ordered = _words(NOTE.sub(" ", name)) or _words(name)
        column = frozenset(ordered)
        names_column = bool(column) and column <= asked
        # "Maverick" for "Llama 4 Maverick"
        names_last_word = bool(column) and ordered[-1] in asked and label and label <= asked
        other_words = asked - column - ANY_CELL_STEMS
        if not other_words <= words_of_cells:
            other_words -= frozenset(_words(row.names[0]))
        names_row = other_words == label or any(re.search(r"[^\W\d_]", word) for word in other_words)
        if (
            (names_column or names_last_word)
            and names_row
            and other_words
            and other_words <= (words_of_cells - frozenset(_words(row.cells[place])) | label)
        ):
            matches.append((len(column & asked), place, other_words == label))
    most = max((size for size, _, _ in matches), default=0)
    fitting = [(place, exact) for size, place, exact in matches if size == most]
    return fitting[0] if len(fitting) == 1 else None


def _extreme_cell(lowered: str, superlative: str, top: _Row, passages: Sequence[Passage]) -> TableCell | None:
    """Return the cell of the row with a column's highest or lowest value.

    It is the row's name if a thing is asked for, else the value; a cell without a value if the table does not say; None
    if no column is asked about.
    """
    asked = frozenset(_words(lowered)) - {stem(superlative)}
    columns = [place for place, name in enumerate(top.names) if place and (own := _name_words(name)) and own <= asked]
    if not columns or stem(superlative) in _words(" ".join([*top.names, *top.cells])):
        return None
    column = max(columns, key=lambda place: len(_name_words(top.names[place])))
    rows = list(_rows(top, passages))
    if len(rows) < 2:
        return None
    header = frozenset(_words(top.names[0]))
    figures = [(row, figure) for row in rows if (figure := FIGURE.fullmatch(row.cells[column].strip()))]
    units = {(figure["sign"].strip(), figure["unit"].strip().lower()) for _, figure in figures}
    values = [float(figure["amount"].replace(",", "")) for _, figure in figures]
    extreme = (min if superlative in LOW.split() else max)(values, default=0.0)
    is_undecided = superlative in UNRANKED.split() or len(units) != 1 or values.count(extreme) > 1
    if is_undecided or asked - _name_words(top.names[column]) - header - ANY_CELL_STEMS:
        return TableCell(top.hit, (0, 0))
    row = figures[values.index(extreme)][0]
    asks_for_thing = header & asked or re.search(r"\b(?:which|who|whose)\b", lowered)
    return TableCell(row.hit, row.spans[0 if asks_for_thing else column])


def _rows(top: _Row, passages: Sequence[Passage]) -> Iterator[_Row]:
    """Yield all rows of the table that this one is in."""
    table, first, last = _table(top.hit.passage), top.hit.row, top.hit.row
    while first > 0 and _table(passages[first - 1]) == table:
        first -= 1
    while last + 1 < len(passages) and _table(passages[last + 1]) == table:
        last += 1
    for place in range(first, last + 1):
        row = _row(replace(top.hit, passage=passages[place], row=place))
        if row:
            yield row


def _table(passage: Passage) -> tuple[str, str, str, str]:
    return passage.document_id, passage.section, passage.kind, passage.before


def _row(hit: Hit) -> _Row | None:
    """Return a hit as a row; None if it is none, or its cells and column names do not pair off."""
    passage = hit.passage
    if passage.kind != "row" or not passage.before:
        return None
    paired = split_cells(passage.before, passage.reading)
    spans = _cell_spans(passage.text)
    if not paired or len(spans) != len(passage.reading.split("|")):
        return None
    names, cells = zip(*paired, strict=True)
    ends = [(len(passage.text), len(passage.text))] * (len(cells) - len(spans))
    return _Row(hit, names, cells, (*spans, *ends))


def _cell_spans(text: str) -> list[CharSpan]:
    """Return the characters of each cell of a row, without the white space around it."""
    spans, start = [], 0
    for end in [*(bar.start() for bar in BAR.finditer(text)), len(text)]:
        cell = text[start:end]
        left = start + len(cell) - len(cell.lstrip())
        spans.append((left, max(left, end - len(cell) + len(cell.rstrip()))))
        start = end + 1
    return spans


def _name_words(name: str) -> frozenset[str]:
    return frozenset(_words(NOTE.sub(" ", name)) or _words(name))


@lru_cache(maxsize=16_384)
def _words(text: str) -> tuple[str, ...]:
    """Return the stems of the topic words in order; what is written together with a figure is one word: "GPT-4o"."""
    words = (re.sub(r"^\W+|['’]s?$|\W+$", "", part.rstrip("?!.")) for part in PARTED.split(text.lower()))
    return () if text == UNNAMED_COLUMN else tuple(stem(word) for word in words if word and word not in STOP_WORDS)
