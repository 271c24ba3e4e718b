"""Snapshots: damage is always noticed, a build that fails changes nothing, and old ones are cleared away."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from index.errors import IndexMismatch, LibraryError, NoIndex
from index.snapshot import FORMAT, Snapshots
from tests.index_fakes import WordEmbedder, library, write

TEXT = "---\ntitle: 'A title'\n---\n# Part\n\nBread is made of flour\u2028and water.\r\n\r\nTea is made of leaves.\r\n"
FILES = ("documents.jsonl", "passages.jsonl", "vectors.faiss", "tokens.npy", "token_ends.npy", "token_axes.npy")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with seeds and an index, copied by each test that damages it."""
    folder = tmp_path_factory.mktemp("built")
    library(write(folder / "seeds", a_md=TEXT), folder / "index").reindex()
    return folder


@pytest.fixture
def index(built: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(built / "index", tmp_path / "index"))


def load(index: Path, **options: Any) -> None:
    library(index.parent / "seeds", index, **options).load()


def live(index: Path) -> Path:
    return index / "snapshots" / (index / "LIVE").read_text().split()[0]


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_a_snapshot_loads_to_the_documents_and_passages_that_were_built(index):
    opened = library(index.parent / "seeds", index)
    opened.load()
    answer = opened.ask("What is bread made of flour?")
    assert answer.citations[0].quote == "Bread is made of flour\u2028and water."
    assert TEXT[answer.citations[0].start : answer.citations[0].end] == answer.citations[0].quote


def test_every_file_is_in_the_manifest_with_its_checksum(index):
    folder = live(index)
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    there = {path.relative_to(folder).as_posix() for path in files(folder)} - {"manifest.json"}
    assert set(manifest["files"]) == there
    assert set(FILES) <= there


def test_no_file_is_a_pickle(index):
    for path in files(live(index)):
        assert path.suffix in {".json", ".jsonl", ".npy", ".faiss"}
        assert path.read_bytes()[:1] != b"\x80"
        if path.suffix == ".npy":
            assert b"'|O'" not in path.read_bytes()[:128]


