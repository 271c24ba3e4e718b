"""The files of the keyword index: linked, damaged, cut short, refused by the disk."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from index.domain.documents import Passage
from index.retrieval.tantivy_keywords import TantivyEngine, TantivyKeywords, in_memory
from tests.support.index_fakes import WordEmbedder, parse_files
from tests.support.paths import ROOT
from tests.torture.kit import without_override

ENGINE = TantivyEngine()
FLOURS = ("wheat", "rye", "oat", "barley", "millet", "spelt", "maize")
FOUND = [3, 10, 17, 24, 31, 38]
"""The rows of barley; in the rows after them it stands in the context."""


def passages(count: int = 40, *, name: str = "a") -> list[Passage]:
    text = "\n\n".join(f"Bread number {number} is made of {FLOURS[number % 7]}." for number in range(count))
    return parse_files(WordEmbedder(), **{f"{name}_md": text})[1]


def build(folder: Path, added: list[Passage], first: int = 0, previous: Path | None = None) -> Path:
    ENGINE.build(folder, enumerate(added, first), previous=previous)
    return folder


def files(folder: Path) -> dict[str, Path]:
    return {path.name: path for path in folder.iterdir() if not path.name.startswith(".")}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return build(tmp_path / "0", passages())


def search(index: TantivyKeywords, k: int = len(FOUND)) -> list[int]:
    return [row for row, _ in index.search(["barley"], k)]


def test_segments_of_the_previous_index_are_linked_and_its_list_is_not(folder, tmp_path):
    after = files(build(tmp_path / "1", passages(name="b"), 40, folder))
    before = files(folder)
    assert {name for name, path in before.items() if path.samefile(after[name])} == before.keys() - {"meta.json"}


def test_segments_are_copied_if_they_cannot_be_linked(folder, tmp_path, monkeypatch):
    def refuse(source: Path, target: Path) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr("os.link", refuse)
    after = build(tmp_path / "1", passages(name="b"), 40, folder)
    assert not any(path.samefile(files(after)[name]) for name, path in files(folder).items())
    assert search(ENGINE.open(after), 12) == [*FOUND, *(row + 40 for row in FOUND)]


def test_the_number_of_files_stays_small_however_often_a_document_changes(folder, tmp_path):
    last = folder
    for number in range(1, 21):
        added = passages(3, name="b")
        after = tmp_path / str(number)
        ENGINE.build(after, enumerate(added, 40 * number), previous=last, removed=[added[0].document_id])
        last = after
    assert len(files(last)) < 8 * 8
    assert search(ENGINE.open(last)) == FOUND


def test_many_small_segments_are_merged_before_the_build_returns(folder, tmp_path):
    last, counts = folder, []
    for number in range(1, 10):
        last = build(tmp_path / str(number), passages(3, name=f"n{number}"), 100 * number, last)
        counts.append(sum(name.endswith(".term") for name in files(last)))
    assert counts == [2, 3, 4, 5, 6, 7, 1, 2, 3]
    assert search(ENGINE.open(last)) == FOUND


def test_every_file_can_be_read_by_whoever_may_read_the_others(folder):
    assert len({path.stat().st_mode for path in folder.iterdir()}) == 1


def test_an_index_in_memory_numbers_passages_from_0(folder):
    added = passages()
    assert in_memory(added).search(["barley"], 9) == ENGINE.open(folder).search(["barley"], 9)
    assert in_memory([]).search(["barley"], 9) == []


@pytest.mark.parametrize("harm", ["cut", "emptied", "overwritten", "foreign"])
def test_any_damaged_file_is_a_value_error_or_does_no_harm(folder, harm):
    """Nothing ends the process, and what is still found is a row of the index."""
    refused = set()
    for path in files(folder).values():
        data = path.read_bytes()
        harmed = {"cut": data[: len(data) // 2], "emptied": b"", "overwritten": b"\xff" * len(data), "foreign": b"{}"}
        path.write_bytes(harmed[harm])
        try:
            found = ENGINE.open(folder).search(["barley", "bread", "whea"], 50)
        except ValueError:
            refused.add(path.suffix)
        else:
            assert all(row in range(40) for row, _ in found)
        path.write_bytes(data)
    assert {".term", ".idx", ".fast", ".fieldnorm", ".json"} <= refused
    assert search(ENGINE.open(folder)) == FOUND


def test_a_file_that_is_cut_short_after_opening_is_damage(folder, tmp_path):
    """Also if the folder has another name by then."""
    index = ENGINE.open(folder)
    folder.rename(tmp_path / "moved")
    path = next(path for name, path in files(tmp_path / "moved").items() if name.endswith(".idx"))
    path.write_bytes(path.read_bytes()[:1])
    with pytest.raises(ValueError, match=r"the keyword index is damaged: .*\.idx was cut short"):
        search(index)


def test_an_index_that_is_removed_or_moved_after_opening_is_still_searched(folder, tmp_path):
    index = ENGINE.open(folder)
    folder.rename(tmp_path / "moved")
    assert search(index) == FOUND
    for path in (tmp_path / "moved").iterdir():
        path.unlink()
    assert search(index) == FOUND


@pytest.mark.parametrize("lacking", [".term", ".fast", "meta.json"])
def test_a_missing_file_is_an_error(folder, lacking):
    next(path for name, path in files(folder).items() if name.endswith(lacking)).unlink()
    with pytest.raises((ValueError, FileNotFoundError)):
        ENGINE.open(folder)


def test_building_on_a_damaged_index_is_a_value_error(folder, tmp_path):
    id_ = passages()[0].document_id
    for name, path in files(folder).items():
        if name.endswith((".term", ".idx", "meta.json")):
            data = path.read_bytes()
            path.write_bytes(b"\xff" * len(data))
            with pytest.raises(ValueError, match="damaged"):
                ENGINE.build(tmp_path / path.suffix, [], previous=folder, removed=[id_])
            path.write_bytes(data)


READING = """
import sys
from pathlib import Path
from index.retrieval.tantivy_keywords import TantivyEngine
print([row for row, _ in TantivyEngine().open(Path(sys.argv[1])).search(["barley"], 6)])
"""


def test_a_folder_that_may_not_be_written_to_is_opened_all_the_same(folder):
    for path in (*folder.iterdir(), folder):
        path.chmod(0o555 if path.is_dir() else 0o444)
    command = [sys.executable, "-c", READING, str(folder)]
    process = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False, preexec_fn=without_override
    )
    folder.chmod(0o755)
    assert process.stdout == f"{FOUND}\n", process.stderr
