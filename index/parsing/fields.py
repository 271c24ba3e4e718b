"""What a document says of itself: the names of such fields, and what they mean to a reader."""

from __future__ import annotations

__all__ = ["MEANINGS", "field_meaning"]

MEANINGS = {
    "author": "Author: who wrote the article, written by",
    "authors": "Authors: who wrote the article, written by",
    "date": "Published: the date when the article was published, publication date",
    "published": "Published: the date when the article was published, publication date",
    "updated": "Updated: the date when the article was last updated",
    "title": "Title: of the article, what it is called",
    "summary": "Summary: of the article",
    "description": "Description: of the article",
    "tags": "Tags: the topics and keywords of the article",
    "keywords": "Keywords: the topics of the article",
    "license": "License: the licence of this text",
    "url": "URL: the web address of the article, its link",
}
"""What common keys mean to a reader; other keys stand for themselves."""


def field_meaning(name: str) -> str:
    """Return what a field means, in words that retrieval finds: its label, and after a colon what it tells."""
    return MEANINGS.get(name.lower(), name.replace("_", " ").replace("-", " "))
