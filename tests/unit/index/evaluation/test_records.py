"""Recorded figures: read as they were written, one section a question set, compared by the interval."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from index.domain.errors import LibraryError
from index.evaluation.records import (
    current_commit,
    read_records,
    repository_root,
    weight_checksums,
    worse_figures,
    write_record,
)
from tests.support.runs import RECORD


def test_a_record_is_read_as_it_was_written(tmp_path):
    write_record(tmp_path / "deep" / "results.md", RECORD)
    assert read_records(tmp_path / "deep" / "results.md") == [RECORD]


def test_a_file_that_is_not_there_holds_no_record(tmp_path):
    assert read_records(tmp_path / "results.md") == []


def test_a_record_replaces_the_last_one_of_the_same_questions(tmp_path):
    path = tmp_path / "results.md"
    others = [replace(RECORD, questions="9" * 64), replace(RECORD, questions="8" * 64)]
    for record in (others[0], RECORD, others[1]):
        write_record(path, record)
    better = replace(RECORD, title="renamed", weights={}, figures={"evidence@1": 0.95}, intervals={})
    write_record(path, better)
    assert read_records(path) == [others[0], better, others[1]]


def test_a_section_that_can_not_be_read_is_named(tmp_path):
    write_record(tmp_path / "results.md", RECORD)
    text = (tmp_path / "results.md").read_text("utf-8")
    (tmp_path / "results.md").write_text(text.replace("- commit:", "- commits:"), "utf-8")
    with pytest.raises(LibraryError, match=r"'a\.jsonl, 26 questions' .* `make record`"):
        read_records(tmp_path / "results.md")


@pytest.mark.parametrize(
    ("found", "names"),
    [
        ({"evidence@1": 0.8, "ece": 0.09}, set()),
        ({"evidence@1": 0.79, "ece": 0.0}, {"evidence@1"}),
        ({"evidence@1": 1.0, "ece": 0.1}, {"ece"}),
        ({"words": 900.0, "latency_ms_p50": 900.0}, set()),
        ({"false": 0.06, "right": 0.95}, {"false"}),
        ({}, set()),
    ],
)
def test_a_quality_figure_has_fallen_if_it_is_worse_than_the_interval(found, names):
    """Figures that say nothing of quality, such as times, never fall."""
    assert worse_figures(found, RECORD).keys() == names


def test_a_fallen_figure_is_told_with_what_was_recorded():
    assert worse_figures({"evidence@1": 0.5}, RECORD) == {"evidence@1": "0.5, recorded as 0.9 (0.8 to 0.97)"}


def test_weights_are_all_files_of_weights_with_their_sums(tmp_path):
    folder = tmp_path / "index"
    folder.mkdir()
    for name in ("b.onnx", "a.json", "code.py"):
        (folder / name).write_text(name, "utf-8")
    assert weight_checksums(folder) == {
        "index/a.json": hashlib.sha256(b"a.json").hexdigest(),
        "index/b.onnx": hashlib.sha256(b"b.onnx").hexdigest(),
    }
    assert "index/reading/reader.onnx" in weight_checksums()


def test_a_program_without_a_repository_has_no_checkout_and_no_commit(tmp_path):
    assert repository_root(tmp_path) is None
    assert current_commit(None) == "unknown"
    assert current_commit(tmp_path) == "unknown"


def git(folder: Path, *words: str) -> str:
    process = subprocess.run(
        [shutil.which("git") or "git", "-c", "user.name=x", "-c", "user.email=x@example.org", *words],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    return process.stdout.strip()


@pytest.mark.skipif(shutil.which("git") is None, reason="there is no git")
def test_a_commit_is_told_with_changes_of_the_index_since(tmp_path):
    (tmp_path / "index").mkdir()
    (tmp_path / "index" / "model.json").write_text("{}", "utf-8")
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message", "first")
    name = git(tmp_path, "rev-parse", "HEAD")
    (tmp_path / "notes.md").write_text("beside the index", "utf-8")
    assert repository_root(tmp_path) == tmp_path
    assert current_commit(tmp_path) == name
    (tmp_path / "index" / "model.json").write_text("{ }", "utf-8")
    assert current_commit(tmp_path) == f"{name}, with changes"
