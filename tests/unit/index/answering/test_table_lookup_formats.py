"""The real library answers from a table of benchmarks, whatever file it is in, and shows it where it stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from index import Library, Settings, open_library
from index.snapshots.store import SnapshotStore
from index.viewer._source_page import source_page
from tests.support.office import docx, paragraph, pdf, ruled, table, word_table

HEADER = ("Model", "Parameters", "MMMU", "MathVista", "LiveCodeBench")
MODELS = {
    "benchmarks.md": ("Maverick", "400B", "73.4", "73.7", "43.4"),
    "benchmarks.html": ("Scout", "109B", "69.4", "70.7", "32.8"),
    "benchmarks.docx": ("Qwen", "72B", "70.2", "74.8", "30.7"),
    "benchmarks.csv": ("Mistral", "24B", "64.0", "67.1", "28.2"),
    "ruled-benchmarks.pdf": ("Behemoth", "2000B", "76.1", "75.2", "49.4"),
    "open-benchmarks.pdf": ("Gemma", "27B", "64.9", "67.6", "29.1"),
}
"""Which file says what of which model; each file also has a row of another."""

OTHER = ("Baseline", "8B", "41.7", "43.0", "11.9")


def file_of(name: str, rows: tuple[tuple[str, ...], ...]) -> bytes:
    if name.endswith(".md"):
        lines = [rows[0], ("--",) * len(rows[0]), *rows[1:]]
        return ("# Benchmarks\n\n" + "\n".join(f"| {' | '.join(row)} |" for row in lines)).encode()
    if name.endswith(".html"):
        body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
        return f"<title>Benchmarks</title><nav>Home</nav><main><h1>Results</h1><table>{body}</table></main>".encode()
    if name.endswith(".docx"):
        return docx(paragraph("Benchmarks", "Title"), word_table(rows))
    if name.endswith(".csv"):
        return "\n".join(";".join(row) for row in rows).encode()
    words = [(60, 780, 18, "Benchmarks"), *table(rows, 700, width=95)]
    return pdf(words, lines=ruled(rows, 700, width=95) if name == "ruled-benchmarks.pdf" else ())


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> tuple[Library, Path]:
    folder = tmp_path_factory.mktemp("tables")
    (folder / "seeds").mkdir()
    for name, row in MODELS.items():
        (folder / "seeds" / name).write_bytes(file_of(name, (HEADER, row, OTHER)))
    index = folder / "index"
    settings = Settings(
        _env_file=None, seeds_dir=folder / "seeds", index_dir=index, journal_file=folder / "journal.sqlite3"
    )
    open_library(settings).reindex()
    return open_library(settings), index  # as it is read from the disk again


@pytest.mark.parametrize("name", MODELS)
def test_what_does_it_score_on_mmmu_is_answered_from_the_table(opened, name):
    library, index = opened
    answer = library.ask(f"What does {MODELS[name][0]} score on MMMU?")
    first = answer.citations[0]
    assert not answer.abstained
    assert first.source == name
    assert first.shown == " | ".join(MODELS[name])
    assert answer.short_answer
    assert answer.short_answer.text == MODELS[name][2]
    document = (SnapshotStore(index).documents(answer.snapshot) or {})[name]
    assert document.text[first.start : first.end] == first.quote


@pytest.mark.parametrize("name", MODELS)
def test_the_row_is_shown_where_it_stands_below_its_header(opened, name):
    library, index = opened
    answer = library.ask(f"What does {MODELS[name][0]} score on MMMU?")
    document = (SnapshotStore(index).documents(answer.snapshot) or {})[name]
    page = source_page(document, answer.citations[0], snapshot=answer.snapshot, current=document)
    assert page.highlight
    assert page.text[slice(*page.highlight)] == " | ".join(MODELS[name])
    assert ", ".join(HEADER) in page.text
    assert page.change == ""
