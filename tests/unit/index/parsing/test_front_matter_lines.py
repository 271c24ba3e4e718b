"""Front matter without fences is read as fields only where it can be nothing else."""

from __future__ import annotations

import pytest

from index.domain.sources import SourceFile
from index.parsing._front_matter import split_front_matter
from index.parsing.documents import parse


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("% The oven\n\nBody\n", [("title", "The oven")]),
        (
            "% The\n  oven\n% Ann Lee; Bo Ek\n% May 2026\n\nBody\n",
            [("title", "The oven"), ("author", "Ann Lee, Bo Ek"), ("date", "May 2026")],
        ),
        ("% The oven\r\n%\r\n% 2026-05-04\r\n\r\nBody\n", [("title", "The oven"), ("date", "2026-05-04")]),
        (
            "Title:  The oven  \nAuthor: Ann Lee\nBase Header Level: 2\n\nBody\n",
            [("Title", "The oven"), ("Author", "Ann Lee"), ("Base Header Level", "2")],
        ),
        ("\ufeffAuthor: Ann\n\tLee\nTitle: Oven\n\nBody\n", [("Author", "Ann Lee"), ("Title", "Oven")]),
    ],
)
def test_header_lines_are_fields(text, fields):
    front = split_front_matter(text)
    assert list(front.fields) == fields
    assert text[front.body_start :].strip() == "Body"


@pytest.mark.parametrize(
    "text",
    [
        "Title: The oven\nIt is new.\n\nBody\n",
        "Note: the oven is new.\n\nBody\n",
        "Author: Ann Lee\nVersion: 2\n\nBody\n",
        "%\n\nBody\n",
        "% The oven\nis new\n\nBody\n",
        "%d loaves\n\nBody\n",
        "% one\n% two\n% three\n% four\n\nBody\n",
        "Title:\n\nBody\n",
        "\n% The oven\n\nBody\n",
    ],
)
def test_what_may_be_anything_else_is_text(text):
    assert split_front_matter(text).fields == ()


def test_a_title_block_names_the_document():
    document = parse(SourceFile("a.md", b"% The oven\n% Ann Lee\n% 2026-05-04\n\nIt holds four loaves.\n"))
    named = (document.title, document.metadata["author"], document.metadata["published"])
    assert named == ("The oven", "Ann Lee", "2026-05-04")


def test_very_many_header_lines_are_text():
    assert split_front_matter("Title: a\n" * 100_000 + "\nBody\n").fields == ()
