"""Values of front matter, in whatever language it is written, and the blocks that are made of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from index.domain.documents import Block, Span
from index.domain.messages import Message
from index.parsing.fields import field_meaning, field_name, is_evidence, is_placeholder
from index.parsing.markdown import read_markdown
from index.text.normalize import collapse_whitespace, fix_mojibake

__all__ = ["MOST_VALUES", "TOO_MANY", "Parsed", "Path", "Value", "line_of", "make_fields", "make_value", "storable"]

MOST_VALUES = 10_000
"""Values, aliases counted each time; more are an attack on memory."""

TOO_MANY = Message("it has more than {most} values", most=MOST_VALUES)

PROSE_WORDS = 12
"""A value with more words is split into sentences, a shorter one stays whole."""

WORDS = (re.compile(r"(\S+)"), re.compile(r"(?:\s|\\[nrtvf _NLP])+|((?:\\[^nrtvf _NLP\s]|[^\s\\])+)"))
"""Words of a value as it is written; the second pattern knows white space that is escaped in double quotes."""

MARKUP = re.compile(r"\*\*|__|`|\]\(|</?[A-Za-z]|&#?\w+;|~~|(?<!\w)\*\w")
"""What tells that a value is written in Markdown."""

CONTAINERS = frozenset({"extra", "params", "taxonomies", "metadata", "meta", "<<"})
"""Keys that only hold further fields."""

PEOPLE = frozenset({"author", "authors"})
NAME_KEYS = frozenset({"name", "literal", "given", "first", "firstname", "first_name", "family", "last", "lastname"})
NAME_KEYS |= {"last_name", "surname", "full_name", "fullname", "display_name", "given-names", "family-names"}

LINE_END = re.compile(r"\r\n|\r|\n")

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Value:
    """A value, with the keys and places in lists that lead to it; the span is without quotation marks."""

    path: Path
    span: Span


@dataclass(frozen=True, slots=True)
class Parsed:
    """The values that could be read; `problem` is what is broken, in line `line` of the file, empty if nothing is."""

    values: tuple[Value, ...]
    problem: str = ""
    line: int = 0


def line_of(text: str, offset: int) -> int:
    """Return the number of the line that a character stands in, from 1."""
    return 1 + sum(1 for _ in LINE_END.finditer(text, 0, offset))


def storable(value: str) -> str:
    """Return text that can be stored: surrogate pairs become one character, lone surrogates a replacement character."""
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def make_value(path: Path, text: str, start: int, end: int, reading: str) -> Value:
    """Return the value that stands between two characters, white space at its ends left out."""
    raw = text[start:end]
    start += len(raw) - len(raw.lstrip())
    end -= len(raw) - len(raw.rstrip())
    return Value(path, Span(start, max(start, end), collapse_whitespace(fix_mojibake(storable(reading)))))


def make_fields(values: Sequence[Value], text: str) -> Iterator[tuple[str, Block]]:
    """Yield the fields that are evidence, each with its name: a block for every key, in the order of the text.

    Of people only the names are kept. What is nested is a field of its own: "requirements memory".
    """
    kept = [Value(_own_path(value.path), value.span) for value in values if value.span.reading]
    mixed = {value.path[:place] for value in kept for place, key in enumerate(value.path) if _in_record(value, place)}
    for path, group in groupby(kept, key=lambda value: _field_path(value.path, mixed)):
        key = " ".join(part for part in path if isinstance(part, str))
        field = list(group)
        if field_name(str(path[0])) in PEOPLE:
            field = _names(field)
        words = [(value, _sub_key(value.path, path)) for value in field]
        leaves = [value for value, sub_key in words if _is_kept(key, sub_key, value.span.reading)]
        if not leaves or not key:
            continue
        runs = _join_values(leaves, text)
        count = sum(len(value.span.reading.split()) for value in leaves)
        kind = "prose" if len(leaves) == 1 and count > PROSE_WORDS else "field"
        yield key, Block(runs[0].start, runs[-1].end, runs, kind, field_meaning(key))


def _own_path(path: Path) -> Path:
    """Return a path without keys that only hold fields."""
    while len(path) > 1 and str(path[0]).lower() in CONTAINERS:
        path = path[1:]
    return path


def _in_record(value: Value, place: int) -> bool:
    """Return whether a path goes on from a place in a list by a key."""
    return isinstance(value.path[place], int) and place + 1 < len(value.path)


def _field_path(path: Path, mixed: set[Path]) -> Path:
    """Return the part of a path that names its field: all people are one, each record of a list is one."""
    if field_name(str(path[0])) in PEOPLE:
        return path[:1]
    for place, key in enumerate(path):
        if isinstance(key, int):
            return path[: place + 1] if path[:place] in mixed else path[:place]
    return path


def _sub_key(path: Path, field: Path) -> str:
    return " ".join(part for part in path[len(field) :] if isinstance(part, str))


def _names(values: list[Value]) -> list[Value]:
    """Return the names of people, without their pictures, addresses and roles."""
    keys = [
        next((str(key).lower() for key in reversed(value.path[1:]) if isinstance(key, str)), "") for value in values
    ]
    named = [value for value, key in zip(values, keys, strict=True) if not key or key in NAME_KEYS]
    return named or values


def _is_kept(key: str, sub_key: str, reading: str) -> bool:
    if not is_evidence(key, reading):
        return False
    if not sub_key or field_name(key) in PEOPLE:
        return not is_placeholder(field_name(key), reading)
    return is_evidence(sub_key, reading)


def _join_values(values: list[Value], text: str) -> tuple[Span, ...]:
    """Return runs in the order of the text (an alias may point back), with a comma between two values."""
    ordered = sorted({value.span.start: value for value in values}.values(), key=lambda value: value.span.start)
    runs = list(_word_runs(ordered[0].span, text))
    for value, following in pairwise(ordered):
        parts = (
            field_name(str(value.path[0])) in PEOPLE and len(value.path) > 2 and value.path[:-1] == following.path[:-1]
        )
        both_keys = isinstance(value.path[-1], str) and isinstance(following.path[-1], str)
        runs.append(Span(value.span.end, value.span.end, " " if parts and both_keys else ", "))
        runs += _word_runs(following.span, text)
    return tuple(runs)


def _word_runs(leaf: Span, text: str) -> Iterator[Span]:
    """Yield the runs of a value: if its reading differs from the text, word by word, so that offsets stay exact."""
    raw = text[leaf.start : leaf.end]
    if MARKUP.search(raw) and leaf.reading == collapse_whitespace(raw) and (runs := _markdown_runs(leaf, text)):
        yield from runs
        return
    readings = leaf.reading.split()
    splits = ([match for match in pattern.finditer(raw) if match.group(1)] for pattern in WORDS)
    words = next((matches for matches in splits if len(matches) == len(readings)), None)
    if raw == leaf.reading or words is None:
        yield leaf
        return
    last = leaf.start
    for word, reading in zip(words, readings, strict=True):
        if last > leaf.start:
            yield Span(last, leaf.start + word.start(), " ")
        last = leaf.start + word.end()
        yield Span(leaf.start + word.start(), last, reading)


def _markdown_runs(leaf: Span, text: str) -> tuple[Span, ...]:
    """Return the runs of a value that is one paragraph of Markdown; none if it is anything else."""
    _, sections = read_markdown(text[: leaf.end], leaf.start)
    blocks = [block for section in sections for block in section.blocks if not section.heading]
    if len(sections) != 1 or len(blocks) != 1 or blocks[0].kind != "prose" or blocks[0].start - leaf.start > 3:
        return ()
    return blocks[0].runs
