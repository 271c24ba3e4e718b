"""What a page declares of itself for programs: `meta` elements, JSON-LD and microdata."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

from index.parsing.fields import is_placeholder
from index.parsing.layout import clean_text

__all__ = ["PROPERTY_NAMES", "Declared", "declared_fields", "is_name"]

META_NAMES = """
    author: author article:author dc.creator dcterms.creator citation_author parsely-author sailthru.author byl
    published: article:published_time og:published_time datepublished date dc.date dc.date.issued dcterms.issued
        dcterms.created pubdate publishdate publish_date publication_date citation_publication_date citation_date
        parsely-pub-date sailthru.date
    updated: article:modified_time og:updated_time og:modified_time datemodified last-modified lastmod dcterms.modified
        dc.date.modified revised
    tags: keywords news_keywords article:tag citation_keywords parsely-tags
    title: og:title citation_title dc.title parsely-title
    version: softwareversion version
"""
META = {
    key: line.split(":", 1)[0].strip()
    for line in re.sub(r"\n {8}", " ", META_NAMES).strip().split("\n")
    for key in line.split(":", 1)[1].split()
}
PROPERTY_NAMES = {
    "author": "author",
    "datePublished": "published",
    "dateModified": "updated",
    "keywords": "tags",
    "headline": "title",
    "softwareVersion": "version",
}
"""Fields by the names that schema.org gives them."""

ARTICLE = re.compile(r"article|posting|report|blog|webpage|software", re.IGNORECASE)
MOST_OBJECTS = 2_000
MOST_VALUES = 20
LONGEST = 300
LONGEST_NAME = 80
NO_NAME = re.compile(
    r"https?:|[@/<>{}]|\b(?:about|authors?|posts?|more|follow|view|share|read|profile|comments?|written)\b|^\W*$",
    re.IGNORECASE,
)

Declared = Mapping[str, tuple[str, ...]]


def declared_fields(tree: LexborHTMLParser) -> Declared:
    """Return the values of each field: those of JSON-LD, else those of `meta` elements, each once."""
    found: dict[str, tuple[str, ...]] = {}
    for name, value in [*_linked_data(tree), *_meta(tree)]:
        values = found.setdefault(name, ())
        if value not in values and len(values) < MOST_VALUES and not is_placeholder(name, value):
            found[name] = (*values, value)
    return found


def is_name(text: str) -> bool:
    """Return whether a text can be the name of a person or organisation, rather than a link or a sentence."""
    return 0 < len(text) <= LONGEST_NAME and not NO_NAME.search(text) and not is_placeholder("author", text)


def _meta(tree: LexborHTMLParser) -> Iterator[tuple[str, str]]:
    for node in tree.css("meta[content]"):
        keys = (node.attributes.get(key) for key in ("name", "property", "itemprop"))
        value = clean_text(node.attributes.get("content") or "")
        for key in filter(None, keys):
            name = META.get(key.strip().lower()) or PROPERTY_NAMES.get(key.strip())
            if name and value and len(value) <= LONGEST:
                yield from ((name, part) for part in _parts(name, value))


def _parts(name: str, value: str) -> list[str]:
    """Return the single tags of a list, or the value itself, which of an author must be a name."""
    if name == "tags":
        return [part.strip() for part in value.split(",") if part.strip()]
    return [value] if name != "author" or is_name(value) else []


def _linked_data(tree: LexborHTMLParser) -> Iterator[tuple[str, str]]:
    """Yield the fields of the first article, or page, that JSON-LD describes."""
    objects = [each for node in tree.css('script[type="application/ld+json"]') for each in _objects(node)]
    by_id = {str(each["@id"]): each for each in objects if "@id" in each and len(each) > 1}
    described = [
        each for each in objects if ARTICLE.search(str(each.get("@type", ""))) and PROPERTY_NAMES.keys() & each
    ]
    described.sort(key=lambda each: "page" in str(each["@type"]).lower())
    for each in described[:1]:
        for key, name in PROPERTY_NAMES.items():
            for text in _texts(each.get(key), by_id):
                yield from ((name, part) for part in _parts(name, text))


def _objects(node: LexborNode) -> list[dict[str, Any]]:
    """Return the objects of a script, from outside to inside; none if it is no JSON."""
    try:
        waiting: list[Any] = [json.loads(node.text() or "", strict=False)]
    except (ValueError, RecursionError):
        return []
    objects: list[dict[str, Any]] = []
    while waiting and len(objects) < MOST_OBJECTS:
        value = waiting.pop(0)
        if isinstance(value, dict):
            objects.append(value)
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
    return objects


def _texts(value: Any, by_id: Mapping[str, dict[str, Any]]) -> Iterator[str]:
    """Yield the texts of a property: itself, of an object its name, of a reference the name of what it refers to."""
    for each in (value if isinstance(value, list) else [value])[:MOST_VALUES]:
        item = by_id.get(str(each.get("@id")), each) if isinstance(each, dict) else each
        text = item.get("name") if isinstance(item, dict) else item
        if isinstance(text, str) and 0 < len(text) <= LONGEST:
            yield clean_text(text)
