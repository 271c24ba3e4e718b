"""Headings with nothing below them: one that tells a version, a date or another figure is read as a line of text."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from index.domain.documents import SEPARATOR, Block, Section, Span

__all__ = ["without_empty_sections"]


def without_empty_sections(sections: Sequence[Section], *, are_marked: bool = True) -> tuple[Section, ...]:
    """Return the sections that hold anything to read; a lone heading with a figure is read in the section above it.

    Headings that nothing marks as such (`are_marked` is false) may be lines of text: all lone ones are read.
    """
    kept = []
    for section, following in zip_longest(sections, sections[1:]):
        if section.blocks:
            kept.append(section)
        elif section.path and not _is_above(section, following):
            heading = section.path[-1]
            if not are_marked or (len(section.path) > 1 and any(map(str.isdigit, heading.reading))):
                runs = tuple(
                    Span(run.start, run.end, heading.reading[run.begin : run.begin + run.length])
                    for run in heading.runs
                )
                path = section.path[:-1]
                block = Block(heading.start, heading.end, runs)
                name = SEPARATOR.join(above.reading for above in path)
                kept.append(Section(name, section.start, section.end, (block,), path))
    return tuple(kept)


def _is_above(section: Section, following: Section | None) -> bool:
    return following is not None and following.path[: len(section.path)] == section.path
