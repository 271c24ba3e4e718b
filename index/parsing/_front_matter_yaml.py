"""YAML front matter: its values with exact offsets, also those of a broken one.

Nodes are composed, never constructed: no tag is obeyed and no alias is expanded, so a YAML bomb stays small.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import yaml

from index.domain.messages import Message, template
from index.parsing._front_matter_values import (
    MOST_VALUES,
    TOO_MANY,
    Parsed,
    Path,
    Value,
    line_of,
    make_value,
    storable,
)

__all__ = ["KEY_LINE", "is_key", "read_yaml"]

KEY_LINE = re.compile(
    r"""^(?P<key>"[^"\r\n]{1,60}"|'[^'\r\n]{1,60}'|[^\s\#:'"\[\]{}&*!|>%@`,?-][^:\r\n\#]{0,60}?)"""
    r"""[ \t]*:(?=\s|\Z)[ \t]*(?P<value>[^\r\n]*)""",
    re.MULTILINE,
)
KEY = re.compile(r"[\w.$@/+-]+(?: [\w.$@/+-]+){0,2}")
LONGEST_KEY = 40

PROPERTIES = re.compile(r"(?:[&!]\S*\s+(?:#[^\n]*\n\s*)*)*")
"""Anchors and tags before a value, as in `&name !!str value`."""

BRACKET = re.compile(r"[\[\]{}]")
DEEPEST = 100
"""Brackets within brackets; the parser's time grows with their square."""

COMMENT = re.compile(r"\s#.*")

MARKED = template("a value that begins with {mark} needs quotation marks")

PROBLEMS = (
    ("mapping values are not allowed", Message("a value with a colon needs quotation marks")),
    ("found character '\\t'", Message("it is indented with tabs")),
    ("found character '%'", Message(MARKED, mark="%")),
    ("found character '@'", Message(MARKED, mark="@")),
    ("found character '`'", Message(MARKED, mark="`")),
    ("unexpected end of stream", Message("a quotation mark is not closed")),
    ("expected ',' or ']'", Message("a bracket is not closed")),
    ("expected ',' or '}'", Message("a bracket is not closed")),
    ("expected <block end>", Message("it is no list of `key: value` lines")),
    ("could not find expected ':'", Message("it is no list of `key: value` lines")),
    ("undefined alias", Message("it names an anchor that does not exist")),
)
"""What the parser's words mean to who writes front matter."""

OTHER_PROBLEM = Message("it is nested too deeply or holds characters that YAML forbids")


class _Broken(Exception):
    """A text that is not YAML; the arguments are the problem and its offset, None if it is not known."""


def is_key(key: str) -> bool:
    """Return whether words before a colon can be a key, rather than the beginning of a sentence."""
    return len(key) <= LONGEST_KEY and KEY.fullmatch(key.strip("\"'")) is not None


def read_yaml(text: str, start: int, end: int) -> Parsed | None:
    """Return the values of the YAML between two characters; None if it is no list of keys and values.

    If it is broken, each key is read by itself.
    """
    try:
        node = _compose(text[start:end])
    except _Broken as error:
        return _read_by_keys(text, start, end, *error.args)
    if node is None:
        return Parsed(())
    if not isinstance(node, yaml.MappingNode) or not all(map(_is_key_node, node.value)):
        return None
    values, complete = _first_values(_values(node, text, start))
    return Parsed(values, "" if complete else TOO_MANY, 0 if complete else line_of(text, start))


def _compose(text: str) -> yaml.Node | None:
    depth = 0
    for bracket in BRACKET.finditer(text):
        depth += 1 if bracket[0] in "[{" else -1
        if depth > DEEPEST:
            raise _Broken(OTHER_PROBLEM, bracket.start())
    try:
        return yaml.compose(text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError, ValueError, OverflowError) as error:  # the last two: "\U99999999"
        mark = getattr(error, "problem_mark", None)
        words = getattr(error, "problem", None) or ""
        problem = next((message for begin, message in PROBLEMS if begin in words), words) or OTHER_PROBLEM
        raise _Broken(problem, mark.index if mark else None) from error


