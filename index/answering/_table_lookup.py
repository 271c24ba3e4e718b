"""Which cell of a table a question asks for: the one that its row and its column name, or a column's highest or lowest.

Rather none than a wrong one: what the question says besides must name nothing else.
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
"""What an answer from such a cell is worth at least, 0..1: the weights, fitted on prose, know little of tables. Not
fitted itself: no set of questions on tables is large enough."""

ANY = """
    score scored result value figure point performance perform rating rate number count benchmark test achieve achieved
    reach reached get obtain obtained report reported table row column
"""
SAID_OF_ANY = frozenset(stem(word) for word in ANY.split())
"""Words with which one asks for any cell; the table need not have them."""

COMPARES = re.compile(r"\b(?:than|not|never|except|others?|another|without|besides|more|less|fewer)\b|n['’]t\b")
"""Then a cell of the row that is named is not what is asked for."""

HIGH = "highest largest biggest greatest most maximum max"
LOW = "lowest smallest fewest least minimum min"
UNSAID = "best worst top leading"
"""Whether the most or the least is best, no table says."""
SUPERLATIVE = re.compile(rf"\b({'|'.join(f'{HIGH} {LOW} {UNSAID}'.split())})\b")

NOTHING = re.compile(r"[\W_]*|n\.?\s?/?a\.?", re.IGNORECASE)
"""A cell that says that there is no value: empty, a dash, "n/a"."""

FIGURE = re.compile(r"(?P<sign>[^\w.,]*?)(?P<amount>-?\d[\d,]*(?:\.\d+)?)(?P<unit>\D*)")
NOTE = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
"""What a column's name adds in brackets: "LiveCodeBench (10/2024 to 02/2025)"."""
PARTED = re.compile(r"[\s,;:()\[\]/]+|(?<=[^\W\d])[-–](?=[^\W\d])")  # a dash between words parts them too
BAR = re.compile(r"(?<!\\)\|")


@dataclass(frozen=True, slots=True)
class TableCell:
    """The cell asked for: the hit whose row it stands in, and its characters in that passage's text; no characters
    where it holds no value."""

    hit: Hit
    place: CharSpan

    @property
    def told(self) -> bool:
        return self.place[0] < self.place[1]

    def first(self, hits: Sequence[Hit]) -> list[Hit]:
        """The hits, the one with the cell before all others, and its score no less than theirs."""
        others = [hit for hit in hits if hit.row != self.hit.row]
        return [
            replace(self.hit, score=max([self.hit.score, LOOKUP_CONFIDENCE, *(hit.score for hit in others)])),
            *others,
        ]


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of a table: the names of its columns and its cells, with their places in the passage's text."""

    hit: Hit
    names: tuple[str, ...]
    cells: tuple[str, ...]
    places: tuple[CharSpan, ...]


def find_cell(question: str, hits: Sequence[Hit], passages: Sequence[Passage]) -> TableCell | None:
    """The cell that a question asks for, None where it asks for none, or it is not plain for which.

    `passages` are all of the shelf, in the order of the texts: a table is looked at as a whole.
    """
    if not hits or QuestionAnalysis.of(question).kind in ("yes_no", "reason") or COMPARES.search(question.lower()):
        return None
    if (found := SUPERLATIVE.search(question.lower())) and (top := _row(hits[0])):
        return _extreme(question, found[1], top, passages)
    return _named(_words(question), hits)


def _named(asked: Collection[str], hits: Sequence[Hit]) -> TableCell | None:
    """The cell of the row and the column named; where several rows are meant they must say the same."""
    rows = [row for hit in hits if (row := _row(hit))]
    named = [(row, column) for row in rows if (column := _column(frozenset(asked), row))]
    named = [(row, column) for row, column in named if column[1]] or named
    found = [(row, column[0]) for row, column in named]
    told = [(row, at) for row, at in found if not NOTHING.fullmatch(row.cells[at])]
    if len({row.cells[at] for row, at in told}) > 1:
        return None
    if told:
        row, at = told[0]
        return TableCell(row.hit, row.places[at])
    best = hits[0].passage
    same = [row for row, _ in found if _table(row.hit.passage) == _table(best)]
    return TableCell(same[0].hit, (0, 0)) if same else None


