"""The tortures, each a little: `make torture` tries all of them in full."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from importlib.util import find_spec
from multiprocessing import get_context
from pathlib import Path

import pytest

from index.snapshots.store import SnapshotStore
from tests.torture.damage import damage
from tests.torture.disk import full_disk, refusals
from tests.torture.fuzzing import fuzz
from tests.torture.kills import kills
from tests.torture.kit import World
from tests.torture.load import load
from tests.torture.sources import hostile, restless

pytestmark = pytest.mark.timeout(600)

FUZZED = pytest.mark.skipif(find_spec("atheris") is None, reason="there is no atheris for this Python and machine")
ON_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="what a process holds is read from Linux's /proc")


def test_a_builder_killed_at_any_moment_leaves_a_whole_snapshot_live(tmp_path):
    """Either the old or the new snapshot is live, and it is whole."""
    failures = kills(tmp_path, 4, lanes=1)
    assert (failures.tried, failures.faults) == (4, [])


def test_on_a_full_disk_the_old_snapshot_serves_and_the_error_says_what_to_do(tmp_path):
    """Whichever write fails, the old snapshot goes on serving."""
    strace = shutil.which("strace")
    if strace is None and not os.environ.get("CI"):
        pytest.skip("there is no strace, which makes writes fail: on Debian, sudo apt install strace")
    assert strace is not None
    if subprocess.run([strace, "-o", os.devnull, sys.executable, "-V"], capture_output=True, check=False).returncode:
        pytest.skip("strace may not trace here, such as in a container without ptrace")
    failures = full_disk(tmp_path, most=4, lanes=1)
    assert (failures.tried, failures.faults) == (4, [])


def test_folders_that_refuse_are_told_with_what_to_do(tmp_path):
    failures = refusals(tmp_path)
    assert (failures.tried, failures.faults) == (6, [])


def test_damage_to_any_file_is_noticed_and_the_good_snapshot_answers(tmp_path):
    """Any byte flipped and any file cut short counts as damage."""
    failures = damage(tmp_path, 40)
    assert failures.tried > 90
    assert failures.faults == []


def test_sources_that_change_while_they_are_read_are_read_whole_or_named(tmp_path):
    failures = restless(tmp_path, 5)
    assert (failures.tried, failures.faults) == (5, [])


def test_hostile_sources_are_named_within_bounds_beside_a_good_one_that_answers(tmp_path):
    # In a process of its own: the most memory of its children is that of the parsers, not of other tests' processes.
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        failures = pool.submit(hostile, tmp_path, 3).result()
    assert (failures.tried, failures.faults) == (3, [])


@ON_LINUX
def test_questions_beside_rebuilds_never_fail_mix_snapshots_or_leak(tmp_path):
    """Roll-backs happen beside them too; memory, open files and threads are counted."""
    failures = load(tmp_path, 200, threads=16, reindexes=6, rollbacks=2)
    assert failures.tried == 200
    assert [fault for fault in failures.faults if "MiB" not in fault] == []


@FUZZED
def test_what_a_fuzzer_makes_breaks_no_rule(tmp_path):
    failures = fuzz(tmp_path, 60, runs=300, targets=["markdown", "render"])
    assert failures.faults == []
    assert failures.tried >= 600


@FUZZED
def test_an_input_that_breaks_a_rule_is_told(tmp_path):
    failures = fuzz(tmp_path, 60, runs=100_000, targets=["broken"])
    assert len(failures.faults) == 1
    assert "AssertionError" in failures.faults[0]
    assert "!" in failures.faults[0]


def test_a_wrong_index_is_told_from_a_whole_one(tmp_path):
    world = World(tmp_path)
    world.write(1)
    world.fresh().reindex()
    assert list(world.whole({1})) == []
    assert list(world.whole({2})) != []
    answer = world.fresh().ask("How many lamps does the harbour of Anton have?")
    assert (answer.abstained, world.wrong(answer)) == (False, [])
    world._editions = dict.fromkeys(world._editions, 2)
    assert "is not in harbour.md of edition 2" in world.wrong(answer)[0]
    live = SnapshotStore(world.index).live().snapshot.id
    path: Path = world.index / "snapshots" / live / "segments/0000/vectors.faiss"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(Exception, match="damaged"):
        list(world.whole({2}))
