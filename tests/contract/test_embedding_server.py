"""An index built by a real embedding server over the bundled model, with the settings as an operator sets them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from pydantic import SecretStr

from index import Library, Settings, open_library
from index.domain.errors import EmbeddingServerFault
from index.domain.ports import Vectors
from index.embedding.served_embedder import PROBES
from index.embedding.vectors import l2_normalize
from index.snapshots.store import SnapshotStore
from tests.support.embedding_server import EmbeddingServer, bundled_model, embedding_server, error
from tests.support.index_fakes import write

TEXT = "# Maverick\n\nMaverick has 128 experts. It was released in April.\n"


@pytest.fixture
def server() -> Iterator[EmbeddingServer]:
    with embedding_server(bundled_model(), names=["org/all-MiniLM-L6-v2"], key="a-key") as running:
        yield running


def library(folder: Path, server: EmbeddingServer) -> Library:
    return open_library(
        Settings(
            seeds_dir=folder / "seeds",
            index_dir=folder / "index",
            journal_file=folder / "journal.sqlite3",
            embedding_url=server.url,
            embedding_api_key=SecretStr("a-key"),
        )
    )


def test_an_index_is_built_by_the_server_and_answers_without_it(tmp_path: Path, server: EmbeddingServer) -> None:
    write(tmp_path / "seeds", a_md=TEXT)
    built = library(tmp_path, server)
    built.reindex()
    sent = [text for batch in server.asked for text in batch]
    server.asked.clear()

    answer = built.ask("How many experts does Maverick have?")

    assert "Maverick\nMaverick has 128 experts." in sent
    assert answer.citations[0].quote == "Maverick has 128 experts."
    assert server.asked == []
    built.close()


def test_a_server_that_fails_leaves_the_index_as_it_was(tmp_path: Path, server: EmbeddingServer) -> None:
    write(tmp_path / "seeds", a_md=TEXT)
    built = library(tmp_path, server)
    first = built.reindex().snapshot.id
    write(tmp_path / "seeds", b_md="# Scout\n\nScout has 16 experts.\n")
    server.scripts.append(error(400))

    with pytest.raises(EmbeddingServerFault):
        built.reindex()

    assert built.ask("How many experts does Maverick have?").snapshot == first
    built.close()


def test_the_manifest_names_the_served_model_and_its_probe(tmp_path: Path, server: EmbeddingServer) -> None:
    write(tmp_path / "seeds", a_md=TEXT)
    built = library(tmp_path, server)
    first = built.reindex().snapshot.id
    served = SnapshotStore(tmp_path / "index").live().served
    write(tmp_path / "seeds", a_md=f"{TEXT}\nIt reads pictures.\n")
    built.reindex()
    built.rollback(first)

    assert served is not None
    assert (served.name, served.probe, len(served.vector)) == ("org/all-MiniLM-L6-v2", PROBES[0], 384)
    assert SnapshotStore(tmp_path / "index").live().served == served
    built.verify()
    built.close()


@pytest.mark.parametrize("twist", [0.0, 0.25], ids=["another model", "the model pooled in another way"])
def test_a_server_with_another_model_leaves_the_index_as_it_was(
    tmp_path: Path, server: EmbeddingServer, twist: float
) -> None:
    """The second agrees with the model here well enough, but not with the vectors that the index has already."""
    write(tmp_path / "seeds", a_md=TEXT)
    built = library(tmp_path, server)
    first = built.reindex().snapshot.id
    files = sorted(path for path in (tmp_path / "index" / "snapshots").rglob("*"))
    write(tmp_path / "seeds", b_md="# Scout\n\nScout has 16 experts.\n")
    right = bundled_model()

    def other(texts: Sequence[str]) -> Vectors:
        rows = right(texts)
        return (
            rows[:, ::-1].copy()
            if not twist
            else l2_normalize(rows) + twist * np.eye(1, rows.shape[1], dtype=np.float32)
        )

    server.model = other

    with pytest.raises(EmbeddingServerFault, match="vectors are not those"):
        built.reindex()

    assert built.ask("How many experts does Maverick have?").snapshot == first
    assert sorted(path for path in (tmp_path / "index" / "snapshots").rglob("*")) == files
    assert not (tmp_path / "index" / "unfinished").exists()
    server.model = right
    assert built.reindex().added == ("b.md",)
    built.close()
