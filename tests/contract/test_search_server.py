"""A library that a search server searches answers, follows edits and says if the server is away."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from index import Library, Settings, open_library
from index.domain.errors import IndexMismatch, StoreUnavailable
from index.indexing import _plan
from index.retrieval.milvus_server import LIVE, MilvusServer
from index.snapshots.store import SnapshotStore
from tests.support.index_fakes import write
from tests.support.milvus import need_milvus_lite
from tests.support.pgvector import pgvector_server
from tests.support.postgres import PASSWORD

pytestmark = pytest.mark.slow
BREAD = "# Bread\n\nBread is made of flour and water. It is baked for 40 minutes.\n"
REAL = "MILVUS_TEST_URL"
"""A database of a Milvus of 2.5 or later, empty and for tests alone, such as milvus://127.0.0.1:19530/test."""


@pytest.fixture(params=["pgvector", "lite", "standalone"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "pgvector":
        return pgvector_server().new_database()
    need_milvus_lite()
    if request.param == "lite":
        return f"milvus://{(tmp_path / 'lite.db').as_posix()}"
    if not os.environ.get(REAL):
        pytest.skip(
            f"{REAL} names no Milvus: the package `milvus` of PyPI ends at 2.3, which has no full-text search, and the "
            "server of 2.5 is only published as a container image"
        )
    return os.environ[REAL]


def opened(folder: Path, url: str) -> Library:
    return open_library(
        Settings(
            _env_file=None,  # type: ignore[call-arg]
            seeds_dir=folder / "seeds",
            index_dir=folder / "index",
            journal_file=folder / "journal.sqlite3",
            store_url=url,
        )
    )


def quoted(library: Library, question: str) -> str:
    answer = library.ask(question)
    return answer.citations[0].quote if answer.citations and not answer.abstained else ""


def assert_alias_is_live(folder: Path, url: str) -> None:
    """Other programs find the live words by an alias of Milvus; PostgreSQL has none."""
    if url.startswith("postgres"):
        return
    snapshots = SnapshotStore(folder / "index")
    live = MilvusServer.name_of(snapshots.folder(snapshots.live().snapshot.id) / "keyword")
    with MilvusServer(url, owner_file=folder / "index" / "milvus-owner").client() as client:
        assert client.describe_alias(LIVE)["collection_name"] == live


def test_a_library_on_a_search_server_answers_and_follows_edits_and_roll_backs(tmp_path, url):
    write(tmp_path / "seeds", bread_md=BREAD, tea_md="# Tea\n\nTea is made of leaves, by pouring on water.\n")
    library = opened(tmp_path, url)
    first = library.reindex().snapshot.id
    assert "40 minutes" in quoted(library, "How long is bread baked?")
    write(tmp_path / "seeds", bread_md=BREAD.replace("40", "55"))
    library.reindex()
    assert "55 minutes" in quoted(library, "How long is bread baked?")
    assert "leaves" in quoted(library, "What is tea made of?")
    assert_alias_is_live(tmp_path, url)
    library.rollback(first)
    assert "40 minutes" in quoted(opened(tmp_path, url), "How long is bread baked?")
    assert_alias_is_live(tmp_path, url)


@pytest.mark.parametrize("kind", ["pgvector", "lite"])
def test_a_reindex_moves_a_large_index_to_another_server(tmp_path, monkeypatch, kind):
    """Its segments stay where they are from one build to the next, but the other server holds none of them."""
    monkeypatch.setattr(_plan, "SMALL", 0)
    monkeypatch.setattr(_plan, "SMALLEST", 1)
    if kind == "lite":
        need_milvus_lite()
        old, new = (f"milvus://{(tmp_path / f'{name}.db').as_posix()}" for name in ("old", "new"))
    else:
        old, new = (pgvector_server().new_database() for _ in range(2))
    write(tmp_path / "seeds", bread_md=BREAD)
    opened(tmp_path, old).reindex()
    write(tmp_path / "seeds", tea_md="# Tea\n\nTea is made of leaves, by pouring on water.\n")
    library = opened(tmp_path, new)
    assert "files of snapshot" in library.reindex().rebuild_reason
    assert "40 minutes" in quoted(library, "How long is bread baked?")
    assert "leaves" in quoted(library, "What is tea made of?")


def test_a_question_while_milvus_is_away_is_told_so_and_the_next_is_answered(tmp_path):
    need_milvus_lite()
    write(tmp_path / "seeds", bread_md=BREAD)
    url = f"milvus://{(tmp_path / 'lite.db').as_posix()}"
    opened(tmp_path, url).reindex()
    away = opened(tmp_path, "milvus://127.0.0.1:9/away")
    away.load()
    with pytest.raises(StoreUnavailable, match="ask again in a moment"):
        away.ask("How long is bread baked?")
    assert "40 minutes" in quoted(opened(tmp_path, url), "How long is bread baked?")


def test_a_question_while_postgresql_is_away_is_told_so_and_the_next_is_answered(tmp_path):
    server = pgvector_server()
    write(tmp_path / "seeds", bread_md=BREAD)
    library = opened(tmp_path, server.new_database())
    library.reindex()
    assert "40 minutes" in quoted(library, "How long is bread baked?")
    server.stop()
    try:
        with pytest.raises(StoreUnavailable, match="ask again in a moment") as away:
            library.ask("How long is bread baked?")
        assert PASSWORD not in f"{away.value} {away.value.log_detail}"
        assert "STORE_URL" in away.value.log_detail
    finally:
        server.start()
    assert "40 minutes" in quoted(library, "How long is bread baked?")


def test_an_index_of_files_is_built_anew_for_a_search_server(tmp_path):
    need_milvus_lite()
    write(tmp_path / "seeds", bread_md=BREAD)
    opened(tmp_path, "").reindex()
    library = opened(tmp_path, f"milvus://{(tmp_path / 'lite.db').as_posix()}")
    with pytest.raises(IndexMismatch, match="reindex"):
        library.load()
    library.reindex()
    assert "40 minutes" in quoted(library, "How long is bread baked?")
