"""Every word that a person reads in a source can be quoted, and nothing else can.

The files of tests/data/sources have the shapes of real ones. What a person reads in them is in the folder `reference`
beside them, written by other programs than ours: `python -m tests.support.reference`.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

from index.domain.documents import Document, Passage
from index.domain.sources import SourceFile
from index.parsing.chunking import chunk
from index.parsing.documents import parse
from index.parsing.formats import FORMATS, SUFFIXES
from tests.support.index_fakes import WordEmbedder
from tests.support.reference import REFERENCES, source_files

FILES = [path for path in source_files() if path.suffix in SUFFIXES]

WORD = re.compile(r"[^\W\d_]+|\d+")

ADDED = Counter(["struck", "out", "done", "open"])
"""Words of `index.text.notation`, which say what a page shows by type."""

every_file = pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)


def words(texts: Iterable[str]) -> Counter[str]:
    """Return how often each word occurs; a number in letters of another size is a word of its own."""
    spaced = (re.sub(r"([²³¹⁰⁴-⁹₀-₉]+)", r" \1 ", text) for text in texts)
    return Counter(WORD.findall(unicodedata.normalize("NFKC", " ".join(spaced)).casefold()))


def read(path: Path) -> tuple[Document, list[Passage]]:
    document = parse(SourceFile(path.name, path.read_bytes()))
    return document, chunk(document, WordEmbedder().count, 64)


def reference(path: Path) -> Counter[str]:
    return words([(REFERENCES / f"{path.name}.txt").read_text("utf-8")])


@every_file
def test_every_word_of_a_source_is_in_a_passage_or_heads_one(path: Path) -> None:
    """A heading or the header of a table is read with each passage below it."""
    document, passages = read(path)
    headings = {(above.start, above.reading) for section in document.sections for above in section.path}
    leads = {block.lead for section in document.sections for block in section.blocks}
    texts = [document.title, *(passage.reading for passage in passages), *(text for _, text in headings), *leads]
    lost = reference(path) - words(texts)
    assert lost == Counter()


@every_file
def test_no_passage_holds_words_that_nobody_reads_in_the_source(path: Path) -> None:
    """Markup, comments and navigation are not quoted; fields of the file itself may be."""
    _, passages = read(path)
    invented = words(passage.reading for passage in passages if passage.kind != "field").keys() - reference(path).keys()
    assert invented - ADDED.keys() == set()


def test_every_format_has_a_file_of_each_suffix_that_differs() -> None:
    have = {SUFFIXES[path.suffix] for path in FILES}
    assert {format_.id for format_ in FORMATS} - have == set()


def test_every_file_has_a_reference_and_every_reference_a_file() -> None:
    assert {f"{path.name}.txt" for path in source_files()} == {path.name for path in REFERENCES.iterdir()}