def _is_key_node(pair: tuple[yaml.Node, yaml.Node]) -> bool:
    key = pair[0]
    return not isinstance(key, yaml.ScalarNode) or key.value == "<<" or key.style is not None or is_key(key.value)


def _read_by_keys(text: str, start: int, end: int, problem: str, place: int | None) -> Parsed | None:
    """Return what can be read of broken YAML; None if most of it is prose."""
    keys = [match for match in KEY_LINE.finditer(text[start:end]) if is_key(match["key"])]
    lines = text[start:end].splitlines()
    prose = sum(1 for each in lines if re.match(r"[^\s#\-\]}\[{\"'&*!|>?]", each)) - len(keys)
    if not keys or prose >= len(keys):
        return None
    found: list[Value] = []
    ends = [*(start + match.start() for match in keys[1:]), end]
    for match, last in zip(keys, ends, strict=True):
        first = start + match.start()
        try:
            node = _compose(text[first:last])
        except _Broken:
            place = match.start() if place is None else place
            found += _raw_value(match, text, start)
            continue
        if isinstance(node, yaml.MappingNode):
            found += _values(node, text, first)
        if len(found) > MOST_VALUES:
            break
    values, _ = _first_values(iter(found))
    return Parsed(values, problem, line_of(text, start + (place or 0)))


def _raw_value(match: re.Match[str], text: str, start: int) -> Iterator[Value]:
    """Yield what stands behind a key as it is written, without the marks that YAML would have taken away."""
    raw = COMMENT.sub("", match["value"])
    if re.match(r"[&*|>]", raw):
        return
    begin = start + match.start("value")
    kept = raw.lstrip("[{\"' \t")
    begin += len(raw) - len(kept)
    kept = kept.rstrip("]}\"', \t")
    if kept and kept.isprintable():
        yield make_value((storable(match["key"].strip("\"'")),), text, begin, begin + len(kept), kept)


def _first_values(values: Iterator[Value]) -> tuple[tuple[Value, ...], bool]:
    """Return the first values, and whether they are all."""
    first: list[Value] = []
    for value in values:
        if len(first) == MOST_VALUES:
            return tuple(first), False
        first.append(value)
    return tuple(first), True


def _values(mapping: yaml.MappingNode, text: str, offset: int) -> Iterator[Value]:
    """Yield the scalars in the order of the text, without nulls, below each key once despite aliases."""
    for key, value in mapping.value:
        if not isinstance(key, yaml.ScalarNode):
            continue
        seen: set[int] = set()
        waiting: list[tuple[yaml.Node, Path]] = [(value, (storable(key.value),))]
        while waiting:
            node, path = waiting.pop()
            if id(node) in seen:
                continue
            seen.add(id(node))
            if isinstance(node, yaml.ScalarNode):
                if not node.tag.endswith(":null"):
                    yield _value(path, node, text, offset)
            elif isinstance(node, yaml.SequenceNode):
                waiting += reversed([(child, (*path, place)) for place, child in enumerate(node.value)])
            elif isinstance(node, yaml.MappingNode):
                waiting += reversed([(child, (*path, _key_text(name))) for name, child in node.value])


def _key_text(node: yaml.Node) -> str:
    return storable(node.value) if isinstance(node, yaml.ScalarNode) else ""


def _value(path: Path, node: yaml.ScalarNode, text: str, offset: int) -> Value:
    start, end = offset + node.start_mark.index, offset + node.end_mark.index
    if properties := PROPERTIES.match(text, start, end):
        start = properties.end()
    if node.style in ("'", '"'):
        start, end = start + 1, end - 1
    elif node.style in ("|", ">"):
        start = text.index("\n", start) + 1
    return make_value(path, text, start, end, node.value)
