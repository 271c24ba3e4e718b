"""A segment: texts on disk, read one by one and checked."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.domain.errors import Damaged
from index.retrieval.texts import MemoryTexts
from index.snapshots.segment import DOCUMENTS, ENTRIES, PASSAGES, WINDOWS, Segment, write_segment
from tests.support.article import ARTICLE
from tests.support.index_fakes import WordEmbedder, parse_files

FILES = {
    "a_md": "---\ntitle: Bread\ndate: 2026-01-02\n---\n"
    "# Bread\n\nBread is **made** of flour. It is old.\n\n- salt\n- water\n",
    "empty_md": "# Only a heading\n",
    "notes_md": "# Notes\n\n## 2026-03-04\n\nRye came.\n\n"
    "## 2025-01-01\n\nWheat came.\n\n| a | b |\n|---|---|\n| 1 | 2 |\n",
    "page_html": "<h1>Tea</h1><p>Tea is made of leaves.</p>",
    "article_md": ARTICLE.read_text("utf-8"),
}


@pytest.fixture
def texts() -> MemoryTexts:
    return MemoryTexts(*parse_files(WordEmbedder(), **FILES))


@pytest.fixture
def folder(texts: MemoryTexts, tmp_path: Path) -> Path:
    with write_segment(tmp_path) as writer:
        for document in texts.documents.values():
            writer.add(document, [passage for passage in texts.passages if passage.document_id == document.id])
    return tmp_path


def test_passages_are_read_as_they_were_written(texts, folder):
    segment = Segment(folder, 0)
    assert [segment.passage(row) for row in segment.rows] == list(texts.passages)


def test_documents_are_read_as_they_were_but_for_blocks_of_text_formats(texts, folder):
    segment = Segment(folder, 0)
    for number, document in enumerate(texts.documents.values()):
        read = segment.document(number)
        assert (read.id, read.text, read.metadata, read.title) == (
            document.id,
            document.text,
            document.metadata,
            document.title,
        )
        assert [section.path for section in read.sections] == [section.path for section in document.sections]
    assert segment.document(3).sections == texts.documents[segment.entries[3].id].sections


def test_windows_are_those_of_the_texts_in_memory(texts, folder):
    assert Segment(folder, 0).window_rows(()).tolist() == texts.window_rows.tolist()


def test_rows_count_from_the_first_of_the_segment(texts, folder):
    segment = Segment(folder, 1_000)
    assert segment.rows == range(1_000, 1_000 + len(texts.passages))
    assert segment.passage(1_000) == texts.passages[0]
    assert segment.window_rows(()).min() == 1_000
    assert segment.entries[0].rows.start == 1_000


def test_an_entry_says_what_dates_a_document_and_its_sections(folder):
    bread, empty, notes, *_ = Segment(folder, 100).entries
    assert (bread.source, bread.title, bread.dates["date"]) == ("a.md", "Bread", "2026-01-02")
    assert len(empty.rows) == 0
    dated = [(date, stop - first) for first, stop, date in notes.dated]
    assert dated == [("2026-03-04", 1), ("2025-01-01", 2)]
    assert notes.dated[0][0] >= 100


def test_windows_of_removed_documents_are_left_out(texts, folder):
    segment = Segment(folder, 0)
    left = segment.window_rows((0, 4))
    gone = [segment.entries[0].rows, segment.entries[4].rows]
    assert len(left) == 2
    assert not any(start in rows for start, _ in left for rows in gone)


@pytest.mark.parametrize("name", [DOCUMENTS, PASSAGES])
def test_a_changed_byte_of_a_text_is_damage_when_it_is_read(folder, name):
    path = folder / name
    data = bytearray(path.read_bytes())
    data[20] ^= 1
    path.write_bytes(data)
    segment = Segment(folder, 0)
    with pytest.raises(Damaged, match=f"{name} of snapshot"):
        segment.document(0) if name == DOCUMENTS else segment.passage(0)
    assert segment.document(1)
    assert segment.passage(1)


@pytest.mark.parametrize("name", [DOCUMENTS, PASSAGES, ENTRIES, WINDOWS, "documents.npy", "passages.npy"])
@pytest.mark.parametrize("harm", ["short", "missing", "nonsense"])
def test_files_that_cannot_be_as_they_were_written_are_damage_at_once(folder, name, harm):
    path = folder / name
    if harm == "missing":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:-9] if harm == "short" else b"nonsense")
    with pytest.raises(Damaged):
        Segment(folder, 0)


def test_texts_are_read_after_their_files_were_removed(texts, folder):
    segment = Segment(folder, 0)
    for path in folder.iterdir():
        path.unlink()
    assert segment.passage(0) == texts.passages[0]
