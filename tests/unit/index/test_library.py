"""The library: asks and says how things stand, from any thread, whatever goes on beside."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

import pytest

from index.domain.errors import NoIndex, ReindexRunning
from index.retrieval.faiss_store import FaissEngine
from index.snapshots.store import SnapshotStore
from tests.support.index_fakes import MemoryEngine, MemoryStore, WordEmbedder, library, states, write

BREAD = "Bread is made of flour and water.\n"
TEA = "Tea is made of leaves and time.\n"


class WaitingEmbedder(WordEmbedder):
    """Builds only when it is let, so that a test can look at the library meanwhile."""

    def __init__(self) -> None:
        super().__init__()
        self.building = threading.Event()
        self.let = threading.Event()
        self.let.set()

    def windows(self, texts, progress=None, **options):
        self.building.set()
        assert self.let.wait(30)
        yield from super().windows(texts, progress, **options)


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    return write(tmp_path / "seeds", a_md=BREAD, b_txt=TEA)


def test_before_the_first_reindex_there_is_no_index(seeds, index):
    for act in (library(seeds, index).load, lambda: library(seeds, index).ask("bread")):
        with pytest.raises(NoIndex, match="python -m index reindex"):
            act()


def test_a_question_loads_what_is_not_loaded(seeds, index):
    built = library(seeds, index).reindex().snapshot
    answer = library(seeds, index).ask("bread flour water")
    assert answer.citations[0].quote == BREAD.strip()
    assert answer.snapshot == built.id
    assert answer.latency_ms > 0


def test_a_rebuilt_index_answers_at_once_from_the_new_sources(seeds, index):
    made = library(seeds, index)
    made.reindex()
    write(seeds, a_md="Bread is baked from rye and water.\n")
    made.reindex()
    assert made.ask("bread rye").citations[0].quote == "Bread is baked from rye and water."


def test_status_says_which_sources_are_new_changed_and_removed(seeds, index):
    write(seeds, c_md="Coffee is made of beans.\n")
    made = library(seeds, index)
    made.reindex()
    assert made.status().stale == ""
    write(seeds, a_md=BREAD + "More.\n", d_md=TEA)
    (seeds / "b.txt").unlink()
    status = made.status()
    assert states(status) == {"a.md": "changed", "b.txt": "removed", "c.md": "indexed", "d.md": "new"}
    assert status.stale == "new: d.md; changed: a.md; removed: b.txt"


def test_files_of_unread_kinds_are_named_and_are_no_change(seeds, index):
    made = library(seeds, index)
    made.reindex()
    write(seeds, letter_doc=b"x", logo_png=b"x")
    status = made.status()
    assert status.stale == ""
    assert {item.source for item in status.skipped} == {"letter.doc", "logo.png"}


def test_status_names_a_few_sources_and_counts_the_rest(seeds, index):
    made = library(seeds, index)
    made.reindex()
    write(seeds, **{f"n{number}_md": TEA for number in range(5)})
    assert made.status().stale == "new: n0.md, n1.md, n2.md and 2 more"


def test_status_without_an_index_or_without_sources(seeds, index):
    status = library(seeds, index).status()
    assert (status.snapshot, status.stale, status.ready) == (None, "there is no index yet", False)
    assert states(status) == {"a.md": "new", "b.txt": "new"}
    library(seeds, index).reindex()
    gone = library(seeds.parent / "nowhere", index).status()
    assert gone.stale == "removed: a.md, b.txt"
    assert gone.snapshot is not None


def test_status_tells_each_sources_title_size_and_passages(seeds, index):
    made = library(seeds, index)
    made.reindex()
    sources = {source.source: (source.title, source.size, source.passages) for source in made.status().sources}
    assert sources == {"a.md": ("a", len(BREAD), 1), "b.txt": ("b", len(TEA), 1)}


def test_status_names_files_that_are_no_sources(seeds, index):
    write(seeds, bad_md=b"\0")
    made = library(seeds, index)
    made.reindex()
    assert [(skipped_file.source, skipped_file.reason) for skipped_file in made.status().skipped] == [
        ("bad.md", "is a binary file, not text")
    ]


def test_status_says_when_another_model_is_set(seeds, index):
    library(seeds, index).reindex()
    status = library(seeds, index, embedder=WordEmbedder("others")).status()
    assert "EMBEDDING_MODEL is others" in status.stale
    assert status.snapshot is not None
    assert (status.snapshot.model, status.model) == ("words", "others")


def test_status_of_a_damaged_index_says_what_mends_it(seeds, index):
    library(seeds, index).reindex()
    (index / "LIVE").write_text("nonsense")
    assert "LIVE, is damaged. Answers come from snapshot " in library(seeds, index).status().stale
    assert library(seeds, index).status().stale.endswith(": reindex, or roll back to a good one.")
    assert library(seeds, index).reindex().passages_after == 2
    assert library(seeds, index).status().stale == ""


def test_a_second_builder_is_refused_and_the_first_goes_on(seeds, index):
    embedder = WaitingEmbedder()
    made = library(seeds, index, embedder=embedder)
    embedder.let.clear()
    with ThreadPoolExecutor() as threads:
        first = threads.submit(made.reindex)
        assert embedder.building.wait(30)
        try:
            with pytest.raises(ReindexRunning, match="already running, since") as refused:
                library(seeds, index).reindex()
            assert f"process {os.getpid()} on " in refused.value.log_detail
        finally:
            embedder.let.set()
        assert first.result(30).passages_after == 2
    assert made.reindex().passages_after == 2


def test_a_reindex_in_another_process_is_noticed(seeds, index):
    index.mkdir()
    holder = (
        "import sys; from filelock import FileLock\n"
        f"with FileLock({str(index / 'reindex.lock')!r}):\n    print('held', flush=True); sys.stdin.read()\n"
    )
    with subprocess.Popen([sys.executable, "-c", holder], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline().strip() == b"held"
        with pytest.raises(ReindexRunning):
            library(seeds, index).reindex()
        other.communicate()
    assert library(seeds, index).reindex().passages_after == 2


def test_questions_during_reindexes_each_come_from_one_snapshot_to_the_letter(seeds, index):
    texts = [f"Bread number{n} is made of flour{n} and water.\n" * (n + 1) for n in range(4)]
    made = library(seeds, index, threshold=0.0)
    (seeds / "b.txt").unlink()
    source_of: dict[str, str] = {}
    write(seeds, a_md=texts[0])
    source_of[made.reindex().snapshot.id] = texts[0]
    done = threading.Event()
    answers = []

    def keep_asking() -> None:
        while not done.is_set():
            answers.append(made.ask("What is bread made of?"))

    with ThreadPoolExecutor() as threads:
        askers = [threads.submit(keep_asking) for _ in range(3)]
        for text in texts[1:]:
            write(seeds, a_md=text)
            source_of[made.reindex().snapshot.id] = text
        done.set()
        for asker in askers:
            asker.result(30)
    assert answers
    for answer in answers:
        text = source_of[answer.snapshot]
        assert answer.citations
        assert all(text[citation.start : citation.end] == citation.quote for citation in answer.citations)


def test_questions_go_on_while_a_reindex_is_under_way(seeds, index):
    embedder = WaitingEmbedder()
    made = library(seeds, index, embedder=embedder)
    old = made.reindex().snapshot.id
    write(seeds, c_md="Coffee is made of beans.\n")
    embedder.let.clear()
    embedder.building.clear()
    with ThreadPoolExecutor() as threads:
        building = threads.submit(made.reindex)
        assert embedder.building.wait(30)
        try:
            assert made.ask("bread flour").snapshot == old
        finally:
            embedder.let.set()
        new = building.result(30).snapshot.id
    assert made.ask("bread flour").snapshot == new != old


def test_a_load_that_began_before_a_reindex_does_not_put_the_old_snapshot_back(seeds, index):
    library(seeds, index).reindex()
    opening, let_open = threading.Event(), threading.Event()
    slow = iter([False, True])  # the reindex opens it first, to use it again
    live = SnapshotStore(index).live().snapshot.id

    class SlowToOpen(MemoryEngine):
        def open(self, folder: Path) -> MemoryStore:
            if folder.parents[1].name == live and next(slow):
                opening.set()
                assert let_open.wait(30)
            return super().open(folder)

    write(seeds, c_md="Coffee is made of beans.\n")
    embedder = WaitingEmbedder()
    made = library(seeds, index, embedder=embedder, vectors=SlowToOpen())
    embedder.let.clear()
    old = (index / "LIVE").read_text()
    with ThreadPoolExecutor() as threads:
        building = threads.submit(made.reindex)
        assert embedder.building.wait(30)
        loading = threads.submit(made.load)
        assert opening.wait(30)
        embedder.let.set()
        while (index / "LIVE").read_text() == old and not building.done():
            wait([building], timeout=0.01)
        wait([building], timeout=0.2)  # time for it to take the new one up, if nothing holds it
        let_open.set()
        new = building.result(30).snapshot.id
        loading.result(30)
    assert made.ask("bread flour").snapshot == new


def test_status_says_how_the_vectors_of_each_segment_are_searched(seeds, index):
    made = library(seeds, index, vectors=FaissEngine())
    assert made.status().vectors == ()
    made.reindex()
    (search,) = made.status().vectors
    assert (search.kind, search.recall) == ("flat", 1.0)
    write(seeds, c_md="Coffee is made of beans.\n")
    made.reindex()
    assert sum(each.rows for each in made.status().vectors) >= 3
