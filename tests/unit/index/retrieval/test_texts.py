"""Texts of an index and the windows over them."""

from __future__ import annotations

import pytest

from index.retrieval.texts import DocumentsBySource, MemoryTexts, WindowTable
from index.retrieval.windows import cut_windows
from tests.support.index_fakes import WordEmbedder, parse_files

LONG = "\n\n".join(f"Sentence {n} of this page has exactly eleven words in it, all told." for n in range(40))


@pytest.fixture
def texts() -> MemoryTexts:
    return MemoryTexts(*parse_files(WordEmbedder(), a_md=f"# One\n\n{LONG}", none_md="# Nothing below\n", b_md=LONG))


def test_windows_are_made_as_they_are_cut_all_together(texts):
    assert list(WindowTable(texts)) == cut_windows(texts.documents, texts.passages)


def test_places_of_rows_are_those_of_the_windows_that_hold_them(texts):
    windows = WindowTable(texts)
    for rows in (range(1), range(3, 30), range(len(texts.passages) - 1, len(texts.passages)), range(39, 42)):
        wanted = [place for place, window in enumerate(windows) if set(window.rows) & set(rows)]
        assert list(windows.places(rows)) == wanted
    assert list(windows.places(range(5, 5))) == []


def test_a_window_is_made_once(texts):
    windows = WindowTable(texts)
    assert windows[2] is windows[2]
    assert windows[1:3] == [windows[1], windows[2]]
    with pytest.raises(IndexError):
        windows[len(windows)]


def test_entries_name_every_document_and_its_rows(texts):
    rows = {entry.source: len(entry.rows) for entry in texts.entries}
    assert rows == {"a.md": 40, "b.md": 40, "none.md": 0}


def test_documents_are_found_by_source(texts):
    documents = DocumentsBySource(texts)
    assert sorted(documents) == ["a.md", "b.md", "none.md"]
    assert documents["b.md"].text == LONG
    assert documents.get("c.md") is None
