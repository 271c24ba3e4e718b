"""reStructuredText is read as the page that docutils or Sphinx makes of it."""

from __future__ import annotations

import pytest

from index.domain.sources import SourceFile
from index.parsing._rst import read_rst
from index.parsing.documents import parse


def blocks(text: str) -> list[tuple[str, str]]:
    return [
        (f"{block.mark} " * (block.kind == "item") + block.kind, block.text) for block in read_rst(text.encode()).blocks
    ]


def texts(text: str) -> list[str]:
    return [text for _, text in blocks(text)]


def test_titles_make_sections_and_the_bibliography_fields():
    parsed = read_rst(
        b"Ferry\n=====\n\n:Author: Ines Roth\n:Date: 2023-09-01\n:orphan:\n\nSea.\n\nFares\n-----\n\nLow.\n"
    )
    assert parsed.title == "Ferry"
    assert parsed.fields == (("author", "Ines Roth"), ("published", "2023-09-01"))
    assert [(block.kind, block.level, block.text) for block in parsed.blocks] == [
        ("heading", 1, "Ferry"),
        ("prose", 0, "Sea."),
        ("heading", 2, "Fares"),
        ("prose", 0, "Low."),
    ]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("See :ref:`the fares <fares>` and :py:meth:`~sea.Ferry.sail`.", "See the fares and sail."),
        ("Press :kbd:`Ctrl+S`, then :menuselection:`File --> Save`.", "Press Ctrl+S, then File → Save."),
        ("10\\ :sup:`3` boats, H\\ :sub:`2`\\ O.", "10³ boats, H₂O."),
        ("It sails [#n]_ daily.\n\n.. [#n] In summer.", "It sails daily."),
        ("|ship| sails.\n\n.. |ship| replace:: The *Aurora*", "The Aurora sails."),
        ("A :made-up:`role here`, ``a *literal*``.", "A role here, a *literal*."),
    ],
)
def test_roles_and_marks_are_read_by_what_a_page_shows(text, read):
    assert texts(text)[0] == read


@pytest.mark.parametrize(
    ("text", "read"),
    [
        (".. warning:: No dogs.", "Warning: No dogs."),
        (".. versionadded:: 2.4\n   Night trips.", "Added in version 2.4: Night trips."),
        (".. deprecated:: 3.0 Buy at the pier.", "Deprecated since version 3.0: Buy at the pier."),
        (".. versionchanged:: 3.1", "Changed in version 3.1."),
        (".. made-up:: Pier 4\n   :colour: red\n\n   Opens at 6.", "Pier 4"),
        (".. py:function:: sail(speed)\n\n   Leaves the port.", "sail(speed) | Leaves the port."),
    ],
)
def test_directives_are_read_by_their_words(text, read):
    assert texts(text)[0] == read


@pytest.mark.parametrize(
    "unseen",
    [
        ".. include:: /etc/hostname",
        ".. raw:: html\n\n   <b>x</b>",
        ".. a comment",
        ".. toctree::\n\n   a",
        ".. image:: a.png",
    ],
)
def test_what_a_page_does_not_show_and_other_files_are_not_read(unseen):
    assert texts(f"Seen.\n\n{unseen}\n") == ["Seen."]


def test_formulas_and_names_of_fields_are_read_without_marks():
    text = "Sea :math:`h^2`.\n\n.. math:: t = \\frac{h}{g}\n\n:Depth: 4 m\n"
    assert texts(text) == ["Sea h².", "t = h/g", "Depth | 4 m"]


def test_a_table_of_another_file_is_not_read():
    assert texts("Seen.\n\n.. csv-table::\n   :file: /etc/passwd\n") == ["Seen."]


def test_tables_lists_and_code_keep_their_form():
    text = """
.. list-table::
   :header-rows: 1

   * - Class
     - Fare
   * - Deck
     - 12 €

.. code-block:: sh
   :caption: Sail
   :linenos:

   sail --now

3. Board.

   a. Sit.

- Leave.
"""
    assert blocks(text) == [
        ("row", "Deck | 12 €"),
        ("prose", "Sail"),
        ("code", "sail --now"),
        ("3. item", "Board."),
        ("a. item", "Sit."),
        ("- item", "Leave."),
    ]


def test_a_source_in_another_encoding_is_read():
    document = parse(SourceFile("a.rst", "Fähre\n=====\n\nNach Öland.\n".encode("cp1252")))
    assert document.title == "Fähre"
    assert [str(note) for note in document.notes] == ["was read as Windows-1252: save it as UTF-8 to be sure"]
