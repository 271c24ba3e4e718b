"""The loader: a snapshot becomes the search index that was built, or says why it cannot."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.domain.errors import Damaged, IndexMismatch
from index.retrieval.tantivy_keywords import TantivyEngine
from index.snapshots.loader import SnapshotLoader
from index.snapshots.manifest import Manifest
from index.snapshots.store import SnapshotStore
from tests.support.index_fakes import MemoryEngine, WordEmbedder, library, write

TEXT = "# Bread\n\nBread is made of flour and water, and of salt.\n"


class WiderEmbedder(WordEmbedder):
    """A model of the same name with vectors of another size."""

    dimension = WordEmbedder.dimension + 1


@pytest.fixture
def snapshots(tmp_path: Path) -> SnapshotStore:
    library(write(tmp_path / "seeds", a_md=TEXT), tmp_path / "index").reindex()
    return SnapshotStore(tmp_path / "index")


@pytest.fixture
def manifest(snapshots: SnapshotStore) -> Manifest:
    return snapshots.live()


def make_loader(snapshots: SnapshotStore, embedder: WordEmbedder | None = None) -> SnapshotLoader:
    return SnapshotLoader(
        snapshots=snapshots, embedder=embedder or WordEmbedder(), vectors=MemoryEngine(), keywords=TantivyEngine()
    )


def test_a_loaded_index_holds_one_row_per_passage_everywhere(snapshots, manifest):
    loaded = make_loader(snapshots).load(manifest)
    assert loaded.id == manifest.snapshot.id
    assert [passage.reading for passage in loaded.passages] == ["Bread is made of flour and water, and of salt."]
    assert [document.source for document in loaded.documents.values()] == ["a.md"]
    assert (len(loaded.vectors), [row for row, _ in loaded.keyword.search(["flour"], 9)]) == (1, [0])
    assert list(loaded.windows_of(0)) == [0]
    assert [window.text for window in loaded.windows] == ["Bread\nBread is made of flour and water, and of salt."]


@pytest.mark.parametrize("embedder", [WiderEmbedder(), WordEmbedder(max_tokens=63)])
def test_a_model_of_another_size_or_limit_does_not_fit(snapshots, manifest, embedder):
    with pytest.raises(IndexMismatch, match="32 dimensions that reads 64 tokens") as error:
        make_loader(snapshots, embedder).load(manifest)
    assert f"{embedder.dimension} and {embedder.max_tokens}" in str(error.value)


def test_a_model_that_does_not_fit_is_refused_before_any_file_is_read(snapshots, manifest):
    (snapshots.folder(manifest.snapshot.id) / "segments/0000/vectors.faiss").unlink()
    with pytest.raises(IndexMismatch, match="dimensions"):
        make_loader(snapshots, WiderEmbedder()).load(manifest)


def test_a_changed_byte_in_any_file_is_damage(snapshots, manifest):
    for name in manifest.files:
        file = snapshots.folder(manifest.snapshot.id) / name
        data = file.read_bytes()
        file.write_bytes(bytes([data[0] ^ 1]) + data[1:])
        with pytest.raises(Damaged, match="is damaged"):
            make_loader(snapshots).load(manifest)
        file.write_bytes(data)
    assert make_loader(snapshots).load(manifest).id == manifest.snapshot.id
