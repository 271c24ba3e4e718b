"""`python -m index eval` from questions to a printed table: asked anew, or as recorded by cross-validation."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from index.domain.answers import Answer
from index.domain.errors import LibraryError
from index.domain.messages import count
from index.domain.ports import Progress
from index.domain.sources import SourceFile
from index.evaluation._table import table, worst
from index.evaluation.intervals import intervals
from index.evaluation.metrics import Question, figures, read_questions
from index.evaluation.recordings import MEANING, read_recording, recording_of
from index.evaluation.records import Record, checkout, commit, read_records, sha256, weights, write_record
from index.library import Library
from index.parsing.documents import source_text
from index.sources.folder import read_sources

__all__ = ["Run", "ask_all", "recorded_answers", "results_file"]

NOT_TOLD = {"embedding_model", "seeds_dir", "index_dir", "keep_snapshots", "log_level"}
"""Settings that a record does not list: the model, which it names anyway, and those that change no figure."""


@dataclass(frozen=True, slots=True)
class Run:
    """Questions with their answer lines. `how` is "asked" or "cross-validated"; `found` are the figures, `around`
    their intervals."""

    documents: Path
    path: Path
    questions: list[Question]
    lines: list[dict[str, Any]]
    how: str
    found: Mapping[str, float]
    around: Mapping[str, tuple[float, float]]

    def json(self) -> dict[str, Any]:
        """The figures by name, and `intervals`: a low and a high bound each."""
        return {**self.found, "intervals": {name: list(bounds) for name, bounds in self.around.items()}}

    def shown(self, results: Path | None, most: int) -> str:
        """The table against the last recorded figures, then at most `most` of the worst cases."""
        parts = [MEANING] if self.how == "cross-validated" else []
        parts.append(table(self.found, self.around, self._last(results)))
        parts.append(worst(self.questions, self.lines, most))
        return "\n\n".join(filter(None, parts))

    def record(self, results: Path, settings: Mapping[str, Any], *, model: str) -> None:
        """Make these figures the recorded ones; `settings` are those that are not as shipped, secrets masked."""
        root = checkout()
        places = [f"--documents {_from(root, self.documents)}", f"--questions {_from(root, self.path)}"]
        flags = ["--cross-validate"] if self.how == "cross-validated" else []
        record = Record(
            title=f"{_from(root, self.path)}, {count(len(self.questions), 'question')}, {self.how}",
            command=" ".join(["python -m index eval", *places, *flags, "--record"]),
            questions=sha256(self.path),
            how=self.how,
            commit=commit(root),
            date=datetime.now(UTC).date().isoformat(),
            model=_told(model),
            settings=", ".join(
                f"{name.upper()}={_told(value)}" for name, value in settings.items() if name not in NOT_TOLD
            )
            or "as shipped",
            weights=weights(),
            figures=self.found,
            intervals=self.around,
        )
        write_record(results, record)

    def _last(self, results: Path | None) -> Record | None:
        records = read_records(results) if results else []
        same = (at for at in records if (at.questions, at.how) == (sha256(self.path), self.how))
        return next(same, None)


def results_file(given: Path | None, *, needed: bool) -> Path | None:
    """The file of recorded figures: the one given, else the repository's; checked before hours are spent.

    Raises LibraryError when it can't be read, or is needed and this program runs from no repository.
    """
    root = checkout()
    found = given or (root / "evaluation" / "results.md" if root else None)
    if found:
        read_records(found)
    elif needed:
        raise LibraryError(
            "Recorded figures are kept in a checkout of the repository, and this program does not run from one: "
            "clone it, or name a file with --results."
        )
    return found


def ask_all(
    library: Callable[[Path], Library],
    documents: Path,
    questions: Path,
    line: Callable[[Any, Answer], dict[str, Any]],
    progress: Progress,
) -> Run:
    """Every question asked of an index that is thrown away; `library` opens one whose index is in that folder."""
    asked = read_questions(questions)
    with tempfile.TemporaryDirectory() as folder:
        opened = library(Path(folder))
        opened.reindex(progress)
        lines = []
        for done, at in enumerate(asked, 1):
            lines.append(line(at.id, opened.ask(at.question)))
            progress("asking", done, len(asked))
        status = opened.status()
    paths = {at.source: documents / at.source for at in status.sources}
    texts = {name: source_text(SourceFile(name, path.read_bytes())) for name, path in paths.items() if path.is_file()}
    found, around = figures(texts, asked, lines), intervals(texts, asked, lines)
    return Run(documents, questions, asked, lines, "asked", found, around)


def recorded_answers(results: Path, documents: Path, questions: Path, *, model: str, max_bytes: int) -> Run:
    """Every question with its recorded answer by weights that have not seen its article."""
    asked = read_questions(questions)
    texts = {file.source: source_text(file) for file in read_sources(documents, max_bytes).files}
    recording = recording_of(results.parent, sha256(questions))
    lines = read_recording(recording, asked, texts, model=model, weights=weights())
    found, around = figures(texts, asked, lines), intervals(texts, asked, lines)
    return Run(documents, questions, asked, lines, "cross-validated", found, around)


def _told(value: Any) -> str:
    """A setting as it may be published: of a path on this machine, the name."""
    path = Path(str(value))
    return path.name if path.is_absolute() else str(value)


def _from(root: Path | None, path: Path) -> str:
    """The path as one types it in the repository's root; its name alone where that is far off."""
    if root is None:
        return path.name
    try:
        relative = Path(os.path.relpath(path, root)).as_posix()
    except ValueError:  # another drive
        return path.name
    return path.name if relative.startswith("../../") else relative
