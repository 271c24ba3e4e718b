"""What every object store keeps: a folder, and a real S3 server."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.domain.errors import Damaged, ObjectsUnavailable
from index.objects.store import ObjectStore
from tests.support.s3_server import bucket_store, faulty_proxy, s3_server


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with s3_server() as address:
        yield address


@pytest.fixture(params=["file", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectStore:
    if request.param == "file":
        return ObjectStore((tmp_path / "objects").as_uri())
    return bucket_store(request.getfixturevalue("server"))


def test_an_object_is_read_as_it_was_written(store: ObjectStore) -> None:
    store.write("a/b", b"one")

    assert store.read("a/b")[0] == b"one"


def test_an_object_that_is_not_there_is_empty_and_has_no_version(store: ObjectStore) -> None:
    assert store.read("a/b") == (b"", "")
    assert store.find("a/b") is None


def test_a_listing_names_what_is_below_a_prefix(store: ObjectStore) -> None:
    store.write("a/b", b"one")
    store.write("a/c/d", b"three")
    store.write("b", b"")

    assert sorted((found.key, found.size) for found in store.list("a")) == [("a/b", 3), ("a/c/d", 5)]


def test_what_is_removed_is_gone_and_may_be_removed_again(store: ObjectStore) -> None:
    store.write("a", b"one")

    store.remove(["a", "b"])
    store.remove(["a"])

    assert store.find("a") is None


def test_an_object_is_replaced_only_if_it_is_the_version_that_was_read(store: ObjectStore) -> None:
    assert store.replace("LIVE", b"one", "")
    assert not store.replace("LIVE", b"another first", "")
    _, version = store.read("LIVE")
    assert store.replace("LIVE", b"two", version)

    assert not store.replace("LIVE", b"three", version)
    assert store.read("LIVE")[0] == b"two"


def test_a_version_is_told_without_reading_and_changes_with_the_object(store: ObjectStore) -> None:
    assert store.version("LIVE") == ""
    store.write("LIVE", b"one")
    assert store.version("LIVE") == store.read("LIVE")[1]
    before = store.version("LIVE")
    store.write("LIVE", b"another")
    assert store.version("LIVE") != before


def test_what_is_below_a_prefix_is_a_store_of_its_own(store: ObjectStore, tmp_path: Path) -> None:
    below, beside = store.below("servers/1"), store.below("servers/11")
    (tmp_path / "file").write_bytes(b"two")

    assert below.replace("LIVE", b"one", "")
    below.upload("objects/a", tmp_path / "file")
    beside.write("LIVE", b"beside")

    assert sorted(found.key for found in below.list("")) == ["LIVE", "objects/a"]
    assert [found.key for found in below.list("objects")] == ["objects/a"]
    assert below.checksum("objects/a") == hashlib.sha256(b"two").hexdigest()
    assert not below.replace("LIVE", b"three", "")
    assert store.read("servers/1/LIVE")[0] == b"one"
    assert below.url == f"{store.url}/servers/1"


def test_only_what_is_below_a_prefix_is_cleared(store: ObjectStore) -> None:
    below, beside = store.below("servers/1"), store.below("servers/11")
    for each in (store, below, beside):
        each.write("a/b", b"one")

    assert below.clear()

    assert not below.clear()
    assert (below.list(""), len(beside.list("")), store.read("a/b")[0]) == ([], 1, b"one")
    with pytest.raises(ValueError, match="below a prefix"):
        store.clear()


def test_files_larger_than_a_request_come_back_whole(store: ObjectStore, tmp_path: Path) -> None:
    file, copy = tmp_path / "large", tmp_path / "copy"
    file.write_bytes(bytes(range(256)) * 70_000)
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()

    store.upload("large", file)

    assert store.checksum("large") == sha256
    assert store.download("large", copy) == sha256
    assert copy.read_bytes() == file.read_bytes()


def test_an_empty_file_comes_back(store: ObjectStore, tmp_path: Path) -> None:
    (tmp_path / "empty").touch()

    store.upload("empty", tmp_path / "empty")

    assert store.download("empty", tmp_path / "copy") == hashlib.sha256().hexdigest()
    assert (tmp_path / "copy").read_bytes() == b""


def test_a_missing_object_cannot_be_downloaded(store: ObjectStore, tmp_path: Path) -> None:
    with pytest.raises(Damaged, match="missing"):
        store.download("objects/none", tmp_path / "copy")


@pytest.mark.parametrize("fault", ["error", "away", "cut"])
def test_requests_that_fail_now_and_then_are_repeated(server: str, tmp_path: Path, fault: str) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"words " * 1000)
    with faulty_proxy(server) as proxy:
        store = bucket_store(proxy.url, _bucket_of(server))
        failed: set[tuple[str, str]] = set()
        proxy.fault = lambda *request: "" if request in failed else failed.add(request) or fault

        store.upload("file", file)
        assert store.replace("LIVE", b"one", "")
        assert store.replace("LIVE", b"two", store.read("LIVE")[1])
        assert store.checksum("file") == hashlib.sha256(file.read_bytes()).hexdigest()

        assert store.read("LIVE")[0] == b"two"


def test_a_reply_that_was_lost_counts_as_written_once(server: str) -> None:
    """The server took the first try, and refuses the second because the object is there."""
    with faulty_proxy(server) as proxy:
        store, lost = bucket_store(proxy.url, _bucket_of(server)), []

        def fault(method: str, path: str) -> str:
            if method == "PUT" and not lost:
                lost.append(path)
                return "lost"
            return ""

        proxy.fault = fault
        assert store.replace("LIVE", b"one", "")


def test_a_store_that_is_away_is_reported_with_a_remedy() -> None:
    store = bucket_store("http://127.0.0.1:9", "s3://bucket/footnote", retry_seconds=0.5)

    with pytest.raises(ObjectsUnavailable, match="OBJECTS_ENDPOINT"):
        store.read("LIVE")


def _bucket_of(server: str) -> str:
    return bucket_store(server).url