def _column(asked: frozenset[str], row: _Row) -> tuple[int, bool] | None:
    """Which column the question names, and whether it names the row by the whole of its name; None where it does not
    name both, or more than them."""
    label = frozenset(_words(row.cells[0]))
    beside = frozenset(_words(" ".join(cell for cell in row.cells if re.search(r"[^\W\d_]", cell))))
    found = []
    for at, name in enumerate(row.names[1:], 1):
        ordered = _words(NOTE.sub(" ", name)) or _words(name)
        column = frozenset(ordered)
        whole = bool(column) and column <= asked
        tail = bool(column) and ordered[-1] in asked and label and label <= asked  # "Maverick" for "Llama 4 Maverick"
        rest = asked - column - SAID_OF_ANY
        if not rest <= beside:
            rest -= frozenset(_words(row.names[0]))
        names_row = rest == label or any(re.search(r"[^\W\d_]", word) for word in rest)
        if (whole or tail) and names_row and rest and rest <= (beside - frozenset(_words(row.cells[at])) | label):
            found.append((len(column & asked), at, rest == label))
    most = max((at[0] for at in found), default=0)
    fitting = [(at, exact) for size, at, exact in found if size == most]
    return fitting[0] if len(fitting) == 1 else None


def _extreme(question: str, word: str, top: _Row, passages: Sequence[Passage]) -> TableCell | None:
    """The cell of the row with a column's highest or lowest value: the row's name where a thing is asked for, else the
    value. A cell without a value where the table does not say; None where no column is asked about."""
    asked = frozenset(_words(question)) - {stem(word)}
    columns = [at for at, name in enumerate(top.names) if at and (own := _bare(name)) and own <= asked]
    if not columns or stem(word) in _words(" ".join([*top.names, *top.cells])):
        return None
    at = max(columns, key=lambda at: len(_bare(top.names[at])))
    rows = list(_rows(top, passages))
    if len(rows) < 2:
        return None
    header = frozenset(_words(top.names[0]))
    figures = [(row, figure) for row in rows if (figure := FIGURE.fullmatch(row.cells[at].strip()))]
    units = {(figure["sign"].strip(), figure["unit"].strip().lower()) for _, figure in figures}
    worth = [float(figure["amount"].replace(",", "")) for _, figure in figures]
    most = (min if word in LOW.split() else max)(worth, default=0.0)
    silent = word in UNSAID.split() or len(units) != 1 or worth.count(most) > 1
    if silent or asked - _bare(top.names[at]) - header - SAID_OF_ANY:
        return TableCell(top.hit, (0, 0))
    row = figures[worth.index(most)][0]
    thing = header & asked or re.search(r"\b(?:which|who|whose)\b", question.lower())
    return TableCell(row.hit, row.places[0 if thing else at])


def _rows(top: _Row, passages: Sequence[Passage]) -> Iterator[_Row]:
    """All rows of the table that this one is in."""
    table, first, last = _table(top.hit.passage), top.hit.row, top.hit.row
    while first > 0 and _table(passages[first - 1]) == table:
        first -= 1
    while last + 1 < len(passages) and _table(passages[last + 1]) == table:
        last += 1
    for at in range(first, last + 1):
        row = _row(replace(top.hit, passage=passages[at], row=at))
        if row:
            yield row


def _table(passage: Passage) -> tuple[str, str, str, str]:
    return passage.document_id, passage.section, passage.kind, passage.before


def _row(hit: Hit) -> _Row | None:
    """None where it is no row, or its cells and the names of its columns do not pair off."""
    passage = hit.passage
    if passage.kind != "row" or not passage.before:
        return None
    paired = split_cells(passage.before, passage.reading)
    places = _places(passage.text)
    if not paired or len(places) != len(passage.reading.split("|")):
        return None
    names, cells = zip(*paired, strict=True)
    ends = [(len(passage.text), len(passage.text))] * (len(cells) - len(places))
    return _Row(hit, names, cells, (*places, *ends))


def _places(text: str) -> list[CharSpan]:
    """Where each cell stands in the text of a row, without the white space around it."""
    found, start = [], 0
    for end in [*(bar.start() for bar in BAR.finditer(text)), len(text)]:
        cell = text[start:end]
        left = start + len(cell) - len(cell.lstrip())
        found.append((left, max(left, end - len(cell) + len(cell.rstrip()))))
        start = end + 1
    return found


def _bare(name: str) -> frozenset[str]:
    return frozenset(_words(NOTE.sub(" ", name)) or _words(name))


@lru_cache(maxsize=16_384)
def _words(text: str) -> tuple[str, ...]:
    """Stems of the words that carry a topic, in order; what is written together with a figure is one: "GPT-4o"."""
    words = (re.sub(r"^\W+|['’]s?$|\W+$", "", part.rstrip("?!.")) for part in PARTED.split(text.lower()))
    return () if text == UNNAMED_COLUMN else tuple(stem(word) for word in words if word and word not in STOP_WORDS)
