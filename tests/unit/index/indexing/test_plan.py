"""Which segments of the previous snapshot stay, and which documents are copied."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.indexing import _plan
from index.indexing._plan import BuildPlan, plan_build
from index.snapshots.segment import write_segment
from index.snapshots.texts import SEGMENTS, KeptSegment, SnapshotTexts, write_segment_list
from tests.support.index_fakes import WordEmbedder, parse_files


@pytest.fixture(autouse=True)
def small_segments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_plan, "SMALL", 4)
    monkeypatch.setattr(_plan, "SMALLEST", 2)


def sentences(count: int, name: str) -> str:
    return "\n\n".join(f"Sentence {n} of {name} stands here alone." for n in range(count))


def snapshot(
    folder: Path, *segments: dict[str, int], removed: dict[int, tuple[int, ...]] | None = None
) -> SnapshotTexts:
    """Write a snapshot; of each segment the sources, with how many sentences each has."""
    kept, first = [], 0
    for place, sources in enumerate(segments):
        path = folder / SEGMENTS / f"{place:04}"
        path.mkdir(parents=True)
        with write_segment(path) as writer:
            for name, count in sources.items():
                documents, passages = parse_files(WordEmbedder(), **{f"{name}_md": sentences(count, name)})
                writer.add(*documents.values(), passages)
        kept.append(KeptSegment(path.name, first, (removed or {}).get(place, ())))
        first += writer.rows
    write_segment_list(folder, kept)
    return SnapshotTexts(folder)


def plan(texts: SnapshotTexts | None, *changed: str, without: tuple[str, ...] = ()) -> BuildPlan:
    """Return the plan when these sources were edited, and others removed."""
    built = {entry.source: "old" for entry in texts.entries} if texts else {}
    now = {source: "new" if source in changed else "old" for source in built if source not in without}
    return plan_build(texts, built, now)


def test_the_first_build_has_one_segment_from_row_0(tmp_path):
    assert plan(None) == BuildPlan((), frozenset(), {}, 0, "0000")


def test_a_small_index_is_written_anew_as_one_segment(tmp_path):
    made = plan(snapshot(tmp_path, {"a": 2, "b": 2}), "b.md")
    assert (made.kept, sorted(made.moved), made.first, made.name) == ((), ["a.md"], 0, "0000")


def test_an_edit_leaves_a_large_segment_and_removes_the_document_in_it(tmp_path):
    made = plan(snapshot(tmp_path, {"a": 4, "b": 2, "c": 4}), "b.md")
    assert made.kept == (KeptSegment("0000", 0, (1,)),)
    assert (sorted(made.staying), dict(made.moved), made.first, made.name) == (["a.md", "c.md"], {}, 10, "0001")


def test_documents_removed_before_stay_removed(tmp_path):
    made = plan(snapshot(tmp_path, {"a": 4, "b": 1, "c": 4}, removed={0: (1,)}), without=("c.md",))
    assert made.kept == ()
    made = plan(snapshot(tmp_path / "more", {"a": 6, "b": 1, "c": 2}, removed={0: (1,)}), without=("c.md",))
    assert made.kept == (KeptSegment("0000", 0, (1, 2)),)


def test_a_segment_with_less_than_half_of_its_rows_is_copied(tmp_path):
    made = plan(snapshot(tmp_path, {"a": 3, "b": 4}, {"c": 5}), "b.md")
    assert made.kept == (KeptSegment("0001", 7),)
    assert (sorted(made.moved), made.first, made.name) == (["a.md"], 12, "0002")


def test_a_small_segment_is_joined_with_what_is_new(tmp_path):
    made = plan(snapshot(tmp_path, {"a": 6}, {"b": 1}))
    assert made.kept == (KeptSegment("0000", 0),)
    assert (sorted(made.moved), made.first, made.name) == (["b.md"], 6, "0001")


def test_segments_of_like_size_are_joined_when_there_are_many(tmp_path):
    many = {f"{n}": 3 for n in range(_plan.MOST_ALIKE + 1)}
    made = plan(snapshot(tmp_path, {"large": 60}, *({name: count} for name, count in many.items())))
    assert made.kept == (KeptSegment("0000", 0),)
    assert len(made.moved) == len(many)


def test_a_source_that_came_back_unchanged_under_another_hash_is_read_anew(tmp_path):
    texts = snapshot(tmp_path, {"a": 6, "b": 6})
    assert plan_build(texts, {"a.md": "1"}, {"a.md": "1", "b.md": "2"}).kept == (KeptSegment("0000", 0, (1,)),)
