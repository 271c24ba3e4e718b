"""Fields of a page: its authors, dates, title, version and tags.

They are taken as visitors see them ("April 2, 2026" below the headline), and as the page declares them for programs
only if it does not show them. Which of the words on a page are its byline is told by its own markup: extruct and
htmldate find more in pages without any, at the price of parsing each page once more, by the slower dateparser and lxml.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from selectolax.lexbor import LexborHTMLParser, LexborNode

from index.parsing._html_declared import declared_fields, is_name
from index.parsing._html_tree import INLINE, is_hidden, visible_text, walk
from index.parsing.layout import clean_text
from index.text.dates import iso_date, written_dates

__all__ = ["page_fields"]

MOST_NODES = 50
"""Elements of one kind that are looked at."""

DEEPEST = 200
"""Elements around one that is looked at; pages have dozens."""

LONGEST_RAW = 2_000
"""Characters of an element, white space included, that can be a byline or date."""

MOST_LINES = 400
EARLY = 12
"""First lines of a page, where an unmarked byline may stand."""

BELOW = 4
"""Lines below the headline, where a date may stand by itself."""

LONGEST_LINE = 160
"""Characters of a line that is no sentence of the text."""

OUTSIDE_TAGS = frozenset({"nav", "aside"})
OUTSIDE = re.compile(r"comment|related|sidebar|recommend|reply|teaser", re.IGNORECASE)
ARTICLES = frozenset({"article", "main"})
TIMES = "time, relative-time, local-time, time-ago"
AUTHORS = ("[itemprop~=author]", "[rel~=author]", "[class*=byline i]", "[class*=author i]")

BY = re.compile(r"^\W*(?:(?:written|posted|published|words|story)\s+)?by:?\s+|^\W*authors?:\s+", re.IGNORECASE)
BYLINE_END = re.compile(
    r"\s*(?:[·|•—–\n(]|\s-\s|\bon\b|,?\s+\d|,\s*(?=(?:\w+\s+)?\d)|\b(?:in|updated|published)\b).*", re.DOTALL
)
NAME = r"[^\W\d_][\w.'’-]*(?: [^\W\d_][\w.'’-]*){0,5}"
NAMES = re.compile(rf"{NAME}(?:(?:,| and| &) {NAME}){{0,5}}")
PARTICLES = frozenset(
    {"and", "&", "de", "da", "di", "del", "della", "van", "von", "der", "den", "la", "le", "bin", "y"}
)
SENTENCE = re.compile(r"[.!?:]$")
UPDATED = re.compile(r"\b(?:updated|modified|revised|edited|changed|aktualisiert|geändert)\b", re.IGNORECASE)
PUBLISHED = re.compile(r"\b(?:published|posted|veröffentlicht|publié)\b", re.IGNORECASE)


def page_fields(tree: LexborHTMLParser, body: LexborNode) -> tuple[tuple[str, str], ...]:
    """Return the fields of a page, as (name, value); none if it tells neither an author nor a date."""
    declared = declared_fields(tree)
    lines = list(_lines(body))
    authors = _authors(body, lines, declared.get("author", ()))
    dates = _Dates(body, lines)
    published = dates.shown(declared.get("published", ())) or dates.published()
    updated = dates.shown(declared.get("updated", ())) or dates.updated()
    if iso_date(updated) == iso_date(published):
        updated = ""
    if not (authors or published or updated):
        return ()
    fields = {
        "title": declared.get("title", ())[:1],
        "author" if len(authors) == 1 else "authors": (", ".join(authors),),
        "published": (published,),
        "updated": (updated,),
        "version": declared.get("version", ())[:1],
        "tags": (", ".join(declared.get("tags", ())),),
    }
    return tuple((name, value) for name, values in fields.items() for value in values if value)


def _lines(body: LexborNode) -> Iterator[str]:
    """Yield the first lines of a page that a visitor sees, without tables, navigation and comments."""
    words: list[str] = []
    count = 0
    for event, node in walk(body, lambda node: node.tag == "table" or is_hidden(node) or _is_outside(node)):
        if event == "text":
            words.append(node.text_content or "")
        elif node.tag not in INLINE or node.tag == "br":
            if line := clean_text("".join(words)):
                yield line
                count += 1
            words = []
            if count >= MOST_LINES:
                return
    if line := clean_text("".join(words)):
        yield line


def _is_outside(node: LexborNode) -> bool:
    """Return whether an element holds no words of the article itself."""
    attributes = node.attributes or {}
    names = f"{attributes.get('class') or ''} {attributes.get('id') or ''}"
    return node.tag in OUTSIDE_TAGS or (node.tag not in ("body", *ARTICLES) and bool(OUTSIDE.search(names)))


def _select(body: LexborNode, query: str) -> Iterator[LexborNode]:
    """Yield the first elements that a visitor sees within the article."""
    for node in body.css(query)[:MOST_NODES]:
        above: LexborNode | None = node
        for _ in range(DEEPEST):
            if above is None or above.tag == "body" or is_hidden(above) or _is_outside(above):
                break
            above = above.parent
        if (above is None or above.tag == "body") and len(node.text()) <= LONGEST_RAW:
            yield node


def _authors(body: LexborNode, lines: Sequence[str], declared: Sequence[str]) -> tuple[str, ...]:
    """Return the authors: those declared if the page shows them, else those of its byline, else those declared."""
    shown = "\n".join(lines)
    if declared and any(name in shown for name in declared):
        return tuple(declared)
    if len(body.css("article")) <= 1:
        for query in AUTHORS:
            names = [(node, name) for node in _select(body, query) if (name := _byline(visible_text(node)))]
            if names:
                line = names[0][0].parent
                together = (name for node, name in names if node.parent == line)
                return tuple(dict.fromkeys(together))
        for line_ in lines[:EARLY]:
            if BY.match(line_) and not SENTENCE.search(line_) and (name := _byline(line_)) and _is_capital(name):
                return (name,)
    return tuple(declared)


def _is_capital(name: str) -> bool:
    """Return whether a name is written as one, which tells "By Ann Lee" from "By far"."""
    return all(word[0].isupper() or word in PARTICLES for word in name.split())


def _byline(text: str) -> str:
    """Return the names in a byline; empty if there are none."""
    if len(text) > LONGEST_LINE:
        return ""
    name = BYLINE_END.sub("", BY.sub("", text)).strip(" ,;:")
    return name if NAMES.fullmatch(name) and is_name(name) else ""


class _Dates:
    """The dates that a page shows."""

    def __init__(self, body: LexborNode, lines: Sequence[str]) -> None:
        self._marked = [(node, visible_text(node)) for node in _select(body, TIMES)]
        self._lines = [line for line in lines if len(line) <= LONGEST_LINE]
        headlines = [visible_text(node) for node in body.css("h1")[:1]]
        place = next((place for place, line in enumerate(self._lines) if line in headlines), None)
        self._below_headline = [] if place is None else self._lines[place + 1 : place + 1 + BELOW]

    def shown(self, declared: Sequence[str]) -> str:
        """Return the first declared date as the page shows it, in the time zone of its readers; in ISO format else."""
        iso = next(filter(None, map(iso_date, declared)), "")
        if not iso:
            return ""
        texts = [*(text for _, text in self._marked), *self._lines]
        near = [(written, other) for text in texts for written, other in written_dates(text) if _are_near(iso, other)]
        return next((written for written, other in near if other == iso), near[0][0] if near else iso)

    def published(self) -> str:
        """Return the one date that the page marks, else the first in a line about publishing or below the headline."""
        marked = [(text, iso) for node, text in self._marked if (iso := _iso(node, text)) and self._is_byline(text)]
        if 0 < len({iso for _, iso in marked}) <= 2 and not self._is_updated(marked[0][0]):
            return next((written for written, _ in written_dates(marked[0][0])), marked[0][1])
        lines = [line for line in self._lines[:EARLY] if BY.match(line) or PUBLISHED.search(line)]
        lines += [line for line in self._below_headline if _is_date(line)]
        return next((written for line in lines if not UPDATED.search(line) for written, _ in written_dates(line)), "")

    def updated(self) -> str:
        """Return the first date in a line about updating."""
        matches = ((line, UPDATED.search(line)) for line in self._lines)
        after = (line[match.end() :] for line, match in matches if match and match.start() <= len(line) // 2)
        return next((written for text in after for written, _ in written_dates(text)), "")

    def _is_byline(self, text: str) -> bool:
        """Return whether a date that the page marks stands in no sentence of the text, and is not of an update."""
        lines = [line for line in self._lines if text and text in line]
        in_sentence = lines and all(
            SENTENCE.search(line) and not (BY.match(line) or PUBLISHED.search(line) or _is_date(line)) for line in lines
        )
        return not in_sentence and not UPDATED.search(text)

    def _is_updated(self, text: str) -> bool:
        return bool(text) and any(UPDATED.search(line.partition(text)[0]) for line in self._lines if text in line)


def _iso(node: LexborNode, text: str) -> str:
    return iso_date((node.attributes.get("datetime") or "") if node.attributes else "") or iso_date(text)


def _is_date(line: str) -> bool:
    """Return whether a line is hardly more than a date: "April 2, 2026 · 3 min read"."""
    written = next((written for written, _ in written_dates(line)), "")
    return bool(written) and len(line) <= 3 * len(written) and line.find(written) <= len(written)


def _are_near(iso: str, other: str) -> bool:
    return abs(date.fromisoformat(iso) - date.fromisoformat(other)) <= timedelta(days=1)
