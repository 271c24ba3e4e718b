"""Recorded figures: `evaluation/results.md`, read by people and by this program."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from index.domain.errors import LibraryError

__all__ = [
    "Record",
    "current_commit",
    "file_sha256",
    "read_records",
    "repository_root",
    "weight_checksums",
    "worse_figures",
    "write_record",
]

PACKAGE = Path(__file__).parents[1]

HEAD = """# Recorded figures

What `python -m index eval` compares a run with, a section a question set. `make record` writes them anew, and the
tests fail when a figure falls below its interval. An interval says what other questions of the same kind might give
(bootstrap over questions). Latency is that of the machine that recorded.
"""

RISES_WHEN_BETTER = {
    "verbatim": True,
    "evidence@1": True,
    "evidence@3": True,
    "contains": True,
    "f1": True,
    "answer_rate": True,
    "abstain_recall": True,
    "answered_precision": True,
    "auroc": True,
    "exact": True,
    "words_f1": True,
    "refused@80": True,
    "refused@85": True,
    "right": True,
    "right@sure": True,
    "right@likely": True,
    "ece": False,
    "cited": False,
    "false": False,
    "silent": False,
    "mistaken": False,
    "answer_words": False,
    "abstention_words": False,
}
"""The figures that may not get worse; the others say nothing of quality, or as much of the machine."""


@dataclass(frozen=True, slots=True)
class Record:
    """The figures of one run.

    `questions` is the sha256 of the questions' file, `settings` those that differ
    from the defaults, `weights` the sha256 of each file of weights that took part.
    """

    title: str
    command: str
    questions: str
    commit: str
    date: str
    model: str
    settings: str
    weights: Mapping[str, str]
    figures: Mapping[str, float]
    intervals: Mapping[str, tuple[float, float]]


def file_sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def weight_checksums(folder: Path = PACKAGE) -> dict[str, str]:
    """Return the sha256 of every file of weights in the program, by name."""
    paths = sorted([*folder.rglob("*.json"), *folder.rglob("*.onnx")])
    return {path.relative_to(folder.parent).as_posix(): file_sha256(path) for path in paths}


def repository_root(folder: Path = PACKAGE.parent) -> Path | None:
    """Return the root of the repository that this program runs from; None if it is installed without one."""
    return folder if (folder / ".git").exists() else None


def current_commit(root: Path | None) -> str:
    """Return the checked-out commit, and whether the index has changed since; "unknown" if git can't say."""
    git = shutil.which("git")
    if root is None or git is None:
        return "unknown"

    def run_git(*words: str) -> str:
        return subprocess.run(  # noqa: S603  fixed words, and no shell
            [git, *words], cwd=root, capture_output=True, text=True, check=False
        ).stdout.strip()

    name = run_git("rev-parse", "HEAD")
    return (name + (", with changes" if run_git("status", "--porcelain", "--", "index") else "")) if name else "unknown"


def worse_figures(figures: Mapping[str, float], last: Record) -> dict[str, str]:
    """Return the figures that are worse than the recorded interval, each with the comparison in words."""
    worse = {}
    for name, (low, high) in last.intervals.items():
        value = figures.get(name)
        if value is None or name not in RISES_WHEN_BETTER:
            continue
        if value < low if RISES_WHEN_BETTER[name] else value > high:
            worse[name] = f"{value}, recorded as {last.figures[name]} ({low} to {high})"
    return worse


def read_records(path: Path) -> list[Record]:
    """Return every record of a file, none if there is no file. Raises LibraryError, which names a broken section."""
    if not path.is_file():
        return []
    _, *sections = re.split(r"^## ", path.read_text("utf-8"), flags=re.MULTILINE)
    return [_from_markdown(section, path) for section in sections]


def write_record(path: Path, record: Record) -> None:
    """Replace the record of the same questions, or append it."""
    records = read_records(path)
    same = [row for row, old in enumerate(records) if old.questions == record.questions]
    place = same[0] if same else len(records)
    records[place : place + 1] = [record]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([HEAD, *map(_to_markdown, records)]), "utf-8")


def _to_markdown(record: Record) -> str:
    rows = [
        f"| {name} | {value} | {' to '.join(map(str, record.intervals[name])) if name in record.intervals else ''} |"
        for name, value in record.figures.items()
    ]
    facts = {
        "questions": record.questions,
        "commit": record.commit,
        "date": record.date,
        "model": record.model,
        "settings": record.settings,
        **{f"weights {name}": total for name, total in record.weights.items()},
    }
    lines = [
        f"## {record.title}",
        "",
        f"    {record.command}",
        "",
        *(f"- {name}: {value}" for name, value in facts.items()),
        "",
        "| figure | value | 95 % interval |",
        "|---|---|---|",
        *rows,
    ]
    return "\n".join(lines) + "\n"


def _from_markdown(section: str, path: Path) -> Record:
    title = section.partition("\n")[0].strip()
    facts = dict(re.findall(r"^- ([^:\n]+): (.*)$", section, re.MULTILINE))
    rows = re.findall(r"^\| (\S+) \| (\S+) \| ?(?:(\S+) to (\S+))? ?\|$", section, re.MULTILINE)
    command = re.search(r"^    (.+)$", section, re.MULTILINE)
    try:
        return Record(
            title=title,
            command=command[1] if command else "",
            questions=facts["questions"],
            commit=facts["commit"],
            date=facts["date"],
            model=facts["model"],
            settings=facts["settings"],
            weights={name[len("weights ") :]: value for name, value in facts.items() if name.startswith("weights ")},
            figures={name: _number(value) for name, value, _, _ in rows},
            intervals={name: (float(low), float(high)) for name, _, low, high in rows if low},
        )
    except (KeyError, ValueError) as error:
        raise LibraryError(
            f"The section {title!r} of {path} can't be read: take it out, and run `make record`."
        ) from error


def _number(text: str) -> float:
    return int(text) if text.isdecimal() else float(text)
