"""Addresses, names, errors and tidying of Milvus; the engines are tested by their contracts."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from index.domain.errors import StoreUnavailable
from index.retrieval.milvus_keywords import MilvusKeywordEngine, MilvusKeywords
from index.retrieval.milvus_server import LIVE, MilvusServer, _address
from index.retrieval.milvus_vectors import MilvusVectorEngine
from tests.support.index_fakes import WordEmbedder, parse_files
from tests.support.milvus import MilvusProcess, lite_server, milvus_process, need_milvus_lite
from tests.support.waiting import wait_until

OLD = "20200101000000_0123abcd"
pytestmark = pytest.mark.slow


def build(engine: MilvusKeywordEngine, folder: Path, text: str = "Bread is made of flour.") -> Path:
    engine.build(folder, enumerate(parse_files(WordEmbedder(), a_md=text)[1]))
    return folder


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MilvusProcess]:
    with milvus_process(tmp_path_factory.mktemp("milvus") / "data") as running:
        yield running


def collections(server: MilvusServer) -> set[str]:
    with server.client() as client:
        return set(client.list_collections())


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("milvus:///data/x.db", {"uri": "/data/x.db"}),
        ("milvus://h", {"uri": "http://h:19530", "user": "", "password": "", "db_name": ""}),
        ("milvus://u:p%40@h:1/b", {"uri": "http://h:1", "user": "u", "password": "p@", "db_name": "b"}),
        ("milvus+tls://[::1]:2/", {"uri": "https://[::1]:2", "user": "", "password": "", "db_name": ""}),
    ],
)
def test_a_url_says_server_user_and_database(url, address):
    assert _address(url) == address


def test_a_server_that_is_not_there_says_so_without_the_password(tmp_path):
    need_milvus_lite()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = MilvusServer(f"milvus://me:geheim@127.0.0.1:{port}/base", owner_file=tmp_path / "owner")
    server.write_name(tmp_path, server.new_name("keywords"))
    (tmp_path / "terms.txt").write_text("bread 1\n")
    index = MilvusKeywordEngine(server).open(tmp_path)
    with pytest.raises(StoreUnavailable, match="cannot be reached just now: ask again") as refused:
        index.search(["bread"], 5)
    assert "geheim" not in refused.value.log_message
    with pytest.raises(StoreUnavailable):
        build(MilvusKeywordEngine(server), tmp_path / "keyword")


def test_a_collection_that_is_gone_is_damage(tmp_path):
    server = lite_server()
    engine = MilvusKeywordEngine(server)
    index = engine.open(build(engine, tmp_path / "keyword"))
    server.drop(server.name_of(tmp_path / "keyword"))
    with pytest.raises(ValueError, match="is gone from Milvus"):
        index.search(["bread"], 5)


@pytest.mark.parametrize("text", ["", "{", "[]", "{}"])
def test_a_damaged_reference_is_damage(tmp_path, text):
    (tmp_path / "milvus.json").write_text(text)
    with pytest.raises(ValueError, match=r"milvus\.json is not as it was written"):
        MilvusServer.name_of(tmp_path)


def test_a_damaged_vocabulary_is_damage(tmp_path):
    engine = MilvusKeywordEngine(lite_server())
    folder = build(engine, tmp_path / "keyword")
    (folder / "terms.txt").write_text("bread many\n")
    with pytest.raises(ValueError, match=r"terms\.txt is not as it was written"):
        engine.open(folder).search(["bread"], 5)


def test_terms_with_marks_are_found_as_one(tmp_path):
    engine = MilvusKeywordEngine(lite_server())
    index = engine.open(build(engine, tmp_path / "keyword", "It has 10,000 pages.\n\nIt has 10 of 000.\n"))
    assert [row for row, score in index.search(["10,000"], 5)][:1] == [0]
    assert index.search(["10,001"], 5) == []


def test_a_build_that_fails_leaves_no_collection(tmp_path):
    server = lite_server()
    before = collections(server)
    with pytest.raises(AttributeError):
        MilvusKeywordEngine(server).build(tmp_path / "keyword", [(0, None)])
    with pytest.raises(ValueError, match="do not fit"), MilvusVectorEngine(server).writer(tmp_path, 2) as writer:
        writer.add(np.zeros((1, 3), np.float32))
    assert collections(server) == before


def test_only_own_old_collections_that_no_snapshot_names_are_removed(tmp_path):
    server = lite_server()
    owner = server.new_name("keywords").rpartition("_keywords_")[0]
    names = [f"{owner}_keywords_{OLD}", f"{owner}_vectors_{OLD}", f"footnote_0123abcd_keywords_{OLD}", "of_others"]
    with server.client() as client:
        for name in names:
            client.create_collection(name, dimension=2)
    snapshot = tmp_path / "snapshots" / "a" / "segments" / "0000"
    snapshot.mkdir(parents=True)
    server.write_name(snapshot, names[1])
    build(MilvusKeywordEngine(server, tmp_path / "snapshots"), tmp_path / "snapshots" / "b" / "keyword")
    assert collections(server) & set(names) == set(names[1:])
    assert server.name_of(tmp_path / "snapshots" / "b" / "keyword") in collections(server)


def test_the_alias_stands_for_the_live_collection(tmp_path):
    server = lite_server()
    engine = MilvusKeywordEngine(server)
    for name in ("0", "1"):
        engine.make_live(build(engine, tmp_path / name))
        with server.client() as client:
            assert client.describe_alias(LIVE)["collection_name"] == server.name_of(tmp_path / name)


def test_a_server_that_started_anew_searches_and_copies_what_it_had(tmp_path, process):
    """milvus-lite has nothing in its memory then, and refuses to search what is only on its disk."""
    server = MilvusServer(process.url, owner_file=tmp_path / "owner")
    engine = MilvusKeywordEngine(server)
    folder = build(engine, tmp_path / "keyword")
    index = engine.open(folder)
    assert [row for row, _ in index.search(["flour"], 5)] == [0]
    process.stop()
    with pytest.raises(StoreUnavailable, match="cannot be reached just now"):
        index.search(["flour"], 5)
    process.start()
    wait_until(lambda: answers(index))
    assert [row for row, _ in index.search(["flour"], 5)] == [0]
    with server.client() as client:
        client.release_collection(server.name_of(folder))
    engine.build(tmp_path / "next", [], previous=folder)
    assert [row for row, _ in engine.open(tmp_path / "next").search(["flour"], 5)] == [0]


def test_a_server_that_was_away_for_long_is_found_soon(tmp_path, process):
    """By default gRPC would wait the longer, the longer a server was away: after 17 seconds, ten more."""
    engine = MilvusKeywordEngine(MilvusServer(process.url, owner_file=tmp_path / "owner"))
    index = engine.open(build(engine, tmp_path / "keyword"))
    process.stop()
    until = time.monotonic() + 17
    while time.monotonic() < until:
        assert not answers(index)
        time.sleep(0.2)
    process.start()
    time.sleep(3)
    assert answers(index)


def test_a_server_that_takes_too_long_cannot_be_reached_until_it_answers(tmp_path, process):
    server = MilvusServer(process.url, owner_file=tmp_path / "owner", seconds=2.0)
    engine = MilvusKeywordEngine(server)
    index = engine.open(build(engine, tmp_path / "keyword"))
    assert index.search(["flour"], 5)
    with process.hanging(), pytest.raises(StoreUnavailable, match="cannot be reached just now"):
        index.search(["flour"], 5)
    assert index.search(["flour"], 5)


def answers(index: MilvusKeywords) -> bool:
    with suppress(StoreUnavailable):
        return bool(index.search(["flour"], 5))
    return False
