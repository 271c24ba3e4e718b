"""Servers' collections on machines that share an object storage: built on one, they answer and are deleted on all."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from index.corpora.corpora import Corpora
from index.domain.activity import Scope
from index.domain.errors import Damaged, ObjectsUnavailable
from index.objects.pointer import POINTER
from index.objects.server_table import TABLE, ServerEntry, ServerTable
from index.objects.store import ObjectStore
from tests.support.corpora_fakes import AMBER, BIRCH, add, corpora, secret_text
from tests.support.paths import ROOT
from tests.support.s3_server import bucket, bucket_store, faulty_proxy, s3_server
from tests.support.waiting import wait_until

LIGHT = "What is the light of the harbour called?"
NOW = datetime(2026, 5, 1, tzinfo=UTC)
PUBLISH_AND_DIE = """
import os, sys
from pathlib import Path
from index.objects.store import ObjectStore
from tests.support.corpora_fakes import AMBER, add, corpora, secret_text
replace, left = ObjectStore.replace, int(sys.argv[3])
def dying(self, key, data, version):
    global left
    if not left:
        os._exit(9)
    left -= 1
    return replace(self, key, data, version)
libraries = corpora(Path(sys.argv[1]), store=ObjectStore(sys.argv[2]), build=False)
ObjectStore.replace = dying
add(libraries, AMBER, "bell.md", secret_text("Rustmoon", "bell"))
"""


class Machines:
    """Machines over one storage, each with folders of its own, that follow until the test ends."""

    def __init__(self, folder: Path, url: str, stack: ExitStack) -> None:
        self.folder = folder
        self.url = url
        self._stack = stack

    def start(self, name: str, *, build: bool = False, store: ObjectStore | None = None) -> Corpora:
        store = store or ObjectStore(self.url)
        made = self._stack.enter_context(closing(corpora(self.folder / name, store=store, build=build)))
        made.shared.load()
        made.follow()
        return made

    @property
    def store(self) -> ObjectStore:
        return ObjectStore(self.url)


@pytest.fixture
def machines(tmp_path: Path) -> Iterator[Machines]:
    with ExitStack() as stack:
        yield Machines(tmp_path, (tmp_path / "objects").as_uri(), stack)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with s3_server() as address:
        yield address


def light(libraries: Corpora, guild: int) -> str:
    return libraries.of(guild).ask(LIGHT).text


def passed_on(machines: Machines, guild: int = AMBER) -> ServerEntry:
    """The entry of a server, once its live snapshot is in the storage."""
    table = ServerTable(machines.store)
    wait_until(lambda: table.entry(guild).serial > 0)
    return table.entry(guild)


def test_a_new_machine_has_each_server_s_collection_from_the_storage_alone(machines: Machines) -> None:
    one = machines.start("one", build=True)
    add(one, AMBER, "light.md", secret_text("Quartzblink", "light"))
    add(one, BIRCH, "light.md", secret_text("Velvetgong", "light"))

    two = machines.start("two")
    wait_until(lambda: two.has_own(AMBER) and two.has_own(BIRCH))

    assert "Quartzblink" in light(two, AMBER)
    assert "Velvetgong" in light(two, BIRCH)
    assert two.shared.ask(LIGHT).abstained
    assert [file.name for file in two.of(AMBER).sources.list_files()] == ["light.md"]
    two.of(AMBER).verify()


def test_a_new_machine_has_them_from_a_bucket_alone(machines: Machines, server: str) -> None:
    url = bucket(server)
    one = machines.start("one", build=True, store=bucket_store(server, url))
    add(one, AMBER, "light.md", secret_text("Quartzblink", "light"))

    two = machines.start("two", store=bucket_store(server, url))
    wait_until(lambda: two.has_own(AMBER))

    assert "Quartzblink" in light(two, AMBER)
    assert one.delete(AMBER)
    wait_until(lambda: not two.folders.folder(AMBER).exists())
    assert bucket_store(server, url).list(f"servers/{AMBER}") == []


def test_what_one_machine_adds_is_live_on_another_that_serves_already(machines: Machines) -> None:
    one = machines.start("one", build=True)
    add(one, AMBER, "light.md", secret_text("Quartzblink", "light"))
    two = machines.start("two")
    wait_until(lambda: two.has_own(AMBER))
    assert "Quartzblink" in light(two, AMBER)

    add(one, AMBER, "light.md", secret_text("Ivorymist", "light"), replace=True)
    wait_until(lambda: "Ivorymist" in light(two, AMBER))
    add(two, AMBER, "bell.md", secret_text("Rustmoon", "bell"))
    wait_until(lambda: "Rustmoon" in one.of(AMBER).ask("What is the bell of the harbour called?").text)

    assert "Ivorymist" in light(one, AMBER)
    assert [file.name for file in one.of(AMBER).sources.list_files()] == ["bell.md", "light.md"]


def test_objects_of_a_server_are_below_its_id_alone(machines: Machines) -> None:
    one = machines.start("one", build=True)
    before = {found.key for found in machines.store.list("objects")}
    add(one, AMBER, "light.md", secret_text("Quartzblink", "light"))
    passed_on(machines)

    assert {found.key for found in machines.store.list("objects")} == before
    assert {found.key.split("/")[1] for found in machines.store.list("servers")} == {str(AMBER)}


def test_a_server_s_last_source_stays_removed_everywhere(machines: Machines) -> None:
    one = machines.start("one", build=True)
    add(one, AMBER, "light.md", secret_text("Quartzblink", "light"))
    two = machines.start("two")
    wait_until(lambda: two.has_own(AMBER))

    one.of(AMBER).sources.remove("light.md")
    one.of(AMBER).reindex()
    wait_until(lambda: two.of(AMBER).ask(LIGHT).abstained)

    assert one.of(AMBER).sources.names() == two.of(AMBER).sources.names() == ()


def test_a_rollback_of_a_server_is_taken_up_by_a_machine_that_was_new(machines: Machines) -> None:
    one = machines.start("one", build=True)
    add(one, AMBER, "light.md", secret_text("Quartzblink", "light"))
    first = one.of(AMBER).snapshots()[0].id
    add(one, AMBER, "light.md", secret_text("Ivorymist", "light"), replace=True)
    two = machines.start("two")
    wait_until(lambda: two.has_own(AMBER) and len(two.of(AMBER).snapshots()) == 2)

    two.of(AMBER).rollback(first)

    wait_until(lambda: "Quartzblink" in light(one, AMBER))


def test_deletion_reaches_every_machine_and_the_storage(machines: Machines) -> None:
    one = machines.start("one", build=True)
    for server, word in ((AMBER, "Quartzblink"), (BIRCH, "Velvetgong")):
        add(one, server, "light.md", secret_text(word, "light"))
    two = machines.start("two")
    wait_until(lambda: two.has_own(AMBER) and two.has_own(BIRCH))
    two.of(AMBER).conversation.reply(LIGHT, user=1, guild=AMBER, channel=2)

    assert one.delete(AMBER)
    wait_until(lambda: not two.folders.folder(AMBER).exists())

    assert machines.store.list(f"servers/{AMBER}") == []
    assert not (machines.folder / "objects" / "servers" / str(AMBER)).exists()
    wait_until(lambda: not list((machines.folder / "two" / "servers").glob(".deleted-*")))
    assert not any(b"Quartzblink" in path.read_bytes() for path in machines.folder.rglob("*") if path.is_file())
    assert two.of(AMBER).ask(LIGHT).abstained
    wait_until(lambda: not two.journal.questions(Scope(AMBER), 10))
    assert "Velvetgong" in light(two, BIRCH)


def test_a_machine_that_was_down_deletes_what_was_deleted_meanwhile(machines: Machines) -> None:
    one = machines.start("one", build=True)
    add(one, AMBER, "light.md", secret_text("Quartzblink", "light"))
    two = machines.start("two")
    wait_until(lambda: two.has_own(AMBER))
    two.close()
    one.delete(AMBER)

    two = machines.start("two")

    wait_until(lambda: not two.folders.folder(AMBER).exists())
    assert machines.store.list(f"servers/{AMBER}") == []


def test_a_machine_that_was_down_does_not_bring_old_sources_back(machines: Machines) -> None:
    one = machines.start("one", build=True)
    add(one, AMBER, "light.md", secret_text("Quartzblink", "light"))
    two = machines.start("two")
    wait_until(lambda: two.has_own(AMBER))
    two.close()
    one.delete(AMBER)
    add(one, AMBER, "bell.md", secret_text("Rustmoon", "bell"))

    two = machines.start("two")
    wait_until(lambda: two.has_own(AMBER) and two.of(AMBER).sources.names() == ("bell.md",))

    assert "Quartzblink" not in light(two, AMBER)
    assert not any(b"Quartzblink" in path.read_bytes() for path in machines.folder.rglob("*") if path.is_file())


def test_a_build_that_ends_after_a_deletion_elsewhere_is_not_passed_on(machines: Machines) -> None:
    one = machines.start("one", build=True)
    add(one, AMBER, "light.md", secret_text("Quartzblink", "light"))
    late = corpora(machines.folder / "late", store=machines.store, build=False)  # it does not follow
    late.shared.load()
    late.of(AMBER).sources.add("bell.md", secret_text("Rustmoon", "bell").encode())
    late.of(AMBER).reindex()
    passed_on(machines)

    one.delete(AMBER)
    late.of(AMBER).reindex()

    assert machines.store.list(f"servers/{AMBER}") == []
    assert not ServerTable(machines.store).entry(AMBER).present
    late.follow()
    wait_until(lambda: not late.folders.folder(AMBER).exists())
    late.close()


def test_a_storage_that_is_away_refuses_a_deletion_and_nothing_is_deleted(machines: Machines, server: str) -> None:
    with faulty_proxy(server) as proxy:
        store = bucket_store(proxy.url, bucket(server), retry_seconds=0.3)
        one = machines.start("one", build=True, store=store)
        add(one, AMBER, "light.md", secret_text("Quartzblink", "light"))
        proxy.fault = lambda method, path: "error"

        with pytest.raises(ObjectsUnavailable):
            one.delete(AMBER)

        assert "Quartzblink" in light(one, AMBER)
        proxy.fault = lambda method, path: ""
        assert one.delete(AMBER)


def test_what_is_built_while_the_storage_is_away_is_passed_on_later(
    machines: Machines, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.objects.servers.RETRY_SECONDS", 0.1)
    url = bucket(server)
    with faulty_proxy(server) as proxy:
        one = machines.start("one", build=True, store=bucket_store(proxy.url, url, retry_seconds=0.3))
        proxy.fault = lambda method, path: "error"
        add(one, AMBER, "light.md", secret_text("Quartzblink", "light"))
        assert "Quartzblink" in light(one, AMBER)

        proxy.fault = lambda method, path: ""
        two = machines.start("two", store=bucket_store(server, url))
        wait_until(lambda: two.has_own(AMBER))
        assert "Quartzblink" in light(two, AMBER)


def test_collections_that_were_there_before_the_storage_are_passed_on(machines: Machines) -> None:
    alone = corpora(machines.folder / "one")
    add(alone, AMBER, "light.md", secret_text("Quartzblink", "light"))
    alone.folders.mark_left(AMBER, NOW)
    alone.close()

    machines.start("one")
    wait_until(lambda: machines.store.version(POINTER))
    two = machines.start("two")
    wait_until(lambda: two.folders.left_at(AMBER) == NOW)

    two.mark_returned(AMBER)
    wait_until(lambda: two.has_own(AMBER))
    assert "Quartzblink" in light(two, AMBER)


def test_when_the_bot_left_a_server_is_known_everywhere(machines: Machines) -> None:
    one = machines.start("one", build=True)
    add(one, AMBER, "light.md", secret_text("Quartzblink", "light"))
    two = machines.start("two")
    wait_until(lambda: two.has_own(AMBER))

    one.mark_left(AMBER)
    wait_until(lambda: two.folders.has_left(AMBER))
    left = one.folders.left_at(AMBER)
    assert left == two.folders.left_at(AMBER)
    two.mark_returned(AMBER)
    wait_until(lambda: not one.folders.has_left(AMBER))
    two.mark_left(AMBER)
    wait_until(lambda: one.folders.has_left(AMBER))

    assert one.delete_left(datetime.now(UTC) + timedelta(days=31)) == (AMBER,)
    wait_until(lambda: not two.folders.folder(AMBER).exists())


def test_a_mark_that_is_undone_elsewhere_before_the_next_look_is_undone_here(
    machines: Machines, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = machines.start("one", build=True)
    add(one, AMBER, "light.md", secret_text("Quartzblink", "light"))
    passed_on(machines)
    update, other, undone = ServerTable.update, ServerTable(machines.store), threading.Event()

    def undone_at_once(table: ServerTable, server: int, change: Callable[[ServerEntry], ServerEntry]) -> ServerEntry:
        entry = update(table, server, change)
        if entry.left and not undone.is_set():
            undone.set()
            update(other, server, lambda current: replace(current, left=""))
        return entry

    monkeypatch.setattr(ServerTable, "update", undone_at_once)
    one.mark_left(AMBER)
    undone.wait(60)

    wait_until(lambda: not one.folders.has_left(AMBER))


def test_the_status_names_the_storage_of_a_server_with_a_collection(machines: Machines) -> None:
    one = machines.start("one", build=True)
    add(one, AMBER, "light.md", secret_text("Quartzblink", "light"))

    own, borrowed = one.of(AMBER).status(), one.of(BIRCH).status()

    assert own.storage
    assert own.snapshot
    assert (own.storage.url, own.storage.snapshot) == (f"{machines.url}/servers/{AMBER}", own.snapshot.id)
    assert borrowed.storage is None


def test_a_first_build_that_fails_leaves_nothing_live_anywhere(machines: Machines) -> None:
    """What such a build begins from, a copy of the shared snapshot, is no collection of the server."""
    one = machines.start("one", build=True)
    one.of(AMBER).sources.add("light.md", "".join(secret_text(f"Q{n}", "light") for n in range(300)).encode())
    with pytest.raises(Exception, match="passages"):
        one.of(AMBER).reindex()
    add(one, BIRCH, "light.md", secret_text("Velvetgong", "light"))
    two = machines.start("two")
    wait_until(lambda: two.has_own(BIRCH))
    assert not two.has_own(AMBER)
    assert not one.has_own(AMBER)


@pytest.mark.slow
@pytest.mark.parametrize("replaced", range(4))
def test_a_machine_killed_while_it_passes_on_does_so_at_its_next_start(machines: Machines, replaced: int) -> None:
    one = machines.start("one", build=True)
    add(one, AMBER, "light.md", secret_text("Quartzblink", "light"))
    two = machines.start("two")
    wait_until(lambda: two.has_own(AMBER))
    one.close()

    command = [sys.executable, "-c", PUBLISH_AND_DIE, str(machines.folder / "one"), machines.url, str(replaced)]
    ended = subprocess.run(command, cwd=ROOT, check=False)

    assert ended.returncode in (0, 9)
    assert "Quartzblink" in light(two, AMBER)
    one = machines.start("one")
    if ended.returncode == 9 and "bell.md" not in one.of(AMBER).source_names():
        one.of(AMBER).reindex()
    wait_until(lambda: "Rustmoon" in two.of(AMBER).ask("What is the bell of the harbour called?").text)


def test_a_deletion_that_was_cut_is_finished_by_any_machine(machines: Machines) -> None:
    one = machines.start("one", build=True)
    add(one, AMBER, "light.md", secret_text("Quartzblink", "light"))
    passed_on(machines)
    one.close()
    table = ServerTable(machines.store)
    table.update(AMBER, lambda entry: ServerEntry(deletions=entry.deletions + 1))  # and died before the objects went

    machines.start("two")

    wait_until(lambda: machines.store.list(f"servers/{AMBER}") == [])


@pytest.mark.parametrize(
    "data",
    [
        b"{",
        b"[]",
        b'{"servers": {"../1": {"serial": 1, "deletions": 0, "present": true, "left": ""}}}',
        b'{"servers": {"1/2": {"serial": 1, "deletions": 0, "present": true, "left": ""}}}',
        b'{"servers": {"7": {"serial": 1}}}',
        b'{"servers": {"7": {"serial": 1, "deletions": 0, "present": true, "left": "soon"}}}',
    ],
)
def test_a_damaged_table_changes_nothing(machines: Machines, data: bytes, caplog: pytest.LogCaptureFixture) -> None:
    one = machines.start("one", build=True)
    add(one, AMBER, "light.md", secret_text("Quartzblink", "light"))
    passed_on(machines)
    machines.store.write(TABLE, data)

    with pytest.raises(Damaged):
        ServerTable(machines.store).read()
    wait_until(lambda: "The collections of servers in the object storage are not followed" in caplog.text)
    assert "Quartzblink" in light(one, AMBER)


@pytest.mark.parametrize("deleted", [False, True])
def test_a_lost_table_deletes_nothing_and_is_made_again(machines: Machines, deleted: bool) -> None:
    one = machines.start("one", build=True)
    add(one, AMBER, "light.md", secret_text("Quartzblink", "light"))
    if deleted:
        one.delete(AMBER)
        add(one, AMBER, "light.md", secret_text("Quartzblink", "light"))
    entry = passed_on(machines)
    machines.store.remove([TABLE])
    wait_until(lambda: ServerTable(machines.store).entry(AMBER) == entry)
    assert "Quartzblink" in light(one, AMBER)


def test_two_machines_change_the_table_at_once_and_both_are_in_it(machines: Machines) -> None:
    one, two = ServerTable(machines.store), ServerTable(machines.store)

    def change(entry: ServerEntry) -> ServerEntry:
        if not entry.present:
            two.update(BIRCH, lambda _: ServerEntry(present=True))
        return ServerEntry(present=True)

    one.update(AMBER, change)

    assert set(one.read()) == set(two.read()) == {AMBER, BIRCH}
    assert set(json.loads(machines.store.read(TABLE)[0])["servers"]) == {str(AMBER), str(BIRCH)}


@pytest.mark.parametrize("guild", [0, -1, 10**20])
def test_only_an_id_becomes_a_prefix(machines: Machines, guild: int) -> None:
    one = machines.start("one", build=True)
    with pytest.raises(ValueError, match="positive number"):
        one._enabled.replication.of(guild)
