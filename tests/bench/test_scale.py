"""The bench of ten million tokens measures what it says, on a corpus of a few sentences."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from index.retrieval.numpy_store import NumpyEngine
from tests.bench.scale.__main__ import PARTS, measure, show
from tests.bench.scale.corpus import Corpus, CorpusFile, make_corpus, take
from tests.bench.scale.measure_engines import FIGURES
from tests.bench.scale.measure_engines import rows as engine_rows
from tests.bench.scale.memory import peak_memory, tree_memory
from tests.bench.scale.packages import GENERATED, FetchedPackage, fetch, source_files
from tests.bench.scale.recall import ExactVectors
from tests.bench.scale.runs import NotMeasured, Row, Run
from tests.support.milvus import need_milvus_lite
from tests.support.pgvector import pgvector_server
from tests.support.s3_server import s3_server

TEXTS = {
    "bread-doc/bread.md": "# Bread\n\n## Rising of the dough\n\nBread is made of flour, water and yeast in an oven.\n",
    "tea-doc/tea.md": "# Tea\n\n## Picking of the leaves\n\nTea is made of the leaves of a shrub from Assam.\n",
    "milk-doc/milk.txt": "Milk comes from cows, and is kept cold on its way to the shop.\n",
}


@pytest.fixture
def run(tmp_path: Path) -> Run:
    for name, text in TEXTS.items():
        (tmp_path / "sources" / name).parent.mkdir(parents=True)
        (tmp_path / "sources" / name).write_text(text, "utf-8")
    files = tuple(CorpusFile(name, "", len(text), 100, 1, 1) for name, text in TEXTS.items())
    return Run(Corpus(tmp_path, (FetchedPackage("tea-doc", "1.0"),), files), 200, 2, lambda text: None)


def test_each_size_is_the_beginning_of_the_next(run, tmp_path):
    assert [len(run.corpus.first(tokens)) for tokens in (1, 100, 101, 300, 10**9)] == [1, 1, 2, 3, 3]
    taken = take(run.corpus, 200, tmp_path / "taken")
    assert sorted(path.name for path in taken.rglob("*.*")) == ["bread.md", "tea.md"]
    assert run.corpus.totals(200)["tokens"] == 200


def test_a_corpus_is_cut_from_pages_without_lists_and_stubs(tmp_path):
    """The packages are there already: nothing is fetched."""
    pages = {
        "library.html": "<h1>Bread</h1>" + "<p>Bread is made of flour, water and yeast in a hot oven.</p>" * 9,
        "stub.html": "<p>Nothing.</p>",
        "genindex.html": "<h1>Index</h1>" + "<p>Bread, flour, oven, water, yeast and all the others.</p>" * 9,
    }
    folder = tmp_path / "unpacked" / "python3.11-doc" / "usr" / "share" / "doc" / "python3.11" / "html"
    folder.mkdir(parents=True)
    for name, page in pages.items():
        (folder / name).write_text(page, "utf-8")
    assert [name for name, _ in source_files(tmp_path / "unpacked")] == [
        "python3.11-doc/library.html",
        "python3.11-doc/stub.html",
    ]


@pytest.mark.parametrize(
    ("name", "is_generated"),
    [
        ("html/genindex.html", True),
        ("_sources/a.txt", True),
        ("html/search.html", True),
        ("html/contents.html", True),
        ("library/os.html", False),
        ("index.html", False),
        ("process/contents-of-a-page.rst", False),
    ],
)
def test_lists_that_a_program_made_are_no_sources(name, is_generated):
    assert bool(GENERATED.search(name)) == is_generated


def test_a_package_that_is_not_to_be_had_says_so(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    packages = fetch(tmp_path / "scale", lambda text: None)
    assert {package.missing for package in packages} == {"there is no apt-get: the corpus is made of Debian's packages"}
    with pytest.raises(SystemExit, match="There is no corpus: there is no apt-get"):
        make_corpus(tmp_path / "scale", 1_000, lambda text: None)


@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="the system has no /proc")
def test_memory_is_that_of_the_process_and_its_children():
    command = [sys.executable, "-c", "import subprocess, sys; subprocess.run([sys.executable, '-c', sys.argv[1]])"]
    with subprocess.Popen([*command, "a = b'x' * 200_000_000; input()"], stdin=subprocess.PIPE) as process:
        with peak_memory(process.pid) as memory:
            while memory.own < 200:
                assert process.poll() is None
        assert tree_memory(process.pid).resident >= 200
        process.communicate(b"\n")
    assert memory.resident >= memory.own >= 200
    assert tree_memory(os.getpid()).resident > 0


def test_exact_search_finds_the_rows_with_the_highest_cosines(tmp_path):
    vectors = np.eye(4, dtype=np.float32)
    with NumpyEngine().writer(tmp_path, 4) as writer:
        writer.add(vectors)
    question = np.asarray([0.8, 0.6, 0, 0], np.float32)
    found = ExactVectors(NumpyEngine().open(tmp_path), np.stack([vectors[3], question])).search(question, 2)
    assert [(row, round(cosine, 4)) for row, cosine in found] == [(0, 0.8), (1, 0.6)]


def test_a_part_that_needs_an_index_says_that_there_is_none(run):
    assert measure(run, ["recall"], again=False)["recall"]["not_measured"] == "there is no index: measure `build` first"


def test_what_was_measured_is_kept_and_not_measured_again(run, monkeypatch):
    counted: list[int] = []

    def count(given: Run) -> dict[str, int]:
        counted.append(given.tokens)
        if len(counted) == 1:
            raise NotMeasured("the first time")
        return {"count": len(counted)}

    monkeypatch.setitem(PARTS, "open", (count, lambda measured: [Row("counted", str(measured["count"]))]))
    for again, expected in ((False, 1), (False, 2), (False, 2), (True, 3)):
        measure(run, ["open"], again=again)
        assert len(counted) == expected
    assert json.loads(run.results.read_text("utf-8"))["open"]["count"] == 3


@pytest.mark.slow
def test_every_part_is_measured_over_a_few_sentences(run, capsys):
    results = measure(run, ["build", "questions", "recall", "open", "edit"], again=False)
    assert [name for name, result in results.items() if "not_measured" in result] == []
    assert results["build"]["passages"] == 2
    assert results["questions"]["asked"] >= 2
    assert results["recall"]["recall@20"] == 1.0
    show(run, results)
    shown = capsys.readouterr().out
    assert "build, tokens a second" in shown
    assert "distractors" in shown


def test_engines_are_shown_as_ratios_to_files_and_a_missing_one_says_so():
    measured = {
        "tokens": 100_000,
        "rows": 4_300,
        "stores": {
            "files": dict.fromkeys(FIGURES, 2.0) | {"server_mb": 0.0},
            "PostgreSQL": dict.fromkeys(FIGURES, 5.0) | {"server_mb": 40.0},
            "Milvus": {"not_measured": "this needs milvus-lite"},
        },
        "journals": {"SQLite": 0.5, "PostgreSQL": 1.5},
        "objects": {"not_measured": "there is no S3 server"},
        "embedding": {"here": 4.0, "by a server": 8.0},
    }
    table = {row.name.strip(): (row.figure, row.target) for row in engine_rows(measured)}
    assert table["both searches, p50 ms"] == ("2", "PostgreSQL 5 (x 2.5); Milvus not measured")
    assert table["memory of the server, MB"] == ("-", "PostgreSQL 40")
    assert table["recording an answer, p50 ms"] == ("0.5", "PostgreSQL 1.5 (x 3)")
    assert table["a snapshot and its sources to another folder, s"] == ("not measured: there is no S3 server", "")
    assert table["embedding a window, ms"] == ("4", "by a server 8 (x 2)")


@pytest.mark.slow
def test_every_engine_is_measured_over_a_few_sentences(run, capsys):
    need_milvus_lite()
    pgvector_server()
    with s3_server():
        pass
    measured = measure(run, ["engines"], again=False)["engines"]
    assert measured["rows"] == 2
    for name, figures in measured["stores"].items():
        assert {figure for figure in FIGURES if figures.get(figure, 0) > 0} == set(FIGURES), name
    assert [name for name, figures in measured["stores"].items() if figures["server_mb"] > 0] == [
        "PostgreSQL",
        "Milvus",
    ]
    for part in ("journals", "objects", "embedding"):
        assert "not_measured" not in measured[part]
        assert min(measured[part].values()) > 0
    assert not (run.corpus.folder / "engines").exists()
