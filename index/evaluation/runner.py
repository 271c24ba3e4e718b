"""The evaluation from questions to a printed table."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from index.domain.answers import Answer
from index.domain.errors import LibraryError
from index.domain.messages import count
from index.domain.ports import Progress
from index.domain.sources import SourceFile
from index.evaluation._table import figures_table, worst_cases
from index.evaluation.intervals import bootstrap_intervals
from index.evaluation.metrics import compute_figures
from index.evaluation.questions import Question, read_questions
from index.evaluation.records import (
    Record,
    current_commit,
    file_sha256,
    read_records,
    repository_root,
    weight_checksums,
    write_record,
)
from index.evaluation.written import ask_written
from index.library import Library
from index.parsing.documents import source_text

__all__ = ["Run", "ask_questions", "results_file"]

UNLISTED_SETTINGS = {"embedding_model", "footnote_home", "seeds_dir", "index_dir", "keep_snapshots", "log_level"}
"""Settings that a record does not list: the model, which it names anyway, and those that change no figure."""


@dataclass(frozen=True, slots=True)
class Run:
    """Questions with their answer lines."""

    documents: Path
    path: Path
    questions: list[Question]
    lines: list[dict[str, Any]]
    figures: Mapping[str, float]
    intervals: Mapping[str, tuple[float, float]]

    def json(self) -> dict[str, Any]:
        """Return the figures by name, and `intervals`: a low and a high bound each."""
        return {**self.figures, "intervals": {name: list(bounds) for name, bounds in self.intervals.items()}}

    def report(self, results: Path | None, most: int) -> str:
        """Return the table against the last recorded figures, then at most `most` of the worst cases."""
        table = figures_table(self.figures, self.intervals, self._last(results))
        return "\n\n".join(filter(None, [table, worst_cases(self.questions, self.lines, most)]))

    def record(self, results: Path, settings: Mapping[str, Any], *, model: str) -> None:
        """Make these the recorded figures; `settings` are those that differ from the defaults, secrets masked."""
        root = repository_root()
        places = [f"--documents {_relative(root, self.documents)}", f"--questions {_relative(root, self.path)}"]
        record = Record(
            title=f"{_relative(root, self.path)}, {count(len(self.questions), 'question')}",
            command=" ".join(["python -m index eval", *places, "--record"]),
            questions=file_sha256(self.path),
            commit=current_commit(root),
            date=datetime.now(UTC).date().isoformat(),
            model=_public(model),
            settings=", ".join(
                f"{name.upper()}={_public(value)}" for name, value in settings.items() if name not in UNLISTED_SETTINGS
            )
            or "as shipped",
            weights=weight_checksums(),
            figures=self.figures,
            intervals=self.intervals,
        )
        write_record(results, record)

    def _last(self, results: Path | None) -> Record | None:
        records = read_records(results) if results else []
        same = (record for record in records if record.questions == file_sha256(self.path))
        return next(same, None)


def results_file(given: Path | None, *, needed: bool) -> Path | None:
    """Return the file of recorded figures, by default the repository's; it is checked before hours are spent.

    Raises LibraryError if it can't be read, or is needed and this program does not run from a repository.
    """
    root = repository_root()
    path = given or (root / "evaluation" / "results.md" if root else None)
    if path:
        read_records(path)
    elif needed:
        raise LibraryError(
            "Recorded figures are kept in a checkout of the repository, and this program does not run from one: "
            "clone it, or name a file with --results."
        )
    return path


def ask_questions(
    library: Callable[[Path], Library],
    documents: Path,
    questions: Path,
    line: Callable[[Any, Answer], dict[str, Any]],
    progress: Progress,
    *,
    written: bool = False,
) -> Run:
    """Ask every question of a temporary index; `library` opens one whose index is in a given folder.

    The language model is asked only if `written`; the times that it takes are in `writing` of each line then. Raises
    LibraryError if there is none.
    """
    question_set = read_questions(questions)
    with tempfile.TemporaryDirectory() as folder, closing(library(Path(folder))) as opened:
        if written and not opened.writes:
            raise LibraryError("No language model is set: name its server in LLM_BASE_URL, or leave out --written.")
        opened.reindex(progress)
        lines = []
        for done, question in enumerate(question_set, 1):
            if written:
                answer, times = ask_written(opened, question)
                lines.append({**line(question.id, answer), "writing": times})
            else:
                lines.append(line(question.id, opened.ask(question.question, question.before)))
            progress("asking", done, len(question_set))
        status = opened.status()
    paths = {source.source: documents / source.source for source in status.sources}
    texts = {name: source_text(SourceFile(name, path.read_bytes())) for name, path in paths.items() if path.is_file()}
    figures, intervals = compute_figures(texts, question_set, lines), bootstrap_intervals(texts, question_set, lines)
    return Run(documents, questions, question_set, lines, figures, intervals)


def _public(value: Any) -> str:
    """Return a setting as it may be published: of a path on this machine, only the name."""
    path = Path(str(value))
    return path.name if path.is_absolute() else str(value)


def _relative(root: Path | None, path: Path) -> str:
    """Return a path relative to the repository's root; its name alone if it is far away."""
    if root is None:
        return path.name
    try:
        relative = Path(os.path.relpath(path, root)).as_posix()
    except ValueError:  # another drive
        return path.name
    return path.name if relative.startswith("../../") else relative
