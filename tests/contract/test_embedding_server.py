"""An index built by a real embedding server over the bundled model, with the settings as an operator sets them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from index import Library, Settings, open_library
from index.domain.errors import EmbeddingServerFault
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
