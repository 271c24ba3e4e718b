"""A source as a whole page: its parts, the quoted words marked in them, and how it changed since."""

from __future__ import annotations

import pytest

from index.domain.answers import SourceChange
from index.domain.evidence import DifferenceKind, EvidencePage, PartKind, quote_digest
from tests.support.services_alone import QUOTE, TEXT, document

MARKED_UP = """---
title: Models
tags: [a, b]
---
# The **models**

Scout has *sixteen* experts. It is small.

- one item
- another item

| Model | Experts |
|---|---|
| Scout | 16 |
| Maverick | 128 |

```py
def f():
    return 1
```
"""


def place(text: str, words: str) -> tuple[int, int]:
    start = text.index(words)
    return start, start + len(words)


def marked(page: EvidencePage) -> list[str]:
    return [segment.text for part in page.parts for cell in part.cells for segment in cell if segment.quoted]


def reading(page: EvidencePage) -> list[tuple[str, str]]:
    return [
        (part.kind.value, " | ".join("".join(each.text for each in cell) for cell in part.cells)) for part in page.parts
    ]


def test_a_document_is_shown_by_its_readable_parts(sources, services):
    sources.rebuild("two", MARKED_UP)
    page = services.viewer.evidence("two", "a.md", place(sources.kept["two"]["a.md"].text, "small"))
    assert reading(page) == [
        ("field", "Models"),
        ("field", "a, b"),
        ("heading", "The models"),
        ("paragraph", "Scout has sixteen experts. It is small."),
        ("item", "one item"),
        ("item", "another item"),
        ("row", "Scout | 16"),
        ("row", "Maverick | 128"),
        ("code", "def f():\n    return 1\n"),
    ]
    assert [part.label for part in page.parts if part.kind in (PartKind.FIELD, PartKind.ROW)] == [
        "title",
        "tags",
        "Model | Experts",
        "Model | Experts",
    ]


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("Scout has *sixteen* experts.", ["Scout has sixteen experts."]),
        ("| Scout | 16 |", ["Scout", "16"]),
        ("Maverick", ["Maverick"]),
        ("The **models**", ["The models"]),
        ("one item\n- another item", ["one item", "another item"]),
        ("    return 1", ["return 1"]),
    ],
)
def test_the_quoted_characters_are_marked_as_they_read(words, shown, sources, services):
    sources.rebuild("two", MARKED_UP)
    page = services.viewer.evidence("two", "a.md", place(MARKED_UP, words))
    assert page.quote == words
    assert marked(page) == shown


@pytest.mark.parametrize("wrong", [(0, 0), (-5, 3), (9, 4), (0, 10**9), (10**9, 10**9 + 4)])
def test_a_place_outside_of_the_source_marks_nothing(wrong, services):
    page = services.viewer.evidence("one", "a.md", wrong)
    assert (page.quote, marked(page)) == ("", [])


def test_words_of_a_removed_snapshot_are_marked_where_they_stand_now(sources, services):
    asked = place(TEXT, QUOTE)
    sources.rebuild("two", f"New at the top.\n\n{TEXT}")
    del sources.kept["one"]
    page = services.viewer.evidence("one", "a.md", asked, quote_digest(QUOTE))
    assert (page.kept, page.snapshot, marked(page)) == (False, "two", [QUOTE])


def test_words_of_a_removed_snapshot_that_are_gone_are_not_marked(sources, services):
    asked = place(TEXT, QUOTE)
    sources.rebuild("two", TEXT.replace("ten", "six"))
    del sources.kept["one"]
    page = services.viewer.evidence("one", "a.md", asked, quote_digest(QUOTE))
    assert (page.kept, page.quote, marked(page)) == (False, "", [])


def test_the_page_says_how_the_source_changed_since(sources, services):
    asked = place(TEXT, QUOTE)
    sources.rebuild("two", TEXT.replace("ten", "six"))
    page = services.viewer.evidence("one", "a.md", asked, quote_digest(QUOTE))
    assert (page.kept, page.change, marked(page)) == (True, SourceChange.REWORDED, [QUOTE])
    changed = [(line.kind, line.text) for line in page.difference if line.kind is not DifferenceKind.SAME]
    assert changed == [(DifferenceKind.REMOVED, QUOTE), (DifferenceKind.ADDED, QUOTE.replace("ten", "six"))]


def test_a_source_that_is_gone_is_shown_as_it_was(sources, services):
    sources.rebuild("two", None)
    page = services.viewer.evidence("one", "a.md", place(TEXT, QUOTE))
    assert (page.change, page.difference, marked(page)) == (SourceChange.REMOVED, (), [QUOTE])


@pytest.mark.parametrize("source", ["", "b.md", "../a.md", "/etc/passwd", "a.md/", "a.md\0"])
def test_a_source_that_no_snapshot_has_has_no_page(source, services):
    assert services.viewer.evidence("one", source) is None
    assert services.viewer.original(source) is None


def test_a_difference_is_bounded(sources, services):
    sources.rebuild("two", "\n".join(map(str, range(5_000))))
    page = services.viewer.evidence("one", "a.md", place(TEXT, QUOTE))
    assert len(page.difference) == 201
    assert page.difference[-1].kind is DifferenceKind.GAP


def test_one_change_in_a_long_source_is_shown_with_what_is_around(sources, services):
    lines = [f"Line {number}." for number in range(30_000)]
    sources.kept["one"] = document("\n".join(lines))
    lines[20_000] = "Another line."
    sources.rebuild("two", "\n".join(lines))
    page = services.viewer.evidence("one", "a.md")
    assert [line.text for line in page.difference] == [
        *("Line 19998.", "Line 19999.", "Line 20000.", "Another line.", "Line 20001.", "Line 20002.")
    ]


@pytest.mark.parametrize(
    ("before", "after"), [("a\nb", "a\nb\nc"), ("a\na\na", "a\na"), ("", "a"), ("a", ""), ("a\nb", "b")]
)
def test_lines_that_come_or_go_at_an_end_are_shown(before, after, sources, services):
    sources.kept["one"] = document(before)
    sources.rebuild("two", after)
    kinds = [line.kind for line in services.viewer.evidence("one", "a.md").difference]
    gained = kinds.count(DifferenceKind.ADDED) - kinds.count(DifferenceKind.REMOVED)
    assert gained == len(after.splitlines()) - len(before.splitlines())
