"""What every engine of coordination keeps: each test runs with two, as of two processes."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from index.coordination.files import FileCoordinator
from index.coordination.postgres import PostgresCoordinator
from index.domain.coordination import Coordinator
from index.domain.errors import Busy
from tests.support.waiting import wait_until

Maker = Callable[[], Coordinator]


def by_files(request: pytest.FixtureRequest) -> Maker:
    folder = request.getfixturevalue("tmp_path") / "coordination"
    return lambda: FileCoordinator(folder)


def by_postgres(request: pytest.FixtureRequest) -> Maker:
    url = request.getfixturevalue("postgres_url")
    return lambda: PostgresCoordinator(url)


MAKERS = {"files": by_files, "postgres": by_postgres}


@pytest.fixture(params=sorted(MAKERS))
def make(request: pytest.FixtureRequest) -> Iterator[Maker]:
    """What makes coordinators of one installation, each as if in a process of its own."""
    made: list[Coordinator] = []
    maker = MAKERS[request.param](request)

    def remembered() -> Coordinator:
        made.append(maker())
        return made[-1]

    yield remembered
    for coordinator in made:
        coordinator.close()


def test_lock_is_held_by_one_at_a_time(make: Maker) -> None:
    one, other = make(), make()
    with one.lock("build") as lock:
        assert lock.held()
        with pytest.raises(Busy), other.lock("build"):
            pass
        with pytest.raises(Busy), one.lock("build"):
            pass
        with other.lock("another"):
            pass
    with other.lock("build"):
        pass


def test_lock_is_waited_for(make: Maker) -> None:
    one, other = make(), make()
    taken, leave, got = threading.Event(), threading.Event(), threading.Event()

    def hold() -> None:
        with one.lock("build"):
            taken.set()
            leave.wait(30)

    def follow() -> None:
        with other.lock("build", wait=30):
            got.set()

    threads = [threading.Thread(target=hold), threading.Thread(target=follow)]
    threads[0].start()
    assert taken.wait(30)
    threads[1].start()
    assert not got.wait(0.2)
    leave.set()
    for thread in threads:
        thread.join(30)
    assert got.is_set()


def test_lock_may_be_left_in_another_thread(make: Maker) -> None:
    coordinator, other = make(), make()
    lock = coordinator.lock("build")
    lock.__enter__()
    with pytest.raises(Busy), other.lock("build"):
        pass
    thread = threading.Thread(target=lock.__exit__, args=(None, None, None))
    thread.start()
    thread.join(30)
    with other.lock("build") as taken:
        assert taken.held()


def test_values_are_shared_and_the_last_one_counts(make: Maker) -> None:
    one, other = make(), make()
    assert other.get("session-1") == ""
    one.put("session-1", "first")
    one.put("session-1", 'second, "ü"')
    one.put("session/2", "another")
    assert other.get("session-1") == 'second, "ü"'
    assert other.get("session/2") == "another"


def test_notices_reach_every_process_that_listens(make: Maker) -> None:
    one, other = make(), make()
    heard: list[str] = []
    one.notify("settings", "before")
    one.listen("settings", lambda text: heard.append(f"one {text}"))
    end = other.listen("settings", lambda text: heard.append(f"other {text}"))
    other.notify("settings", "12")
    one.notify("elsewhere", "13")
    wait_until(lambda: sorted(heard) == ["one 12", "other 12"])
    end()
    one.notify("settings")
    wait_until(lambda: "one " in heard)
    assert "other " not in heard


def test_callback_that_fails_costs_no_other_notice(make: Maker) -> None:
    coordinator, heard = make(), []

    def fail(text: str) -> None:
        raise RuntimeError(text)

    coordinator.listen("settings", fail)
    coordinator.listen("settings", heard.append)
    coordinator.notify("settings", "1")
    coordinator.notify("settings", "2")
    wait_until(lambda: sorted(heard) == ["1", "2"])


def test_process_that_dies_leaves_its_files_locks(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from index.coordination.files import FileCoordinator\n"
        "with FileCoordinator(Path(sys.argv[1])).lock('build'): print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        with pytest.raises(Busy), FileCoordinator(tmp_path).lock("build"):
            pass
        process.kill()
    with FileCoordinator(tmp_path).lock("build", wait=10):
        pass
