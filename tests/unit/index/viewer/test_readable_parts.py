"""Whatever is quoted of a source of any kind is marked in its readable parts, all of it and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.domain.sources import SourceFile
from index.parsing.chunking import chunk
from index.parsing.documents import parse
from index.viewer._readable_parts import readable_parts
from tests.support.article import ARTICLE
from tests.support.index_fakes import WordEmbedder
from tests.support.paths import ROOT

FOLDER = ROOT / "tests" / "data" / "sources"
FILES = [ARTICLE, *sorted(path for path in FOLDER.iterdir() if path.suffix not in (".py", ""))]


def bare(text: str) -> str:
    """Return a text without white space, and without the bars between cells."""
    return "".join(text.replace("|", "").split())


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.name)
def test_every_passage_is_marked_as_it_reads(file: Path) -> None:
    document = parse(SourceFile(file.name, file.read_bytes()))
    passages = chunk(document, WordEmbedder().count, 256)
    assert passages
    for passage in passages:
        parts = readable_parts(document, (passage.start, passage.end))
        marked = "".join(each.text for part in parts for cell in part.cells for each in cell if each.quoted)
        assert bare(marked) == bare(passage.reading)
