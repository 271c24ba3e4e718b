"""YAML front matter as evidence: each top-level key is a block with exact offsets.

Nodes are composed, never constructed: no tag is obeyed and no alias is expanded, so a YAML bomb stays small.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import pyromark
import yaml

from index.domain.documents import HEADING, Block, Section, Span
from index.domain.errors import UnreadableSource
from index.parsing.fields import field_meaning
from index.text.normalize import collapse_whitespace, fix_mojibake

__all__ = ["FrontMatter", "FrontMatterError", "split_front_matter"]


PROSE_WORDS = 12
"""A value with more words is split into sentences, a shorter one stays whole."""

MOST_VALUES = 10_000
"""Values, aliases counted each time; more are an attack on memory."""

PROPERTIES = re.compile(r"(?:[&!]\S*\s+(?:#[^\n]*\n\s*)*)*")
"""Anchors and tags before a value, as in `&name !!str value`."""

WORDS = (re.compile(r"(\S+)"), re.compile(r"(?:\s|\\[nrtvf _NLP])+|((?:\\[^nrtvf _NLP\s]|[^\s\\])+)"))
"""Words of a value as it is written; the second pattern knows white space that is escaped in double quotes."""


class FrontMatterError(UnreadableSource):
    """The front matter cannot be read; the text is for a moderator."""


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """The front matter of a file: `metadata` holds values as text, `section` the same as blocks; the body follows."""

    metadata: dict[str, str]
    section: Section | None
    body_start: int


def split_front_matter(text: str) -> FrontMatter:
    """Return the front matter at the beginning of a file, if there is any; a byte order mark before it is skipped.

    Raises FrontMatterError.
    """
    begin = 1 if text.startswith("\ufeff") else 0
    first, _, rest = text[begin:].partition("\n")
    if first.rstrip() != "---" or rest.split("\n", 1)[0].strip() in ("", "---", "..."):
        return FrontMatter({}, None, begin)
    end = _end_of_front_matter(text[begin:])
    if end is None:
        raise FrontMatterError("has front matter that is opened with --- but never closed: add a line --- after it")
    yaml_start = begin + len(first) + 1
    yaml_text = text[yaml_start : begin + end].rstrip().removesuffix("---").removesuffix("...")
    blocks = tuple(_blocks(_compose(yaml_text), yaml_start, text))
    metadata = {name: "".join(run.reading for run in block.runs).strip() for name, block in blocks}
    metadata = {name: value for name, value in metadata.items() if value}
    section = Section(HEADING, yaml_start, begin + end, tuple(block for _, block in blocks if block.runs))
    return FrontMatter(metadata, section, begin + end)


def _end_of_front_matter(text: str) -> int | None:
    """Return the offset after the closing fence, None if there is none."""
    options = pyromark.Options.ENABLE_YAML_STYLE_METADATA_BLOCKS
    event, place = next(iter(pyromark.events_with_range(text, options=options)), (None, None))
    if event == {"Start": {"MetadataBlock": "YamlStyle"}} and place is not None:
        return len(text.encode()[: place["end"]].decode())
    return None


def _compose(text: str) -> yaml.MappingNode:
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader) or yaml.compose("{}")
    except (yaml.YAMLError, RecursionError, ValueError, OverflowError) as error:  # the last two: "\U99999999"
        line = getattr(getattr(error, "problem_mark", None), "line", None)
        place = f" at line {line + 2}" if line is not None else ""
        problem = getattr(error, "problem", None) or "it is nested too deeply or holds characters that YAML forbids"
        raise FrontMatterError(f"has front matter that is not YAML{place}: {problem}") from error
    if not isinstance(node, yaml.MappingNode):
        raise FrontMatterError("has front matter that is not a list of `key: value` lines")
    return node


def _blocks(mapping: yaml.MappingNode, offset: int, text: str) -> Iterator[tuple[str, Block]]:
    values = 0
    for key, value in mapping.value:
        name = _storable(key.value) if isinstance(key, yaml.ScalarNode) else ""
        leaves: list[Span] = []
        for leaf in _scalars(value):
            values += 1
            if values > MOST_VALUES:
                raise FrontMatterError(f"has front matter with more than {MOST_VALUES:,} values: shorten it")
            leaves.append(_span(leaf, offset, text))
        leaves = [leaf for leaf in leaves if leaf.reading]
        if not leaves:
            continue
        runs = _join_values(leaves, text)
        words = sum(len(leaf.reading.split()) for leaf in leaves)
        kind = "prose" if len(leaves) == 1 and words > PROSE_WORDS else "field"
        lead = field_meaning(name)
        yield name.lower(), Block(runs[0].start, runs[-1].end, runs, kind, lead)


def _scalars(node: yaml.Node) -> Iterator[yaml.ScalarNode]:
    """Yield the scalars below a node in the order of the text, without nulls, each once despite aliases."""
    seen: set[int] = set()
    waiting = [node]
    while waiting:
        child = waiting.pop()
        if id(child) in seen:
            continue
        seen.add(id(child))
        if isinstance(child, yaml.ScalarNode):
            if not child.tag.endswith(":null"):
                yield child
        elif isinstance(child, yaml.SequenceNode):
            waiting += reversed(child.value)
        elif isinstance(child, yaml.MappingNode):
            waiting += [value for _, value in reversed(child.value)]


def _span(node: yaml.ScalarNode, offset: int, text: str) -> Span:
    """Return the span of a value, without its quotation marks."""
    start, end = offset + node.start_mark.index, offset + node.end_mark.index
    if properties := PROPERTIES.match(text, start, end):
        start = properties.end()
    if node.style in ("'", '"'):
        start, end = start + 1, end - 1
    elif node.style in ("|", ">"):
        start = text.index("\n", start) + 1
    raw = text[start:end]
    start += len(raw) - len(raw.lstrip())
    end -= len(raw) - len(raw.rstrip())
    return Span(start, end, collapse_whitespace(fix_mojibake(_storable(node.value))))


def _storable(value: str) -> str:
    """Return text that can be stored: surrogate pairs become one character, lone surrogates a replacement character."""
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _join_values(leaves: list[Span], text: str) -> tuple[Span, ...]:
    """Return runs in the order of the text (an alias may point back), with a comma between two values."""
    ordered = sorted({leaf.start: leaf for leaf in leaves}.values(), key=lambda leaf: leaf.start)
    runs = list(_word_runs(ordered[0], text))
    for leaf, next_leaf in pairwise(ordered):
        runs.append(Span(leaf.end, leaf.end, ", "))
        runs += _word_runs(next_leaf, text)
    return tuple(runs)


def _word_runs(leaf: Span, text: str) -> Iterator[Span]:
    """Yield the runs of a value: if its reading differs from the text, word by word, so that offsets stay exact."""
    raw = text[leaf.start : leaf.end]
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
