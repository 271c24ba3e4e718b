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
from index.text.normalize import collapse_whitespace, fix_mojibake

__all__ = ["FrontMatter", "FrontMatterError", "split_front_matter"]


MEANINGS = {
    "author": "The author: who wrote the article, written by",
    "authors": "The authors: who wrote the article, written by",
    "date": "The date when the article was published, publication date",
    "published": "The date when the article was published, publication date",
    "updated": "The date when the article was last updated",
    "title": "The title of the article, what it is called",
    "summary": "Summary of the article",
    "description": "Description of the article",
    "tags": "The tags of the article: its topics, keywords",
    "keywords": "The keywords of the article: its topics",
    "license": "The licence of this text",
    "url": "The web address of the article, its link",
}
"""What a reader knows a common front matter key to mean; other keys speak for themselves."""

PROSE_WORDS = 12
"""A value of more words than this is read as sentences, a shorter one as a whole."""

MOST_VALUES = 10_000
"""More values than this, aliases counted each time, are no front matter but an attack on memory."""

PROPERTIES = re.compile(r"(?:[&!]\S*\s+(?:#[^\n]*\n\s*)*)*")
"""Anchors and tags before a value, as in `&name !!str value`."""

WORDS = (re.compile(r"(\S+)"), re.compile(r"(?:\s|\\[nrtvf _NLP])+|((?:\\[^nrtvf _NLP\s]|[^\s\\])+)"))
"""Words of a value as it is written; the second also knows the white space that is escaped in double quotes."""


class FrontMatterError(UnreadableSource):
    """Why the front matter cannot be read, in words for a moderator."""


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """`metadata` holds scalar and joined list values as text; the body begins at `body_start`."""

    metadata: dict[str, str]
    section: Section | None
    body_start: int


def split_front_matter(text: str) -> FrontMatter:
    """The front matter at the beginning of a file, if there is one; a byte-order mark before it is passed over.

    Raises BrokenFrontMatter.
    """
    begin = 1 if text.startswith("\ufeff") else 0
    first, _, rest = text[begin:].partition("\n")
    if first.rstrip() != "---" or rest.split("\n", 1)[0].strip() in ("", "---", "..."):
        return FrontMatter({}, None, begin)
    end = _closing(text[begin:])
    if end is None:
        raise FrontMatterError("has front matter that is opened with --- but never closed: add a line --- after it")
    yaml_start = begin + len(first) + 1
    yaml_text = text[yaml_start : begin + end].rstrip().removesuffix("---").removesuffix("...")
    blocks = tuple(_blocks(_compose(yaml_text), yaml_start, text))
    metadata = {name: "".join(run.reading for run in block.runs).strip() for name, block in blocks}
    metadata = {name: value for name, value in metadata.items() if value}
    section = Section(HEADING, yaml_start, begin + end, tuple(block for _, block in blocks if block.runs))
    return FrontMatter(metadata, section, begin + end)


def _closing(text: str) -> int | None:
    """Character offset just behind the closing fence, None when there is none."""
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
        where = f" at line {line + 2}" if line is not None else ""
        problem = getattr(error, "problem", None) or "it is nested too deeply or holds characters that YAML forbids"
        raise FrontMatterError(f"has front matter that is not YAML{where}: {problem}") from error
    if not isinstance(node, yaml.MappingNode):
        raise FrontMatterError("has front matter that is not a list of `key: value` lines")
    return node


def _blocks(mapping: yaml.MappingNode, offset: int, text: str) -> Iterator[tuple[str, Block]]:
    values = 0
    for key, value in mapping.value:
        name = _whole(key.value) if isinstance(key, yaml.ScalarNode) else ""
        leaves: list[Span] = []
        for leaf in _leaves(value):
            values += 1
            if values > MOST_VALUES:
                raise FrontMatterError(f"has front matter with more than {MOST_VALUES:,} values: shorten it")
            leaves.append(_scalar(leaf, offset, text))
        leaves = [leaf for leaf in leaves if leaf.reading]
        if not leaves:
            continue
        runs = _joined(leaves, text)
        words = sum(len(leaf.reading.split()) for leaf in leaves)
        kind = "prose" if len(leaves) == 1 and words > PROSE_WORDS else "field"
        lead = MEANINGS.get(name.lower(), name.replace("_", " ").replace("-", " "))
        yield name.lower(), Block(runs[0].start, runs[-1].end, runs, kind, lead)


def _leaves(node: yaml.Node) -> Iterator[yaml.ScalarNode]:
    """Scalars below a node in the order of the text, each once, however often an alias names it; no nulls."""
    seen: set[int] = set()
    waiting = [node]
    while waiting:
        at = waiting.pop()
        if id(at) in seen:
            continue
        seen.add(id(at))
        if isinstance(at, yaml.ScalarNode):
            if not at.tag.endswith(":null"):
                yield at
        elif isinstance(at, yaml.SequenceNode):
            waiting += reversed(at.value)
        elif isinstance(at, yaml.MappingNode):
            waiting += [value for _, value in reversed(at.value)]


def _scalar(node: yaml.ScalarNode, offset: int, text: str) -> Span:
    """A value where it stands, without its quotation marks."""
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
    return Span(start, end, collapse_whitespace(fix_mojibake(_whole(node.value))))


def _whole(value: str) -> str:
    """A value as text that can be stored: two surrogates are one character, one alone is none."""
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _joined(leaves: list[Span], text: str) -> tuple[Span, ...]:
    """Runs in the order of the text (an alias may point back), with a comma between two values."""
    ordered = sorted({leaf.start: leaf for leaf in leaves}.values(), key=lambda leaf: leaf.start)
    runs = list(_words(ordered[0], text))
    for one, other in pairwise(ordered):
        runs.append(Span(one.end, one.end, ", "))
        runs += _words(other, text)
    return tuple(runs)


def _words(leaf: Span, text: str) -> Iterator[Span]:
    """A value whose reading differs from its text, word by word where each word is still one: places stay exact."""
    raw = text[leaf.start : leaf.end]
    readings = leaf.reading.split()
    found = ([word for word in words.finditer(raw) if word.group(1)] for words in WORDS)
    places = next((at for at in found if len(at) == len(readings)), None)
    if raw == leaf.reading or places is None:
        yield leaf
        return
    last = leaf.start
    for place, reading in zip(places, readings, strict=True):
        if last > leaf.start:
            yield Span(last, leaf.start + place.start(), " ")
        last = leaf.start + place.end()
        yield Span(leaf.start + place.start(), last, reading)
