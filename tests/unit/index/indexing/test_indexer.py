"""Builds over a previous snapshot: what did not change stays where it is, and all is found as in a fresh build."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.domain.errors import Damaged
from index.domain.ports import WindowText
from index.embedding import resumable
from index.indexing import _plan
from index.library import Library
from index.retrieval.retriever import Retriever
from index.retrieval.search_index import SearchIndex
from index.retrieval.tantivy_keywords import TantivyEngine
from index.snapshots import store
from index.snapshots.loader import SnapshotLoader
from index.snapshots.store import SnapshotStore
from index.snapshots.texts import SnapshotTexts
from tests.support.index_fakes import MemoryEngine, MemoryStore, WordEmbedder, library, write

GRAINS = "\n\n".join(f"Grain {n} grows in field {n} of the valley." for n in range(6))
TREES = "\n\n".join(f"Tree {n} stands on hill {n} of the island." for n in range(6))
BOATS = "Boats leave at noon.\n\nBoats come back at night.\n"


@pytest.fixture(autouse=True)
def small_segments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_plan, "SMALL", 4)
    monkeypatch.setattr(_plan, "SMALLEST", 3)


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    return write(tmp_path / "seeds", grains_md=GRAINS, trees_md=TREES)


@pytest.fixture
def made(seeds: Path, tmp_path: Path) -> Library:
    made = library(seeds, tmp_path / "index")
    made.reindex()
    return made


def opened(index: Path) -> SearchIndex:
    snapshots = SnapshotStore(index)
    loader = SnapshotLoader(
        snapshots=snapshots, embedder=WordEmbedder(), vectors=MemoryEngine(), keywords=TantivyEngine()
    )
    return loader.load(snapshots.live(), whole=True)


def segments(index: Path) -> dict[str, tuple[int, int]]:
    """Return each segment of the live snapshot by name, with its first row and how many of its documents are gone."""
    texts = opened(index).texts
    assert isinstance(texts, SnapshotTexts)
    return {kept.name: (kept.first, len(kept.removed)) for kept in texts.kept}


def found(index: SearchIndex, question: str) -> list[str]:
    rows = Retriever().rows(index, question, WordEmbedder().question(question))
    return [index.passages[row].reading for row in rows]


def test_an_edit_adds_a_segment_and_shares_the_others_files(made, seeds, tmp_path):
    before = SnapshotStore(tmp_path / "index").live().snapshot.id
    write(seeds, boats_md=BOATS)
    report = made.reindex()
    assert (report.embedded, report.passages_after) == (2, 14)
    assert segments(tmp_path / "index") == {"0000": (0, 0), "0001": (12, 0)}
    old, new = (tmp_path / "index" / "snapshots" / name / "segments/0000" for name in (before, report.snapshot.id))
    assert {path.name for path in old.iterdir()} == {path.name for path in new.iterdir()}
    assert all(path.samefile(new / path.name) for path in old.iterdir())


@pytest.mark.parametrize("steps", ["edit", "remove", "remove all but one", "rename", "many"])
def test_a_changed_index_finds_what_a_fresh_one_finds(made, seeds, tmp_path, steps):
    write(seeds, boats_md=BOATS)
    made.reindex()
    if steps == "edit":
        write(seeds, trees_md=TREES.replace("Tree 2", "Palm 2"))
    elif steps == "remove":
        (seeds / "trees.md").unlink()
    elif steps == "remove all but one":
        (seeds / "trees.md").unlink()
        (seeds / "grains.md").unlink()
    elif steps == "rename":
        (seeds / "trees.md").rename(seeds / "forest.md")
    else:
        for turn in range(6):
            write(seeds, **{f"more{turn}_md": BOATS.replace("Boats", f"Ships {turn}")})
            made.reindex()
    made.reindex()
    library(seeds, tmp_path / "fresh").reindex()
    grown, fresh = opened(tmp_path / "index"), opened(tmp_path / "fresh")
    assert {entry.source: len(entry.rows) for entry in grown.entries} == {
        entry.source: len(entry.rows) for entry in fresh.entries
    }
    for question in ("Where does Tree 2 stand?", "Palm 2", "field 3 of the valley", "When do boats leave?", "ships"):
        assert sorted(found(grown, question)) == sorted(found(fresh, question))
    readings = {window.text for window in fresh.windows}
    assert {window.text for window in grown.windows} == readings


def test_rows_of_passages_vectors_and_windows_are_the_same(made, seeds, tmp_path):
    write(seeds, boats_md=BOATS, grains_md=GRAINS.replace("Grain 1", "Rye 1"))
    made.reindex()
    index, embedder = opened(tmp_path / "index"), WordEmbedder()
    rows = [row for entry in index.entries for row in entry.rows]
    assert len(rows) == 14 < len(index.passages)
    for row in rows:
        passage = index.passages[row]
        assert index.documents[passage.document_id].text[passage.start : passage.end] == passage.text
        (block,) = embedder.windows([WindowText(passage.reading, ((0, len(passage.reading)),))])
        assert index.vectors.rows(row, row + 1)[0] == pytest.approx(block[0], abs=1e-6)
        assert any(row in index.windows[place].rows for place in index.windows_of(row))


def test_what_was_removed_is_never_found_again(made, seeds, tmp_path):
    (seeds / "trees.md").unlink()
    write(seeds, boats_md=BOATS)
    made.reindex()
    index = opened(tmp_path / "index")
    assert not [reading for reading in found(index, "Tree 2 stands on hill 2 of the island") if "Tree" in reading]
    assert "trees.md" not in [entry.source for entry in index.entries]
    assert made.ask("Where does Tree 2 stand?").abstained


def test_damage_of_a_shared_file_is_not_sealed_as_good(made, seeds, tmp_path):
    write(seeds, boats_md=BOATS)
    made.reindex()
    snapshots = SnapshotStore(tmp_path / "index")
    shared = snapshots.folder(snapshots.live().snapshot.id) / "segments/0000/documents.jsonl"
    data = bytearray(shared.read_bytes())
    data[30] ^= 1
    shared.write_bytes(data)
    with pytest.raises(Damaged):
        snapshots.verify(snapshots.live())
    report = made.reindex()
    assert report.rebuild_reason
    snapshots.verify(snapshots.live())


@pytest.mark.parametrize("serves", [True, False])
def test_damage_of_a_large_file_is_not_shared_with_the_next_snapshot(made, seeds, tmp_path, monkeypatch, serves):
    """A large file is not read whole when a snapshot is opened; before its rows are used again it is."""
    write(seeds, boats_md=BOATS)
    made.reindex()
    monkeypatch.setattr(store, "LARGE_SNAPSHOT", 0)
    monkeypatch.setattr(store, "LARGE_FILE", 0)
    snapshots = SnapshotStore(tmp_path / "index")
    vectors = snapshots.folder(snapshots.live().snapshot.id) / "segments/0000/vectors.faiss"
    data = bytearray(vectors.read_bytes())
    data[-1] ^= 1
    vectors.write_bytes(data)
    other = library(seeds, tmp_path / "index")
    if serves:
        other.load()
    write(seeds, boats_md=BOATS.replace("noon", "ten"))
    assert other.reindex().rebuild_reason
    snapshots.verify(snapshots.live())


def test_a_large_snapshot_is_read_whole_once_and_then_built_on(made, seeds, tmp_path, monkeypatch):
    monkeypatch.setattr(store, "LARGE_SNAPSHOT", 0)
    monkeypatch.setattr(store, "LARGE_FILE", 0)
    for turn in range(3):
        write(seeds, boats_md=BOATS.replace("noon", f"{turn} o'clock"))
        report = made.reindex()
        assert report.rebuild_reason == ""
        assert report.embedded <= 2
    assert made._live.is_whole(SnapshotStore(tmp_path / "index").live().snapshot.id)


class Database(MemoryEngine):
    """A store outside the snapshots, which may lose what it holds of a folder."""

    def __init__(self) -> None:
        self.lost: set[int] = set()

    def open(self, folder: Path) -> MemoryStore:
        store = super().open(folder)
        if (folder / "vectors.faiss").stat().st_ino in self.lost:
            store.search = refuse  # type: ignore[method-assign]
        return store


def refuse(*_: object, **__: object) -> list[tuple[int, float]]:
    raise ValueError("a table of the snapshot is gone")


@pytest.mark.parametrize("serves", [True, False])
def test_what_a_database_has_lost_is_built_anew(seeds, tmp_path, serves):
    """As after STORE_URL names another server."""
    database = Database()
    library(seeds, tmp_path / "index", vectors=database).reindex()
    database.lost = {path.stat().st_ino for path in tmp_path.rglob("vectors.faiss")}
    made = library(seeds, tmp_path / "index", vectors=database)
    if serves:
        made.load()
    write(seeds, boats_md=BOATS)
    report = made.reindex()
    assert (report.embedded, report.passages_after) == (14, 14)
    assert "files of snapshot" in report.rebuild_reason
    assert "hill 2" in made.ask("Where does Tree 2 stand?").text


def test_a_snapshot_serves_on_after_an_older_one_that_it_shares_files_with_is_gone(made, seeds, tmp_path):
    for turn in range(5):
        write(seeds, boats_md=BOATS.replace("noon", f"{turn} o'clock"))
        made.reindex()
    snapshots = SnapshotStore(tmp_path / "index")
    assert len(snapshots.ids()) == 3
    snapshots.verify(snapshots.live())
    assert found(opened(tmp_path / "index"), "Tree 5")


def test_vectors_of_a_build_that_failed_are_kept_until_a_snapshot_is_live(seeds, tmp_path):
    class Failing(WordEmbedder):
        def windows(self, texts, progress=None, **options):
            for vectors in super().windows(texts, progress, **options):
                self.left -= 1
                if self.left < 0:
                    raise RuntimeError("out of memory")
                yield vectors

        left = 1

    unfinished = tmp_path / "index" / "unfinished"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(resumable, "PART", 1)
        with pytest.raises(RuntimeError):
            library(seeds, tmp_path / "index", embedder=Failing()).reindex()
        assert list(unfinished.glob("*.npy"))
        library(seeds, tmp_path / "index").reindex()
    assert not unfinished.exists()


def test_suggestions_of_unchanged_sources_stay_when_a_large_index_grows(seeds, tmp_path):
    write(seeds, people_md="Scout has 16 experts.\n")
    made = library(seeds, tmp_path / "index")
    made.reindex()
    before = {each.source: each for each in opened(tmp_path / "index").suggested}
    assert "people.md" in before
    write(seeds, boats_md="The Battle of Waterloo was fought in 1815.\n")
    made.reindex()
    after = {each.source: each for each in opened(tmp_path / "index").suggested}
    assert after["people.md"] == before["people.md"]
    assert "boats.md" in after
    (seeds / "people.md").unlink()
    made.reindex()
    assert "people.md" not in {each.source for each in opened(tmp_path / "index").suggested}
