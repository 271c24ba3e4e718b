"""Backups under load: whatever was acknowledged before a backup began is in it, and its index answers the same."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from index.backup.creation import create_backup
from index.backup.restoration import restore_backup
from tests.support.installation import BREAD, Installation, new_installation
from tests.support.paths import ROOT

RECORD = """
import sys
from pathlib import Path
from index.journal.journal import Journal
from tests.support.journals import answer, ask
journal, acknowledged, number = Journal(Path(sys.argv[1])), open(sys.argv[2], "a"), 0
print("begun", flush=True)
while True:
    number += 1
    id_ = ask(journal, answer(f"Question {number}?"), user=number)
    journal.vote(id_, user=number, helpful=bool(number % 2))
    acknowledged.write(f"{id_} {number % 2}\\n")
    acknowledged.flush()
"""
REINDEX = """
import sys
from pathlib import Path
from tests.support.installation import Installation
installation, number = Installation(Path(sys.argv[1])), 0
library = installation.library()
print("begun", flush=True)
while True:
    number += 1
    (installation.places.sources / "b.txt").write_text(f"Tea is made of {number} leaves.\\n")
    library.reindex()
"""
BACKUPS = 6


@contextmanager
def running(*programs: tuple[str, ...]) -> Iterator[None]:
    processes = [
        subprocess.Popen([sys.executable, "-c", *program], cwd=ROOT, stdout=subprocess.PIPE) for program in programs
    ]
    try:
        for process in processes:
            assert process.stdout
            assert process.stdout.readline() == b"begun\n"
        yield
        assert [process.poll() for process in processes] == [None] * len(processes)
    finally:
        for process in processes:
            process.kill()
            process.communicate()


@pytest.fixture
def old(tmp_path: Path) -> Installation:
    return new_installation(tmp_path / "old")


def acknowledged(files: list[Path]) -> list[tuple[str, bool]]:
    lines = [line for path in files for line in path.read_text("utf-8").splitlines(keepends=True)]
    whole = [line.split() for line in lines if line.endswith("\n")]
    return [(id_, helpful == "1") for id_, helpful in whole]


def test_every_row_acknowledged_before_a_backup_is_in_it(old, tmp_path):
    logs = [tmp_path / "first.log", tmp_path / "second.log"]
    for path in logs:
        path.touch()
    writers = [(RECORD, str(old.places.journal), str(path)) for path in logs]
    taken = []
    with running(*writers, (REINDEX, str(old.home))):
        for number in range(BACKUPS):
            before = acknowledged(logs)
            file = tmp_path / f"{number}.zip"
            create_backup(old.places, file, program="footnote 1")
            taken.append((file, before))
    assert len(taken[-1][1]) > len(taken[0][1])
    assert len(acknowledged(logs)) > len(taken[-1][1])
    for number, (file, before) in enumerate(taken):
        new = Installation(tmp_path / f"new-{number}")
        restore_backup(new.places, file)
        journal = new.journal()
        votes = [(id_, journal.count_votes(id_)) for id_, _ in before]
        journal.close()
        assert [(id_, count.helpful == 1) for id_, count in votes if count.helpful + count.unhelpful == 1] == before
        assert new.quotations() == [BREAD.strip()]
        assert new.library().status().sources
        new.library().verify()
