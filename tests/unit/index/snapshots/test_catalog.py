"""Snapshots that are kept: listed, compared, and made live again."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from index.domain.errors import Damaged, IndexMismatch, NoIndex, NoSuchSnapshot, ReindexRunning
from index.domain.snapshots import PassageText, matching_ids
from index.library import Library
from index.snapshots.store import SnapshotStore
from tests.support.index_fakes import WordEmbedder, library, write

BREAD = "Bread is made of flour and water.\n"
TEA = "Tea is made of leaves and time.\n"


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    return write(tmp_path / "seeds", a_md=BREAD, b_txt=TEA)


@pytest.fixture
def two(seeds: Path, index: Path) -> tuple[str, str]:
    """Two snapshots: bread of flour, then bread of rye."""
    first = library(seeds, index).reindex().snapshot.id
    write(seeds, a_md="Bread is baked from rye and water.\n")
    return first, library(seeds, index).reindex().snapshot.id


def live(index: Path) -> str:
    return (index / "LIVE").read_text().split()[0]


def quoted(made: Library) -> tuple[str, str]:
    answer = made.ask("bread water")
    return answer.snapshot, answer.citations[0].quote


def test_without_an_index_there_is_nothing_to_list_to_compare_or_to_go_back_to(seeds, index):
    made = library(seeds, index)
    assert made.snapshots() == ()
    for act in (lambda: made.diff("a", "b"), lambda: made.rollback("a")):
        with pytest.raises(NoIndex, match="run `python -m index reindex`"):
            act()


def test_snapshots_are_listed_newest_first_with_what_is_in_them(seeds, index, two):
    newest, oldest = library(seeds, index).snapshots()
    assert (newest.id, oldest.id) == (two[1], two[0])
    assert (newest.live, oldest.live) == (True, False)
    assert (newest.whole, newest.passages, newest.sources, newest.model) == (True, 2, 2, "words")
    assert newest.created > oldest.created
    folder = index / "snapshots" / newest.id
    assert newest.bytes == sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def test_a_snapshot_that_lacks_a_file_or_whose_manifest_is_damaged_is_listed_as_such(seeds, index, two):
    (index / "snapshots" / two[0] / "segments/0000/vectors.faiss").unlink()
    (index / "snapshots" / two[1] / "manifest.json").write_text("{}")
    newest, oldest = library(seeds, index).snapshots()
    assert oldest.damage == f"segments/0000/vectors.faiss of snapshot {two[0]} is missing."
    assert "another version" in newest.damage or "damaged" in newest.damage
    assert (newest.whole, newest.passages, newest.created.year) == (False, 0, int(two[1][:4]))


def test_what_is_no_snapshot_is_not_listed(seeds, index, two):
    shutil.copytree(index / "snapshots" / two[0], index / "snapshots" / f".preview-{two[0]}")
    (index / "snapshots" / "notes").mkdir()
    assert [info.id for info in library(seeds, index).snapshots()] == [two[1], two[0]]


def test_two_snapshots_are_compared_whatever_their_models(seeds, index, two):
    other = library(seeds, index, embedder=WordEmbedder("others"))
    third = other.reindex().snapshot.id
    changes = other.diff(two[0], third)
    assert (changes.before, changes.after, changes.changed) == (two[0], third, ("a.md",))
    assert changes.first_removed == (PassageText("a.md", "", BREAD.strip()),)
    assert changes.first_added == (PassageText("a.md", "", "Bread is baked from rye and water."),)
    assert other.diff(two[1], third).is_empty


def test_a_part_of_an_id_is_enough_where_it_is_a_part_of_one_alone(seeds, index, two):
    made = library(seeds, index)
    changes = made.diff(two[0][-8:], two[1][:-4])
    assert (changes.before, changes.after) == two
    with pytest.raises(NoSuchSnapshot, match="may be 2 snapshots: write more") as ambiguous:
        made.diff(two[0][:4], two[1])
    with pytest.raises(NoSuchSnapshot, match="There is no snapshot 'zebra'"):
        made.diff("zebra", two[1])
    with pytest.raises(NoSuchSnapshot):
        made.diff("", two[1])
    assert ambiguous.value.exit_code == 2


def test_a_snapshot_whose_texts_are_damaged_is_not_compared(seeds, index, two):
    path = index / "snapshots" / two[0] / "segments/0000/documents.jsonl"
    path.write_bytes(path.read_bytes().replace(b"flour", b"sugar"))
    with pytest.raises(Damaged, match="texts of snapshot"):
        library(seeds, index).diff(*two)


def test_a_roll_back_makes_an_older_snapshot_live_and_says_what_changed(seeds, index, two):
    made = library(seeds, index)
    made.load()
    report = made.rollback(two[0][-8:])
    assert (report.snapshot.id, report.changed, report.passages_before, report.passages_after) == (
        two[0],
        ("a.md",),
        2,
        2,
    )
    assert report.diff is not None
    assert report.diff.first_added == (PassageText("a.md", "", BREAD.strip()),)
    assert report.embedded == 0
    assert live(index) == two[0]
    assert quoted(made) == quoted(library(seeds, index)) == (two[0], BREAD.strip())
    assert "changed: a.md" in made.status().stale


def test_a_roll_back_needs_no_model(seeds, index, two):
    made = library(seeds, index)
    assert made.rollback(two[0]).diff is not None
    assert made._engine._embedder is None
    assert quoted(made) == (two[0], BREAD.strip())


def test_a_later_reindex_goes_on_from_what_is_live(seeds, index, two):
    made = library(seeds, index)
    made.rollback(two[0])
    report = made.reindex()
    assert report.diff is not None
    assert (report.diff.before, report.changed, report.embedded) == (two[0], ("a.md",), 1)


def test_what_was_live_until_a_reindex_is_kept_though_others_are_newer(seeds, index, two):
    made = library(seeds, index, keep=1)
    made.rollback(two[0])
    third = made.reindex().snapshot.id
    assert sorted(path.name for path in (index / "snapshots").iterdir()) == [two[0], third]


@pytest.mark.parametrize(
    "file", ["manifest.json", "segments/0000/vectors.faiss", "segments/0000/documents.jsonl", "keyword/meta.json"]
)
def test_a_damaged_snapshot_is_not_made_live(seeds, index, two, file):
    path = index / "snapshots" / two[0] / file
    whole = path.read_bytes()
    made = library(seeds, index)
    for loaded in (False, True):
        path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
        with pytest.raises(IndexMismatch, match=r"damaged. Choose another, `python -m index snapshots`") as refused:
            made.rollback(two[0])
        assert refused.value.exit_code == 5
        assert live(index) == two[1]
        path.write_bytes(whole)
        if not loaded:
            made.load()
    assert quoted(made)[0] == two[1]


def test_a_snapshot_of_another_model_is_not_made_live(seeds, index, two):
    other = library(seeds, index, embedder=WordEmbedder("others"))
    with pytest.raises(IndexMismatch, match="set EMBEDDING_MODEL back"):
        other.rollback(two[0])
    assert live(index) == two[1]


def test_a_roll_back_mends_a_damaged_pointer(seeds, index, two):
    (index / "LIVE").write_text("nonsense")
    made = library(seeds, index)
    made.rollback(two[1])
    assert (live(index), made.status().stale) == (two[1], "")


def test_nothing_is_rolled_back_while_a_snapshot_is_built(seeds, index, two, tmp_path):
    from filelock import FileLock

    with FileLock(index / "reindex.lock"), pytest.raises(ReindexRunning):
        library(seeds, index).rollback(two[0])
    assert SnapshotStore(index).live().snapshot.id == two[1]


def test_letters_after_the_time_go_before_the_same_within_a_time():
    ids = ["20250404T120000000000Z-2025cafe", "20250405T120000000000Z-0badcafe"]
    assert matching_ids("2025", ids) == ids[:1]
    assert matching_ids("20250405", ids) == ids[1:]
    assert matching_ids("cafe", ids) == ids
    assert matching_ids(ids[0], ids) == ids[:1]
    assert matching_ids("", ids) == matching_ids("beef", ids) == []
