"""Machines that share an object storage: what one publishes all serve; a damaged storage leaves them as they are."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from index.domain.errors import NoIndex
from index.indexing.build_lock import LOCK_NAME, BuildLock
from index.indexing.progress import ReindexProgress, ReindexRequest
from index.objects.garbage import manifest_key, remove_garbage
from index.objects.pointer import POINTER, read_pointer
from index.objects.snapshots import SharedSnapshots
from index.objects.store import ObjectStore
from index.snapshots.store import SnapshotStore
from tests.support.index_fakes import states
from tests.support.machines import Machine
from tests.support.s3_server import bucket, bucket_store, faulty_proxy, s3_server
from tests.support.waiting import wait_until

SCOUT = "# Scout\n\nScout has 17 billion active parameters.\n"
MAVERICK = "# Maverick\n\nMaverick has 128 experts.\n"


@pytest.fixture
def store(tmp_path: Path) -> ObjectStore:
    return ObjectStore((tmp_path / "objects").as_uri())


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with s3_server() as address:
        yield address


@pytest.fixture
def one(tmp_path: Path, store: ObjectStore) -> Machine:
    machine = Machine(tmp_path / "one", store)
    machine.add("scout.md", SCOUT)
    return machine


@pytest.fixture
def two(tmp_path: Path, store: ObjectStore) -> Machine:
    return Machine(tmp_path / "two", store)


def test_a_new_machine_starts_from_the_storage_alone(one: Machine, two: Machine) -> None:
    built = one.reindex()

    two.library.load()

    assert two.serving == built
    assert (two.seeds / "scout.md").read_text("utf-8") == SCOUT
    assert states(two.library.status()) == {"scout.md": "indexed"}


def test_a_new_machine_starts_from_a_bucket_alone(server: str, tmp_path: Path) -> None:
    url = bucket(server)
    one, two = (Machine(tmp_path / name, bucket_store(server, url)) for name in ("one", "two"))
    one.add("scout.md", SCOUT)
    built = one.reindex()

    two.library.load()

    assert two.serving == built
    two.add("maverick.md", MAVERICK)
    assert two.reindex() == read_pointer(one.store)[0].snapshot


def test_without_anything_in_the_storage_there_is_no_index(two: Machine) -> None:
    with pytest.raises(NoIndex):
        two.library.load()


def test_a_reindex_on_one_machine_becomes_live_on_another_that_follows(server: str, tmp_path: Path) -> None:
    """The pointer moves once all is in the storage, and the other machine serves it only then."""
    with faulty_proxy(server) as proxy:
        url = bucket(server)
        one, two = (Machine(tmp_path / name, bucket_store(proxy.url, url)) for name in ("one", "two"))
        one.add("scout.md", SCOUT)
        first = one.reindex()
        two.library.load()
        stopped = threading.Event()
        thread = two.follow_while(stopped)
        one.add("maverick.md", MAVERICK)
        proxy.asked.clear()
        second = one.reindex()
        wait_until(lambda: two.serving == second)
        stopped.set()
        thread.join()
        two.library.close()

    writes = [path for method, path in proxy.asked if method == "PUT"]
    moved = next(place for place, path in enumerate(writes) if path.endswith(POINTER))
    assert first != second
    assert any(path.endswith(manifest_key(second)) for path in writes[:moved])
    assert not any("objects/" in path for path in writes[moved:])
    assert (two.seeds / "maverick.md").read_text("utf-8") == MAVERICK


def test_unchanged_files_are_neither_sent_nor_fetched_again(one: Machine, two: Machine) -> None:
    one.reindex()
    two.library.load()
    before = {found.key for found in one.store.list("objects")}
    one.add("maverick.md", MAVERICK)
    manifest = one.snapshots.manifest(one.reindex())

    two.library.load()
    two.replica.take_up()

    sent = {found.key for found in one.store.list("objects")} - before
    assert len(sent) <= len(set(manifest.files.values())) + 1
    assert two.live == one.live


def test_files_of_another_index_of_this_machine_are_linked_not_fetched(
    one: Machine, store: ObjectStore, tmp_path: Path
) -> None:
    built = one.reindex()
    store.remove([found.key for found in store.list("objects")])

    _, folder = SharedSnapshots(store, SnapshotStore(tmp_path / "other"), one.snapshots).download(built)

    assert (folder / "segments.json").samefile(one.snapshots.folder(built) / "segments.json")


def test_a_rollback_on_one_machine_is_taken_up(one: Machine, two: Machine) -> None:
    first = one.reindex()
    one.add("maverick.md", MAVERICK)
    one.reindex()
    two.library.load()

    one.library.rollback(first)
    two.replica.take_up()

    assert two.live == first


def test_while_a_build_runs_here_nothing_is_fetched(one: Machine, two: Machine) -> None:
    """It could not be made live, and each of two looks a second would read and check all of it again."""
    first = one.reindex()
    two.library.load()
    one.add("maverick.md", MAVERICK)
    second = one.reindex()

    with BuildLock(two.index / LOCK_NAME).hold(ReindexProgress([ReindexRequest()])):
        two.replica.take_up()
        assert (two.live, (two.index / ".incoming").exists()) == (first, False)

    two.replica.take_up()
    assert two.live == second


def test_a_new_machine_can_go_back_to_older_snapshots(one: Machine, two: Machine) -> None:
    first = one.reindex()
    one.add("maverick.md", MAVERICK)
    one.reindex()
    two.library.load()
    two.library.follow()
    wait_until(lambda: first in two.snapshots.ids())

    two.library.rollback(first)
    one.replica.take_up()

    assert one.live == first
    two.library.close()


@pytest.mark.parametrize("damage", ["missing", "other bytes", "manifest"])
def test_a_damaged_object_leaves_a_machine_on_what_it_has(
    one: Machine, two: Machine, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    first = one.reindex()
    two.library.load()
    one.add("maverick.md", MAVERICK)
    second = one.reindex()
    manifest = one.snapshots.manifest(second)
    known = one.snapshots.manifest(first).files.values()
    sha256 = next(value for value in manifest.files.values() if value not in known)
    key = manifest_key(second) if damage == "manifest" else f"objects/{sha256}"
    if damage == "missing":
        one.store.remove([key])
    else:
        one.store.write(key, b"x" + one.store.read(key)[0][1:])

    with caplog.at_level(logging.WARNING):
        two.replica.take_up()
        two.replica.take_up()

    assert two.serving == first
    assert "the object storage" in two.library.status().fallback
    assert f"Answers come from snapshot {first}" in two.library.status().fallback
    assert len([line for line in caplog.messages if "object storage is not followed" in line]) == 1


def test_a_mended_storage_is_followed_again(one: Machine, two: Machine) -> None:
    one.reindex()
    two.library.load()
    one.add("maverick.md", MAVERICK)
    second = one.reindex()
    data, _ = one.store.read(manifest_key(second))
    one.store.remove([manifest_key(second)])
    two.replica.take_up()

    one.store.write(manifest_key(second), data)
    two.replica.take_up()

    assert two.live == second
    assert two.library.status().fallback == ""


def test_an_upload_that_fails_leaves_the_pointer_and_is_made_up_for(server: str, tmp_path: Path) -> None:
    with faulty_proxy(server) as proxy:
        url = bucket(server)
        one = Machine(tmp_path / "one", bucket_store(proxy.url, url, retry_seconds=0.5))
        one.add("scout.md", SCOUT)
        first = one.reindex()
        one.add("maverick.md", MAVERICK)
        proxy.fault = lambda method, path: "error" if method == "PUT" and "objects/" in path else ""

        second = one.reindex()

        assert one.serving == second
        assert read_pointer(one.store)[0].snapshot == first
        assert one.library.status().storage is not None
        assert one.library.status().fallback == ""

        proxy.fault = lambda method, path: ""
        one.library.follow()
        wait_until(lambda: read_pointer(one.store)[0].snapshot == second)
        one.library.close()


def test_a_storage_that_falsifies_uploads_never_gets_the_pointer(server: str, tmp_path: Path) -> None:
    with faulty_proxy(server) as proxy:
        one = Machine(tmp_path / "one", bucket_store(proxy.url, bucket(server)))
        one.add("scout.md", SCOUT)
        proxy.fault = lambda method, path: "other" if method == "GET" and "objects/" in path else ""

        one.reindex()

        assert read_pointer(one.store)[0].snapshot == ""
        storage = one.replica.status()
        assert storage is not None
        assert "as it was written" in storage.problem


@pytest.mark.parametrize("fault", ["error", "away", "cut", "other"])
def test_a_download_that_fails_leaves_nothing_half(server: str, tmp_path: Path, fault: str) -> None:
    url = bucket(server)
    one = Machine(tmp_path / "one", bucket_store(server, url))
    one.add("scout.md", SCOUT)
    built = one.reindex()
    with faulty_proxy(server) as proxy:
        two = Machine(tmp_path / "two", bucket_store(proxy.url, url, retry_seconds=0.5))
        passed: list[str] = []

        def after_three(method: str, path: str) -> str:
            if method == "GET" and "objects/" in path:
                passed.append(path)
                return fault if len(passed) > 3 else ""
            return ""

        proxy.fault = after_three
        with pytest.raises(NoIndex):
            two.library.load()
        assert two.snapshots.ids() == []

        proxy.fault = lambda method, path: ""
        two.library.load()
        assert two.serving == built


def test_a_storage_that_is_away_leaves_machines_answering(one: Machine, tmp_path: Path) -> None:
    built = one.reindex()
    alone = Machine(tmp_path / "one", bucket_store("http://127.0.0.1:9", "s3://bucket/x", retry_seconds=0.3))

    alone.library.load()

    assert alone.serving == built
    storage = alone.library.status().storage
    assert storage is not None
    assert "object storage can't be used" in storage.problem


def test_of_two_builds_at_once_the_one_from_newer_sources_stays(one: Machine, two: Machine) -> None:
    """The first began before the second added its source, and ends after it."""
    one.reindex()
    two.library.load()
    two.add("maverick.md", MAVERICK)
    built, publish = [], one.replica.published

    def published_late() -> None:
        built.append(two.reindex())
        publish()

    one.replica.published = published_late  # type: ignore[method-assign]
    one.add("scout.md", SCOUT + "\nIt reads pictures.\n")
    one.reindex()
    one.replica.take_up()

    assert one.live == built[0] == read_pointer(one.store)[0].snapshot
    assert sorted(one.snapshots.manifest(one.live).snapshot.hashes) == ["maverick.md", "scout.md"]


def test_what_two_machines_add_at_once_is_in_the_next_snapshot(one: Machine, two: Machine) -> None:
    one.reindex()
    two.library.load()
    two.add("maverick.md", MAVERICK)
    one.add("behemoth.md", "# Behemoth\n\nBehemoth is still training.\n")

    one.reindex()
    built = two.reindex()

    hashes = two.snapshots.manifest(built).snapshot.hashes
    assert sorted(hashes) == ["behemoth.md", "maverick.md", "scout.md"]


def test_an_existing_index_is_passed_on_when_the_storage_is_empty(one: Machine, tmp_path: Path) -> None:
    built = one.reindex()
    store = ObjectStore((tmp_path / "other").as_uri())
    moved, new = Machine(tmp_path / "one", store), Machine(tmp_path / "new", store)

    moved.library.follow()
    wait_until(lambda: read_pointer(store)[0].snapshot == built)
    new.library.load()

    assert new.serving == built
    assert (new.seeds / "scout.md").exists()
    moved.library.close()


def test_the_status_says_where_snapshots_are_kept_and_which_is_live(one: Machine) -> None:
    built = one.reindex()

    storage = one.library.status().storage

    assert storage is not None
    assert (storage.url, storage.snapshot, storage.problem) == (one.store.url, built, "")


def test_old_snapshots_and_their_objects_are_removed_after_a_grace_time(tmp_path: Path, store: ObjectStore) -> None:
    one = Machine(tmp_path / "one", store, keep=1)
    one.add("scout.md", SCOUT)
    first = one.reindex()
    one.add("maverick.md", MAVERICK)
    second = one.reindex()
    old = set(one.store.list("objects"))

    assert remove_garbage(store, 1, ()) == 0
    remove_garbage(store, 1, (), now=datetime.now(UTC) + timedelta(days=2))

    left = {found.key for found in store.list("objects")}
    manifest = json.loads(store.read(manifest_key(second))[0])
    sources = json.loads(store.read("sources.json")[0])
    named = {f"objects/{value}" for value in [*manifest["files"].values(), *sources["files"].values()]}
    assert left == named
    assert len(left) < len(old)
    assert store.read(manifest_key(first)) == (b"", "")


def test_cited_snapshots_stay_in_the_storage(tmp_path: Path, store: ObjectStore) -> None:
    one = Machine(tmp_path / "one", store, keep=1)
    one.add("scout.md", SCOUT)
    first = one.reindex()
    one.add("maverick.md", MAVERICK)
    one.reindex()

    remove_garbage(store, 1, {first}, now=datetime.now(UTC) + timedelta(days=2))

    assert store.read(manifest_key(first))[0]


def test_an_object_that_only_an_unfinished_upload_needs_is_made_young(
    one: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What nothing names may be removed at any moment, so it is written again instead of relied on."""
    built = one.reindex()
    manifest = one.snapshots.manifest(built)
    other = ObjectStore((tmp_path / "other").as_uri())
    for path, sha256 in manifest.files.items():
        other.upload(f"objects/{sha256}", one.snapshots.folder(built) / path)
    written = {found.key: found.modified for found in other.list("objects")}
    monkeypatch.setattr("index.objects.contents.GRACE", timedelta(0))

    Machine(tmp_path / "one", other).replica.published()

    assert all(found.modified > written[found.key] for found in other.list("objects") if found.key in written)
