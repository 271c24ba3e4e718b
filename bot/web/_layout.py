"""The parts of a document as sections and groups of HTML: lists, tables and fields hold several parts each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from bot.text.i18n import gettext
from index.domain.evidence import PartKind, ReadablePart, Segment

__all__ = ["LaidOutPart", "PartGroup", "lay_out"]

DEEPEST_HEADING = 6
SEPARATOR = " | "
PARTS_OF_A_SECTION = 40
"""Parts after which a section without headings is divided, so that a browser need not lay out all of it."""


@dataclass(frozen=True, slots=True)
class LaidOutPart:
    """A part with the level of its HTML heading, and in which cell and segment the first quoted words stand."""

    cells: tuple[tuple[Segment, ...], ...]
    level: int
    label: str
    anchor: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class PartGroup:
    """Parts of one kind that follow each other; of rows `columns` are the names, `number` counts tables from 1."""

    kind: str
    parts: tuple[LaidOutPart, ...]
    columns: tuple[str, ...] = ()
    number: int = 0


def lay_out(parts: Sequence[ReadablePart], title: str = "") -> list[list[PartGroup]]:
    """Return sections of groups; a first heading that only repeats the title above the document is left out."""
    parts = [part for part in parts if any(part.cells)]
    heading = next((part for part in parts if part.kind is PartKind.HEADING), None)
    if heading and not heading.quoted and _reading(heading) == title:
        parts.remove(heading)
    sections: list[list[PartGroup]] = [[]]
    size = 0
    for group in _groups(parts):
        if sections[-1] and (group.kind == PartKind.HEADING or size > PARTS_OF_A_SECTION):
            sections.append([])
            size = 0
        sections[-1].append(group)
        size += len(group.parts)
    return sections


def _groups(parts: Sequence[ReadablePart]) -> Iterator[PartGroup]:
    tables, is_marked = 0, False
    for (kind, label), members in groupby(parts, key=_key):
        tables += kind is PartKind.ROW
        columns = tuple(label.split(SEPARATOR)) if label else ()
        laid_out: list[LaidOutPart] = []
        for part in members:
            anchor = None if is_marked else _anchor(part)
            is_marked = is_marked or anchor is not None
            level = min(part.level + 1, DEEPEST_HEADING)
            laid_out.append(LaidOutPart(_filled(part, len(columns)), level, part.label or gettext("Field"), anchor))
        yield PartGroup(kind, tuple(laid_out), columns, tables)


def _key(part: ReadablePart) -> tuple[PartKind, str]:
    return part.kind, part.label if part.kind is PartKind.ROW else ""


def _filled(part: ReadablePart, columns: int) -> tuple[tuple[Segment, ...], ...]:
    return (*part.cells, *[()] * (columns - len(part.cells)))


def _anchor(part: ReadablePart) -> tuple[int, int] | None:
    for number, cell in enumerate(part.cells):
        for place, segment in enumerate(cell):
            if segment.quoted:
                return number, place
    return None


def _reading(part: ReadablePart) -> str:
    return "".join(segment.text for cell in part.cells for segment in cell)
