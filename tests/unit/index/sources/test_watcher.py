"""What changes below a folder is told, on real files."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.sources.watcher import watch

QUIET_S = 3.0


class ChangeCounter:
    def __init__(self) -> None:
        self.times = 0
        self._new = threading.Event()

    def __call__(self) -> None:
        self.times += 1
        self._new.set()

    def within(self, seconds: float) -> bool:
        changed = self._new.wait(seconds)
        self._new.clear()
        return changed


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    (tmp_path / "seeds" / "sub").mkdir(parents=True)
    return tmp_path / "seeds"


@pytest.fixture
def changes(seeds: Path) -> Iterator[ChangeCounter]:
    counter = ChangeCounter()
    stop = watch(seeds, counter, retry_seconds=0.2)
    assert counter.within(20)  # it is watched now
    counter.times = 0
    yield counter
    stop()


def test_what_changed_before_it_was_watched_is_told_once(seeds: Path):
    counter = ChangeCounter()
    (seeds / "a.md").write_text("text")
    stop = watch(seeds, counter, retry_seconds=0.2)
    assert counter.within(20)
    assert not counter.within(QUIET_S)
    stop()


def test_a_file_that_comes_changes_and_goes_is_told(seeds: Path, changes: ChangeCounter):
    file = seeds / "sub" / "a.md"
    file.write_text("one")
    assert changes.within(20)
    time.sleep(QUIET_S)
    changes.within(0)
    file.write_text("two")
    assert changes.within(20)
    time.sleep(QUIET_S)
    changes.within(0)
    file.unlink()
    assert changes.within(20)


def test_many_changes_at_once_are_told_few_times(seeds: Path, changes: ChangeCounter):
    for number in range(200):
        (seeds / f"{number}.md").write_text("text")
    assert changes.within(20)
    time.sleep(QUIET_S)
    assert changes.times <= 3


def test_hidden_files_are_not_told(seeds: Path, changes: ChangeCounter):
    (seeds / ".00112233445566aa.new").write_text("text")
    assert not changes.within(QUIET_S)


def test_a_folder_that_goes_and_comes_again_is_watched_again(seeds: Path, changes: ChangeCounter):
    shutil.rmtree(seeds)
    assert changes.within(20)
    time.sleep(QUIET_S)
    seeds.mkdir()
    time.sleep(QUIET_S)
    while changes.within(0):
        pass
    (seeds / "a.md").write_text("text")
    assert changes.within(20)


def test_a_folder_that_comes_later_is_told(tmp_path: Path):
    counter = ChangeCounter()
    stop = watch(tmp_path / "later", counter, retry_seconds=0.2)
    time.sleep(0.5)
    (tmp_path / "later").mkdir()
    assert counter.within(20)
    stop()
