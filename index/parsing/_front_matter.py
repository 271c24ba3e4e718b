"""Front matter of Markdown files as evidence: each field is a block with exact offsets."""

from __future__ import annotations

import re
from dataclasses import dataclass

from index.domain.documents import HEADING, Section
from index.domain.messages import Message
from index.parsing._front_matter_lines import read_header_lines
from index.parsing._front_matter_scanner import end_of_json, read_json, read_toml
from index.parsing._front_matter_values import Parsed, line_of, make_fields
from index.parsing._front_matter_yaml import KEY_LINE, is_key, read_yaml
from index.parsing.fields import MEANINGS, field_name, to_metadata

__all__ = ["FrontMatter", "split_front_matter"]

LONGEST = 200_000
"""Characters of front matter; more are an attack on the time that reading takes."""

BLANK_LINES = re.compile(r"\ufeff?(?:[^\S\r\n]*(?:\r\n|\r|\n))*")
FENCE = re.compile(r"(---|\+\+\+|;;;)[ \t]*(yaml|yml|toml|json)?[ \t]*(?:\r\n|\r|\n)", re.IGNORECASE)
CLOSING = {
    "---": re.compile(r"(?<=[\r\n])(?:---|\.\.\.)[ \t]*(?=[\r\n]|\Z)"),
    "+++": re.compile(r"(?<=[\r\n])\+\+\+[ \t]*(?=[\r\n]|\Z)"),
    ";;;": re.compile(r"(?<=[\r\n]);;;[ \t]*(?=[\r\n]|\Z)"),
}
SYNTAX = {"---": "yaml", "+++": "toml", ";;;": "json"}
TOML_LINE = re.compile(r"^(?P<key>[\w.-]+)[ \t]*=[ \t]*\S", re.MULTILINE)
LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """The front matter of a file: `section` holds its fields as blocks; the body follows.

    `fields` are the same as (name, text), `metadata` by name and by their common names; `notes` say what is broken.
    """

    metadata: dict[str, str]
    section: Section | None
    body_start: int
    notes: tuple[str, ...] = ()
    fields: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class _Place:
    """Where front matter stands: its syntax, the characters between its fences, and where the body begins."""

    syntax: str
    start: int
    end: int
    body_start: int
    is_closed: bool = True


def split_front_matter(text: str) -> FrontMatter:
    """Return the front matter at the beginning of a file, if there is any; what comes before it may only be blank.

    Broken front matter is read as far as it goes.
    """
    begin = 1 if text.startswith("\ufeff") else 0
    place = _find(text)
    parsed = _parse(text, place) if place else None
    if place is None and (header := read_header_lines(text, begin)):
        parsed, end = header
        place = _Place("lines", begin, end, end)
    if place and parsed is None and place.is_closed:
        place = _unclosed(text, place.syntax, place.start)
        parsed = _parse(text, place) if place else None
    if place is None or parsed is None:
        return FrontMatter({}, None, begin)
    fields = list(make_fields(parsed.values, text))
    readings = tuple((name, "".join(run.reading for run in block.runs).strip()) for name, block in fields)
    section = Section(HEADING, place.start, place.body_start, tuple(block for _, block in fields))
    return FrontMatter(
        to_metadata(readings),
        section if fields else None,
        place.body_start,
        _notes(place, parsed, text),
        readings,
    )


def _find(text: str) -> _Place | None:
    blank = BLANK_LINES.match(text)
    start = blank.end() if blank else 0
    if (end := end_of_json(text, start)) is not None and end - start <= LONGEST:
        line = LINE.match(text, end)
        return _Place("json", start, end, line.end() if line and not line[0].strip() else end)
    fence = FENCE.match(text, start)
    if fence is None:
        return None
    syntax = (fence[2] or SYNTAX[fence[1]]).lower().replace("yml", "yaml")
    first = LINE.match(text, fence.end())
    if syntax == "yaml" and (first is None or first[0].strip() in ("", "---", "...")):
        return None
    closing = CLOSING[fence[1]].search(text, fence.end())
    if closing is None:
        return _unclosed(text, syntax, fence.end())
    line = LINE.match(text, closing.end())
    return _Place(syntax, fence.end(), closing.start(), line.end() if line else closing.end())


def _unclosed(text: str, syntax: str, start: int) -> _Place | None:
    """Return the lines up to the first blank one, if they are fields such as front matter has."""
    pattern = TOML_LINE if syntax == "toml" else KEY_LINE
    place, is_known = start, False
    while place < len(text) and (line := LINE.match(text, place)) and line[0].strip():
        key = pattern.match(text, place, line.end())
        if key is None and line[0][0] not in " \t-#]}":
            break
        is_known |= key is not None and field_name(key["key"]) in MEANINGS
        place = line.end()
    return _Place(syntax, start, place, place, is_closed=False) if is_known else None


def _parse(text: str, place: _Place) -> Parsed | None:
    if place.end - place.start > LONGEST:
        first = KEY_LINE.match(text, place.start)
        is_front_matter = place.syntax != "yaml" or (first is not None and is_key(first["key"]))
        problem = Message("it has more than {most} characters", most=LONGEST)
        return Parsed((), problem, line_of(text, place.start)) if is_front_matter else None
    if place.syntax == "json":
        return read_json(text, place.start, place.end)
    if place.syntax == "toml":
        return read_toml(text, place.start, place.end)
    return read_yaml(text, place.start, place.end)


def _notes(place: _Place, parsed: Parsed, text: str) -> tuple[str, ...]:
    notes = []
    if not place.is_closed:
        line = line_of(text, place.body_start)
        notes.append(Message("front matter is never closed: add its end mark before line {line}", line=str(line)))
    if parsed.problem:
        values = {"line": str(parsed.line), "why": parsed.problem}
        notes.append(
            Message("front matter is broken at line {line}: {why}; the rest was read", **values)
            if parsed.values
            else Message("front matter is broken at line {line}: {why}; only the text below it was read", **values)
        )
    return tuple(notes)
