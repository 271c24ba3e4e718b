"""Which snapshot answers: what another process made live is followed, and what is damaged is never served."""

from __future__ import annotations

import errno
import shutil
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from index.domain.errors import Damaged
from index.library import Library
from index.snapshots import serving, store
from tests.support.index_fakes import MemoryEngine, MemoryStore, WordEmbedder, library, write
from tests.support.paths import ROOT
from tests.support.waiting import wait_until

BREAD = "Bread is made of flour and water.\n"
RYE = "Bread is baked from rye and water.\n"

REINDEX = """
import sys
from pathlib import Path
from tests.support.index_fakes import library
print(library(Path(sys.argv[1]), Path(sys.argv[2])).reindex().snapshot.id)
"""


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    return write(tmp_path / "seeds", a_md=BREAD)


def elsewhere(seeds: Path, index: Path) -> str:
    """The snapshot that a process of its own built of the sources."""
    process = subprocess.run(
        [sys.executable, "-c", REINDEX, seeds, index], cwd=ROOT, capture_output=True, text=True, check=True, timeout=120
    )
    return process.stdout.strip()


def served(made: Library) -> str:
    return made.ask("bread water").snapshot


def flip(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


def two(seeds: Path, index: Path) -> tuple[str, str]:
    first = library(seeds, index).reindex().snapshot.id
    write(seeds, a_md=RYE)
    return first, library(seeds, index).reindex().snapshot.id


def test_questions_follow_what_another_process_made_live_and_none_fails(seeds, index):
    """No one calls `follow`: asking alone looks for another process's switch."""
    made = library(seeds, index)
    old = made.reindex().snapshot.id
    write(seeds, a_md=RYE)
    done, answers = threading.Event(), []

    def keep_asking() -> None:
        while not done.is_set():
            answers.append(made.ask("bread water"))
            time.sleep(0.002)

    with ThreadPoolExecutor() as threads:
        askers = [threads.submit(keep_asking) for _ in range(3)]
        new = elsewhere(seeds, index)
        wait_until(lambda: answers[-1].snapshot == new)
        done.set()
        for asker in askers:
            asker.result(30)
    text = {old: BREAD, new: RYE}
    assert {answer.snapshot for answer in answers} == {old, new}
    for answer in answers:
        assert all(
            text[answer.snapshot][citation.start : citation.end] == citation.quote for citation in answer.citations
        )


def test_who_is_asked_nothing_follows_when_told_to_look(seeds, index):
    made = library(seeds, index)
    made.reindex()
    assert not made.follow()
    write(seeds, a_md=RYE)
    new = library(seeds, index).reindex().snapshot.id
    assert made.follow()
    assert not made.follow()
    assert served(made) == new


def test_a_look_that_finds_nothing_new_loads_nothing(seeds, index):
    made = library(seeds, index)
    made.reindex()
    assert not made.follow()
    made._engine._make_loader = None  # type: ignore[assignment]
    assert not made.follow()


def test_who_began_without_an_index_takes_up_the_first(seeds, index):
    made = library(seeds, index)
    assert not made.follow()
    new = library(seeds, index).reindex().snapshot.id
    assert made.follow()
    assert made.status().ready
    assert served(made) == new


def test_a_roll_back_elsewhere_is_followed(seeds, index):
    old, new = two(seeds, index)
    made = library(seeds, index)
    assert served(made) == new
    library(seeds, index).rollback(old)
    assert made.follow()
    assert served(made) == old


def test_while_a_new_snapshot_loads_the_one_before_answers(seeds, index):
    """Questions do not wait for the switch that another process made."""
    opening, let = threading.Event(), threading.Event()

    class Slow(MemoryEngine):
        slow = False

        def open(self, folder: Path) -> MemoryStore:
            if self.slow:
                opening.set()
                assert let.wait(30)
            return super().open(folder)

    engine = Slow()
    made = library(seeds, index, vectors=engine)
    old = made.reindex().snapshot.id
    engine.slow = True
    write(seeds, a_md=RYE)
    new = library(seeds, index).reindex().snapshot.id
    with ThreadPoolExecutor() as threads:
        following = threads.submit(made.follow)
        assert opening.wait(30)
        assert served(made) == old
        assert not made.follow()  # somebody is at it
        let.set()
        assert following.result(30)
    assert served(made) == new


@pytest.mark.parametrize("harm", ["pointer", "manifest", "file", "gone", "model", "no pointer"])
def test_what_cannot_be_followed_is_logged_once_and_the_one_of_before_serves_on(seeds, index, harm, caplog):
    made = library(seeds, index)
    old = made.reindex().snapshot.id
    write(seeds, a_md=RYE)
    model = WordEmbedder("others") if harm == "model" else WordEmbedder()
    new = library(seeds, index, embedder=model).reindex().snapshot.id
    folder = index / "snapshots" / new
    if harm == "pointer":
        (index / "LIVE").write_text("nonsense")
    elif harm == "no pointer":
        (index / "LIVE").unlink()
    elif harm == "gone":
        shutil.rmtree(folder)
    elif harm != "model":
        flip(folder / ("manifest.json" if harm == "manifest" else "segments/0000/vectors.faiss"), -1)
    pointer = (index / "LIVE").read_bytes() if (index / "LIVE").exists() else b""
    caplog.clear()
    for _ in range(3):
        assert not made.follow()
    assert caplog.text.count("The index is not followed") == 1
    assert served(made) == old
    status = made.status()
    assert f"Answers come from snapshot {old}" in status.fallback
    assert status.stale == status.fallback
    assert status.snapshot is not None
    assert status.snapshot.id == old
    assert ((index / "LIVE").read_bytes() if (index / "LIVE").exists() else b"") == pointer
    newest = made.reindex().snapshot.id
    assert (served(made), made.status().fallback, made.status().stale) == (newest, "", "")


def test_what_could_not_be_followed_for_a_moment_is_tried_again(seeds, index, monkeypatch, caplog):
    monkeypatch.setattr(serving, "RETRY_SECONDS", 0.0)

    class Short(MemoryEngine):
        fails = 0

        def open(self, folder: Path) -> MemoryStore:
            if self.fails:
                self.fails -= 1
                raise OSError(errno.EMFILE, "Too many open files")
            return super().open(folder)

    engine = Short()
    made = library(seeds, index, vectors=engine)
    old = made.reindex().snapshot.id
    write(seeds, a_md=RYE)
    new = library(seeds, index).reindex().snapshot.id
    engine.fails = 2
    assert not made.follow()
    assert not made.follow()
    assert f"Answers come from snapshot {old}" in made.status().fallback
    assert caplog.text.count("The index is not followed") == 1
    assert made.follow()
    assert (served(made), made.status().fallback) == (new, "")


def test_at_load_the_newest_good_snapshot_of_the_same_model_serves_for_a_damaged_one(seeds, index, caplog):
    good, damaged = two(seeds, index)
    library(seeds, index, embedder=WordEmbedder("others"), keep=9).reindex()
    library(seeds, index, keep=9).rollback(damaged)
    flip(index / "snapshots" / damaged / "segments/0000/documents.jsonl", 40)
    made = library(seeds, index)
    assert served(made) == good
    status = made.status()
    assert status.fallback == (
        f"segments/0000/documents.jsonl of snapshot {damaged} is damaged. Answers come from snapshot {good}: "
        "reindex, or roll back to a good one."
    )
    assert status.snapshot is not None
    assert (status.snapshot.id, status.ready) == (good, True)
    assert status.fallback in caplog.text
    assert (index / "LIVE").read_text().split()[0] == damaged
    report = made.reindex()
    assert report.diff is not None
    assert (report.diff.before, report.embedded) == (good, 1)
    assert made.status().fallback == ""


def test_every_byte_of_a_large_snapshot_is_checked_before_it_is_rolled_back_to(seeds, index, monkeypatch):
    old, new = two(seeds, index)
    monkeypatch.setattr(store, "LARGE_SNAPSHOT", 0)
    monkeypatch.setattr(store, "LARGE_FILE", 0)
    made = library(seeds, index)
    assert served(made) == new
    flip(index / "snapshots" / old / "segments/0000/vectors.faiss", -1)
    with pytest.raises(Damaged, match="is damaged"):
        made.rollback(old)
    assert served(made) == new


def test_where_no_snapshot_is_good_a_question_says_what_mends_it(seeds, index):
    for name in two(seeds, index):
        flip(index / "snapshots" / name / "segments/0000/passages.jsonl", 10)
    with pytest.raises(Damaged, match="run `python -m index reindex`"):
        library(seeds, index).ask("bread")


def test_what_is_written_to_while_it_is_read_is_not_served(seeds, index):
    good, other = two(seeds, index)

    class Written(MemoryEngine):
        def open(self, folder: Path) -> MemoryStore:
            if folder.parents[1].name == other:  # after it was checked, before it is read
                flip(folder / "documents.jsonl", -1)
            return super().open(folder)

    made = library(seeds, index, vectors=Written())
    assert served(made) == good
    assert "was written to while it was read" in made.status().fallback


def test_a_snapshot_that_was_cleared_away_answers_on_until_another_is_followed(seeds, index):
    made = library(seeds, index)
    made.reindex()
    old = library(seeds, index)
    before = served(old)
    for text in (RYE, BREAD, RYE):
        write(seeds, a_md=text)
        new = library(seeds, index, keep=1).reindex().snapshot.id
    assert not (index / "snapshots" / before).exists()
    assert old._live.search_index is not None
    answer = old._engine.answerer.answer(old._live.search_index, "bread water")
    assert (answer.snapshot, answer.citations[0].quote) == (before, BREAD.strip())
    assert old.follow()
    assert served(old) == new
