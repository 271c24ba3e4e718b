"""The command line run in a folder of its own, in this process or as one, and what its contract says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from index.cli.app import main
from tests.support.paths import ROOT

BREAD = "# Baking\n\nBread — the white one — is made of flour and water.\r\n\r\nTea is made of leaves and time.\n"
RYE = BREAD.replace("flour", "rye")
ANSWER = [
    *("id", "question", "read_as", "abstained", "confidence", "certainty", "answer", "reason", "why"),
    *("generator", "sentences", "dropped", "fault", "snapshot", "latency_ms"),
    *("short_answer", "verdict", "conflict", "citations"),
]
CITATION = ["number", "source", "title", "section", "start", "end", "quote", "shown", "score", "url"]
REPORT = [
    *("snapshot", "added", "changed", "removed", "skipped", "notes", "passages_before", "passages_after", "seconds"),
    *("answered", "live", "embedded", "anew", "questions", "renamed", "passages_added", "passages_removed"),
    *("first_added", "first_removed", "regressions"),
]
SETTINGS = [
    *("SEEDS_DIR", "INDEX_DIR", "MAX_WRONG", "READER_MODEL", "RERANKER_MODEL", "MAX_SOURCE_MB", "JOURNAL_FILE"),
    *("KEEP_SNAPSHOTS", "LOG_LEVEL", "LLM_BASE_URL", "LLM_MODEL", "LLM_DAILY_TOKENS"),
]
"""Environment variables that must not reach the command line under test."""


@dataclass(frozen=True)
class Ended:
    """How a run ended."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]


class Cli:
    """Runs the command line in this process, with the model of random weights, in a folder of its own."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    def __call__(self, *words: str | Path, **settings: str) -> Ended:
        with self._monkeypatch.context() as patch:
            for name, value in settings.items():
                patch.setenv(name, value)
            patch.setattr(sys, "argv", ["index", *map(str, words)])
            self._capsys.readouterr()
            code = main()
        return Ended(code, *self._capsys.readouterr())


def python(*words: str | Path, folder: Path, **settings: str) -> Ended:
    """The command line as a process of its own."""
    quiet = {name: value for name, value in os.environ.items() if name not in ("SEEDS_DIR", "INDEX_DIR", "LOG_LEVEL")}
    process = subprocess.run(
        [sys.executable, "-m", "index", *map(str, words)],
        cwd=folder,
        env={**quiet, "PYTHONPATH": str(ROOT), **settings},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=120,
        check=False,
    )
    return Ended(process.returncode, process.stdout.decode("utf-8"), process.stderr.decode("utf-8"))


def batch(folder: Path, *lines: str) -> Path:
    path = folder / "questions.jsonl"
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return path


def check_answer(row: dict[str, Any], text: str) -> None:
    assert list(row) == ANSWER
    assert (row["answer"] is None) == row["abstained"] == (row["reason"] is not None)
    assert row["why"] in ("", "no question", "language")
    assert row["abstained"] or row["why"] == ""
    if short := row["short_answer"]:
        cited = row["citations"][short["citation"] - 1]
        assert list(short) == ["text", "source", "start", "end", "citation"]
        assert (short["source"], text[short["start"] : short["end"]]) == (cited["source"], short["text"])
        assert cited["start"] <= short["start"] < short["end"] <= cited["end"]
    assert 0 <= row["confidence"] <= 1
    assert row["certainty"] in ((None,) if row["abstained"] else ("sure", "likely", "unsure"))
    assert row["read_as"] is None or row["read_as"]
    assert row["latency_ms"] > 0
    assert len(row["citations"]) <= 3
    for number, citation in enumerate(row["citations"], 1):
        assert list(citation) == CITATION
        assert citation["number"] == number
        assert text[citation["start"] : citation["end"]] == citation["quote"]
        assert citation["shown"]
        assert 0 <= citation["score"] <= 1