def test_a_flipped_bit_in_any_file_is_noticed(index):
    load(index)
    for path in [index / "LIVE", *files(live(index))]:
        whole = path.read_bytes()
        for at in {0, len(whole) // 2, len(whole) - 1}:
            damaged = bytearray(whole)
            damaged[at] ^= 1
            path.write_bytes(damaged)
            with pytest.raises(IndexMismatch, match="run `python -m index reindex`") as refused:
                load(index)
            assert refused.value.exit_code == 5
        path.write_bytes(whole)
    load(index)


def test_a_file_that_is_cut_short_or_gone_is_noticed(index):
    folder = live(index)
    for path in [index / "LIVE", *files(folder)]:
        whole = path.read_bytes()
        for size in {0, len(whole) // 2, len(whole) - 1} - {len(whole)}:
            path.write_bytes(whole[:size])
            with pytest.raises(IndexMismatch, match="reindex"):
                load(index)
        if path.parent != index:
            path.unlink()
            with pytest.raises(IndexMismatch, match="reindex"):
                load(index)
        path.write_bytes(whole)
    load(index)


def test_a_snapshot_folder_that_is_gone_is_noticed(index):
    shutil.rmtree(live(index))
    with pytest.raises(IndexMismatch, match="no readable manifest"):
        load(index)


def test_without_a_pointer_there_is_no_index(index):
    (index / "LIVE").unlink()
    with pytest.raises(NoIndex, match="run `python -m index reindex`") as refused:
        load(index)
    assert refused.value.exit_code == 3


def test_another_model_is_named_with_the_one_that_built_the_index(index):
    with pytest.raises(IndexMismatch, match=r"model words, but EMBEDDING_MODEL is others.*reindex") as refused:
        load(index, embedder=WordEmbedder("others"))
    assert refused.value.exit_code == 5


def test_a_model_of_the_same_name_that_reads_or_makes_something_else_does_not_fit(index):
    with pytest.raises(IndexMismatch, match=r"32 dimensions that reads 64 tokens.* has 32 and 99"):
        load(index, embedder=WordEmbedder(max_tokens=99))
    other = WordEmbedder()
    other.dimension = 7
    with pytest.raises(IndexMismatch, match="has 7 and 64"):
        load(index, embedder=other)


def reseal(index: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change the manifest and point to it anew, as another version of the program would have written it."""
    path = live(index) / "manifest.json"
    table = json.loads(path.read_text("utf-8"))
    change(table)
    path.write_text(json.dumps(table), "utf-8")
    Snapshots(index)._point(live(index).name, hashlib.sha256(path.read_bytes()).hexdigest())


def test_another_format_is_said_with_both_numbers(index):
    reseal(index, lambda table: table["snapshot"].update(format=FORMAT + 1))
    with pytest.raises(IndexMismatch, match=f"format {FORMAT + 1}, this program reads {FORMAT}"):
        load(index)


@pytest.mark.parametrize("lacking", ["snapshot", "files", "titles", "max_tokens", "skipped"])
def test_a_manifest_that_lacks_a_part_does_not_fit(index, lacking):
    reseal(index, lambda table: table.pop(lacking))
    with pytest.raises(IndexMismatch, match="another version"):
        load(index)


class FailingEmbedder(WordEmbedder):
    """Breaks down in the middle of a build."""

    def passages(self, texts, progress=None):
        yield next(super().passages(texts, progress))
        raise LibraryError("out of breath")


def test_what_fails_after_the_switch_does_not_remove_the_snapshot_that_is_live(index, monkeypatch):
    before, fsync = live(index), os.fsync

    def failing(handle: int) -> None:
        if live(index) != before:
            raise OSError(errno.EIO, "the disk gave up")
        fsync(handle)

    opened = library(write(index.parent / "seeds", a_md="Sand is made of stones.\n"), index)
    monkeypatch.setattr(os, "fsync", failing)
    with pytest.raises(OSError, match="the disk gave up"):
        opened.reindex()
    monkeypatch.undo()
    assert live(index) != before
    load(index)


def test_a_build_that_fails_leaves_the_old_snapshot_live_and_no_litter(index):
    before = files(index)
    pointer = (index / "LIVE").read_bytes()
    write(index.parent / "seeds", a_md="Something else is said in here now.")
    with pytest.raises(LibraryError, match="out of breath"):
        library(index.parent / "seeds", index, embedder=FailingEmbedder()).reindex()
    assert (index / "LIVE").read_bytes() == pointer
    assert [path for path in files(index) if path.name != "reindex.lock"] == [
        at for at in before if at.name != "reindex.lock"
    ]
    assert [path.name for path in (index / "snapshots").iterdir()] == [live(index).name]
    load(index)


def test_a_snapshot_that_cannot_be_made_live_is_taken_away_again(index):
    write(index.parent / "seeds", a_md="Something else is said in here now.")
    (index / "LIVE.new").mkdir()
    with pytest.raises(OSError, match=r"LIVE\.new"):
        library(index.parent / "seeds", index).reindex()
    assert [path.name for path in (index / "snapshots").iterdir()] == [live(index).name]
    load(index)


def test_so_many_snapshots_are_kept_the_live_one_among_them(tmp_path):
    seeds = write(tmp_path / "seeds", a_md="Bread is made of flour.")
    made = [library(seeds, tmp_path / "index", keep=2).reindex().snapshot.id for _ in range(4)]
    assert sorted(path.name for path in (tmp_path / "index" / "snapshots").iterdir()) == made[-2:]
    assert live(tmp_path / "index").name == made[-1]


def test_the_live_snapshot_is_kept_though_others_are_newer(index):
    snapshots = index / "snapshots"
    name = live(index).name
    for year in ("2998", "2999"):
        shutil.copytree(live(index), snapshots / f"{year}0101T000000000000Z-00000000")
    Snapshots(index).prune(1)
    assert [path.name for path in snapshots.iterdir()] == [name]


def test_what_a_builder_that_died_left_behind_is_cleared_by_the_next(index):
    write(index.parent / "seeds", a_md="Bread is made of flour.")
    write(index / "snapshots" / ".building-dead", half_md="half")
    report = library(index.parent / "seeds", index).reindex()
    assert not (index / "snapshots" / ".building-dead").exists()
    assert live(index).name == report.snapshot.id


def test_ids_sort_by_time(tmp_path):
    seeds = write(tmp_path / "seeds", a_md="Bread is made of flour.")
    made = [library(seeds, tmp_path / "index").reindex().snapshot for _ in range(3)]
    assert [at.id for at in made] == sorted(at.id for at in made)
    assert made[0].created < made[1].created < made[2].created
