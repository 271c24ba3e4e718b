"""Snapshots: damage is always noticed, a build that fails changes nothing, and old ones are cleared away."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from index.domain.documents import Document
from index.domain.errors import IndexMismatch, IndexUnwritable, LibraryError, NoIndex, StoreUnavailable
from index.snapshots._pointer import LivePointer
from index.snapshots.manifest import FORMAT, to_sealed_json
from index.snapshots.store import MOST_CITED, SnapshotStore
from index.snapshots.texts import SnapshotTexts
from tests.support.index_fakes import WordEmbedder, library, write

TEXT = "---\ntitle: 'A title'\n---\n# Part\n\nBread is made of flour\u2028and water.\r\n\r\nTea is made of leaves.\r\n"
SEGMENT = {f"segments/0000/{name}" for name in ("documents.jsonl", "passages.jsonl", "entries.json", "vectors.faiss")}
TANTIVY = {".fast", ".fieldnorm", ".idx", ".pos", ".store", ".term", ".del"}


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
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".lock")


def test_a_snapshot_loads_to_the_documents_and_passages_that_were_built(index):
    opened = library(index.parent / "seeds", index)
    opened.load()
    answer = opened.ask("What is bread made of flour?")
    assert answer.citations[0].quote == "Bread is made of flour\u2028and water."
    assert TEXT[answer.citations[0].start : answer.citations[0].end] == answer.citations[0].quote


def test_every_file_is_in_the_manifest_with_its_checksum(index):
    folder = live(index)
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    names = {path.relative_to(folder).as_posix() for path in files(folder)} - {"manifest.json"}
    assert set(manifest["files"]) == names
    assert {*SEGMENT, "segments.json", "suggestions.json"} <= names


def test_no_file_is_a_pickle(index):
    for path in files(live(index)):
        assert path.suffix in {".json", ".jsonl", ".npy", ".faiss", *TANTIVY}
        assert path.read_bytes()[:1] != b"\x80"
        if path.suffix == ".npy":
            assert b"'|O'" not in path.read_bytes()[:128]


def test_a_flipped_bit_in_any_file_is_noticed(index):
    load(index)
    for path in files(live(index)):
        whole = path.read_bytes()
        for position in {0, len(whole) // 2, len(whole) - 1}:
            damaged = bytearray(whole)
            damaged[position] ^= 1
            path.write_bytes(damaged)
            with pytest.raises(IndexMismatch, match="run `python -m index reindex`") as refused:
                load(index)
            assert refused.value.exit_code == 5
        path.write_bytes(whole)
    load(index)


def test_a_file_that_is_cut_short_or_gone_is_noticed(index):
    for path in files(live(index)):
        whole = path.read_bytes()
        for size in {0, len(whole) // 2, len(whole) - 1} - {len(whole)}:
            path.write_bytes(whole[:size])
            with pytest.raises(IndexMismatch, match="reindex"):
                load(index)
        path.unlink()
        with pytest.raises(IndexMismatch, match="reindex"):
            load(index)
        path.write_bytes(whole)
    load(index)


def test_with_a_damaged_pointer_the_newest_good_snapshot_serves(index):
    """Any byte of the pointer may be flipped, and it may be cut off anywhere."""
    whole = (index / "LIVE").read_bytes()
    flipped = [whole[:number] + bytes([byte ^ 1]) + whole[number + 1 :] for number, byte in enumerate(whole)]
    for damaged in [*flipped, *(whole[:size] for size in range(len(whole))), whole + b"x"]:
        (index / "LIVE").write_bytes(damaged)
        with pytest.raises(IndexMismatch, match="run `python -m index reindex`"):
            SnapshotStore(index).live()
    (index / "LIVE").write_bytes(flipped[-1])
    opened = library(index.parent / "seeds", index)
    assert "LIVE, is damaged" in opened.status().stale
    opened.load()
    assert "LIVE, is damaged. Answers come from snapshot" in opened.status().fallback
    assert (index / "LIVE").read_bytes() == flipped[-1]


def test_any_byte_of_a_manifest_that_changes_is_noticed_without_the_pointer(index):
    snapshots, path = SnapshotStore(index), live(index) / "manifest.json"
    whole = path.read_bytes()
    assert snapshots.manifest(live(index).name) == snapshots.live()
    for position, byte in enumerate(whole):
        path.write_bytes(whole[:position] + bytes([byte ^ 1]) + whole[position + 1 :])
        with pytest.raises(IndexMismatch):
            snapshots.manifest(live(index).name)


def live_only(index: Path) -> Path:
    """The folder of the only snapshot there is."""
    (name,) = SnapshotStore(index).ids()
    return SnapshotStore(index).folder(name)


def test_a_snapshot_folder_that_is_gone_is_noticed(index):
    shutil.rmtree(live(index))
    with pytest.raises(IndexMismatch, match="no readable manifest"):
        load(index)


def test_without_a_pointer_the_newest_good_snapshot_serves_and_status_says_so(index, caplog):
    """Status says so before and after it is loaded."""
    (index / "LIVE").unlink()
    opened, serves = library(index.parent / "seeds", index), SnapshotStore(index).ids()[-1]
    notice = f"LIVE, is missing. Answers come from snapshot {serves}: reindex, or roll back to a good one."
    for _ in range(2):
        status = opened.status()
        assert status.snapshot is not None
        assert (status.snapshot.id, status.stale) == (serves, status.fallback)
        assert status.fallback.endswith(notice)
        opened.load()
    assert opened.ask("What is bread made of?").snapshot == serves
    assert notice in caplog.text
    assert not (index / "LIVE").exists()
    assert opened.rollback(serves).snapshot.id == serves
    assert opened.status().fallback == ""
    assert live(index).name == serves


def test_without_a_pointer_and_a_good_snapshot_nothing_serves(index):
    """The error says what to do."""
    (index / "LIVE").unlink()
    (live_only(index) / "segments/0000/passages.jsonl").write_text("nonsense")
    with pytest.raises(IndexMismatch, match=r"LIVE, is missing: run `python -m index reindex`") as refused:
        load(index)
    assert refused.value.exit_code == 5


def test_without_a_snapshot_there_is_no_index(index):
    (index / "LIVE").unlink()
    shutil.rmtree(live_only(index))
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
    path.write_text(to_sealed_json(table), "utf-8")
    LivePointer(index / "LIVE").switch(live(index).name, hashlib.sha256(path.read_bytes()).hexdigest())


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

    def windows(self, texts, progress=None, **options):
        yield next(super().windows(texts, progress, **options))
        raise LibraryError("out of breath")


def test_what_fails_after_the_switch_does_not_remove_the_snapshot_that_is_live(index, monkeypatch):
    before, fsync = live(index), os.fsync

    def failing(handle: int) -> None:
        if live(index) != before:
            raise OSError(errno.EIO, "the disk gave up")
        fsync(handle)

    opened = library(write(index.parent / "seeds", a_md="Sand is made of stones.\n"), index)
    monkeypatch.setattr(os, "fsync", failing)
    made = opened.reindex().snapshot.id
    monkeypatch.undo()
    assert live(index) != before
    assert live(index).name == made
    load(index)


def test_a_build_that_fails_leaves_the_old_snapshot_live_and_no_litter(index):
    before = files(index)
    pointer = (index / "LIVE").read_bytes()
    write(index.parent / "seeds", a_md="Something else is said in here now.")
    with pytest.raises(LibraryError, match="out of breath"):
        library(index.parent / "seeds", index, embedder=FailingEmbedder()).reindex()
    assert (index / "LIVE").read_bytes() == pointer
    assert [path for path in files(index) if path.name != "reindex.lock"] == [
        path for path in before if path.name != "reindex.lock"
    ]
    assert [path.name for path in (index / "snapshots").iterdir()] == [live(index).name]
    load(index)


def test_a_snapshot_that_cannot_be_made_live_is_taken_away_again(index):
    write(index.parent / "seeds", a_md="Something else is said in here now.")
    (index / "LIVE.new").mkdir()
    with pytest.raises(IndexUnwritable, match=r"Is a directory: see to the disk"):
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
    SnapshotStore(index).prune(1)
    assert [path.name for path in snapshots.iterdir()] == [name]


def test_what_a_builder_that_died_left_behind_is_cleared_by_the_next(index):
    write(index.parent / "seeds", a_md="Bread is made of flour.")
    write(index / "snapshots" / ".building-dead", half_md="half")
    report = library(index.parent / "seeds", index).reindex()
    assert not (index / "snapshots" / ".building-dead").exists()
    assert live(index).name == report.snapshot.id


@pytest.mark.parametrize("error", [None, OSError("no"), StoreUnavailable("no"), ValueError("no")])
def test_a_switch_is_told_and_goes_on_if_telling_fails(tmp_path, caplog, error):
    """To what makes it known to other programs."""
    told: list[Path] = []

    def switched(folder: Path) -> None:
        told.append(folder)
        if error:
            raise error

    library(write(tmp_path / "seeds", a_md=TEXT), tmp_path / "index").reindex()
    snapshots = SnapshotStore(tmp_path / "index", switched=switched)
    live = snapshots.live()
    snapshots.switch(live)
    assert told == [snapshots.folder(live.snapshot.id)]
    assert ("Other programs do not know of the switch" in caplog.text) == bool(error)


def test_ids_sort_by_time(tmp_path):
    seeds = write(tmp_path / "seeds", a_md="Bread is made of flour.")
    made = [library(seeds, tmp_path / "index").reindex().snapshot for _ in range(3)]
    assert [path.id for path in made] == sorted(path.id for path in made)
    assert made[0].created < made[1].created < made[2].created


def documents(index: Path, snapshot: str) -> dict[str, str] | None:
    """The texts of a snapshot by source, read by who has just been started."""
    texts = SnapshotStore(index).texts(snapshot)
    return None if texts is None else {each.source: each.text for each in texts.documents.values()}


def texts_of(snapshots: SnapshotStore, snapshot: str) -> SnapshotTexts:
    texts = snapshots.texts(snapshot)
    assert texts is not None
    return texts


def built_on(index: Path, text: str, **options: Any) -> str:
    """The id of a further snapshot, of this text."""
    return library(write(index.parent / "seeds", a_md=text), index, **options).reindex().snapshot.id


def test_documents_of_a_snapshot_that_is_live_no_more_are_read_as_they_were(index):
    old = live(index).name
    fresh = built_on(index, "Sand is made of stones.\n")
    assert documents(index, old) == {"a.md": TEXT}
    assert documents(index, fresh) == {"a.md": "Sand is made of stones.\n"}
    (document,) = texts_of(SnapshotStore(index), old).documents.values()
    assert (document.title, document.sections[-1].heading) == ("A title", "Part")
    assert TEXT[document.sections[-1].start :].startswith("# Part")


@pytest.mark.parametrize(
    "name",
    [
        *("", ".", "..", "../secret", "snapshots/../../secret", "/etc", "20260401T120000000000Z-1a2b3c4d/../../secret"),
        *(
            "20260401T120000000000Z-1a2b3c4d",
            "20260401T120000000000Z-1A2B3C4D",
            "secret",
            "٢٠٢٦٠٤٠١T120000000000Z-1a2b3c4d",
        ),
    ],
)
def test_what_is_no_snapshot_has_no_documents(index, name):
    for place in (index, index / "snapshots", index.parent):
        shutil.copytree(live(index), place / "secret")
    assert documents(index, name) is None


def test_a_name_that_only_begins_like_an_id_is_never_a_path(index):
    shutil.copytree(live(index), index / "snapshots" / f"{live(index).name}\n")
    assert documents(index, f"{live(index).name}\n") is None
    assert documents(index, f"{live(index).name}/.") is None
    assert documents(index, live(index).name) == {"a.md": TEXT}


def test_a_damaged_document_or_manifest_means_no_documents(index):
    name = live(index).name
    for file in ("segments/0000/documents.jsonl", "manifest.json"):
        path = live(index) / file
        whole = path.read_bytes()
        for damaged in (
            b"",
            whole[: len(whole) // 2],
            whole.replace(b"flour", b"sand!"),
            b"[]",
            b"\xff",
            b"[" * 99_999,
        ):
            path.write_bytes(damaged)
            assert documents(index, name) is None or damaged == whole
        path.unlink()
        assert documents(index, name) is None
        path.write_bytes(whole)
    assert documents(index, name) == {"a.md": TEXT}


@pytest.mark.parametrize("change", [{"format": FORMAT + 1}, {"id": "20260401T120000000000Z-1a2b3c4d"}])
def test_a_snapshot_of_another_format_or_name_has_no_documents(index, change):
    reseal(index, lambda table: table["snapshot"].update(change))
    assert documents(index, live(index).name) is None


def test_a_snapshot_that_was_removed_has_no_documents_though_they_were_read_before(index):
    snapshots = SnapshotStore(index)
    old = live(index).name
    assert snapshots.texts(old) is not None
    shutil.rmtree(live(index))
    assert snapshots.texts(old) is None


def test_documents_that_were_read_lately_are_at_hand_and_others_are_read_anew(index):
    names = [live(index).name, *(built_on(index, f"Sand is made of {n} stones.\n", keep=9) for n in range(4))]
    snapshots = SnapshotStore(index)

    def read(name: str) -> Document:
        (document,) = texts_of(snapshots, name).documents.values()
        return document

    first = [read(name) for name in names[:4]]
    assert read(names[0]) is first[0]
    assert read(names[4]).text == "Sand is made of 3 stones.\n"  # one more than there is room for
    assert read(names[0]) is first[0]
    assert read(names[2]) is first[2]
    assert read(names[1]) is not first[1]
    assert read(names[1]) == first[1]


def test_documents_are_read_once_by_however_many_at_once(index):
    snapshots, name = SnapshotStore(index), live(index).name
    with ThreadPoolExecutor(max_workers=8) as threads:
        results = list(threads.map(lambda _: texts_of(snapshots, name), range(64)))
    assert len({id(texts) for texts in results}) == 1


def folders(index: Path) -> list[str]:
    return sorted(path.name for path in (index / "snapshots").iterdir())


def copies(index: Path, count: int) -> list[str]:
    """Older snapshots, oldest first."""
    names = [f"20{year:02}0101T000000000000Z-00000000" for year in range(count)]
    for name in names:
        shutil.copytree(live(index), index / "snapshots" / name)
    return names


def test_a_snapshot_that_answers_cite_is_spared_though_newer_ones_go(index):
    names = copies(index, 4)
    SnapshotStore(index).prune(2, {names[1], "../seeds", "20990101T000000000000Z-00000000"})
    assert folders(index) == [names[1], names[3], live(index).name]


def test_no_more_than_so_many_are_spared_the_newest_of_them(index):
    names = copies(index, MOST_CITED + 5)
    SnapshotStore(index).prune(3, frozenset(names))
    assert folders(index) == [*names[-MOST_CITED - 2 :], live(index).name]


def test_without_answers_that_cite_them_old_snapshots_go(index):
    names = copies(index, 4)
    SnapshotStore(index).prune(2)
    assert folders(index) == [names[3], live(index).name]
