"""Yes-no questions, each over one document alone: how many are told yes or no, and how many of these rightly.

    .venv/bin/python -m tests.bench.verdicts dev test

The set "dev" is what the thresholds of a verdict were chosen on; "test" is for figures alone.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from index import Library, Settings, open_library
from tests.support.paths import DATA, SEEDS

__all__ = ["VERDICTS", "AskedQuestion", "Figures", "ask_questions"]

VERDICTS = DATA / "verdicts.jsonl"


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A question with the gold verdict, empty if the document tells neither, and the one that was shown."""

    source: str
    question: str
    gold: str
    shown: str
    answered: bool

    @property
    def is_false(self) -> bool:
        return bool(self.shown) and self.shown != self.gold


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts of a set: `decided` are the questions to which the document says yes or no."""

    questions: int
    decided: int
    shown: int
    false: int
    right: int
    answered: int

    @classmethod
    def of(cls, asked: Sequence[AskedQuestion]) -> Figures:
        decided = [each for each in asked if each.gold]
        false = sum(each.is_false for each in asked)
        shown = sum(bool(each.shown) for each in asked)
        return cls(len(asked), len(decided), shown, false, shown - false, sum(each.answered for each in decided))


def ask_questions(part: str) -> list[AskedQuestion]:
    """Return the questions of a part, "dev" or "test", as they are answered."""
    by_source: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in map(json.loads, VERDICTS.read_text("utf-8").splitlines()):
        if row["set"] == part:
            by_source[row["source"]].append(row)
    return [each for source, rows in by_source.items() for each in _ask(source, rows)]


def _ask(source: str, rows: Sequence[dict[str, Any]]) -> Iterator[AskedQuestion]:
    with TemporaryDirectory() as folder:
        library = _open_library(source, Path(folder))
        for row in rows:
            answer = library.ask(row["question"], row.get("before", []))
            yield AskedQuestion(source, row["question"], row["verdict"], answer.verdict, not answer.abstained)


def _open_library(source: str, folder: Path) -> Library:
    documents = folder / "documents"
    documents.mkdir()
    shutil.copy((SEEDS if (SEEDS / source).exists() else DATA / "verdicts") / source, documents)
    library = open_library(
        Settings(
            _env_file=None, seeds_dir=documents, index_dir=folder / "index", journal_file=folder / "journal.sqlite3"
        )
    )
    library.reindex()
    return library


def main(parts: Sequence[str]) -> int:
    for part in parts:
        asked = ask_questions(part)
        figures = Figures.of(asked)
        sys.stdout.write(
            f"{part}: {figures.shown} of {figures.questions} questions get a verdict, {figures.false} a false one; "
            f"{figures.right} of the {figures.decided} that have one get it, {figures.answered} are answered\n"
        )
        for each in asked:
            if each.is_false:
                sys.stdout.write(f"  {each.source}: {each.question!r}: {each.shown}, not {each.gold or 'either'}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
