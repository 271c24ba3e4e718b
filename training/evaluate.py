"""Measure readers on questions and claims that none was trained on.

    python -m training.evaluate build/training/reader index/reading/reader.onnx

A reader is a folder of weights or an exported graph. What it says is kept under --kept by the weights' checksum, so
that an interrupted run goes on.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, astuple, dataclass
from pathlib import Path

import numpy as np
from sklearn.metrics import roc_auc_score

from index.domain.reading import AnswerSpan, Entailment, Reading
from training.benchmarks import (
    Claim,
    Question,
    claims,
    fever_claims,
    followups,
    release_questions,
    squad_questions,
    verdicts,
)
from training.model import WEIGHTS
from training.predict import BatchReader, Flags, Floats, open_reader
from training.tokens import pair_key

__all__ = ["Figure", "bootstrap", "claim_figures", "question_figures", "refused_at"]

ANSWER_RATE = 0.85
RESAMPLES = 1_000
CHUNK = 64
SQUAD = 400
"""Questions of SQuAD, each with several windows."""
EVAL = Path("../shared/eval")
GIVEN = Path("../shared/training")


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("readers", type=Path, nargs="+")
    parser.add_argument("--given", type=Path, default=GIVEN)
    parser.add_argument("--eval", type=Path, default=EVAL, dest="shared")
    parser.add_argument("--sets", nargs="+", help="names of sets; all if none is given")
    parser.add_argument("--most", type=int, default=sys.maxsize, help="cases of a set; a sample if it has more")
    parser.add_argument("--kept", type=Path, default=Path("build/training/predictions"))
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args(argv)
    sets: dict[str, Callable[[], Sequence[Question | Claim]]] = {
        "release": lambda: release_questions(arguments.given),
        "follow-ups": lambda: followups(arguments.given),
        "verdicts": lambda: verdicts(arguments.given),
        "claims": lambda: claims(arguments.shared / "claims"),
        "fever-symmetric": lambda: fever_claims(arguments.given),
        "squad2": lambda: squad_questions(arguments.shared / "squad2", min(arguments.most, SQUAD)),
    }
    rows = []
    for path in arguments.readers:
        reader, kept = open_reader(path), arguments.kept / f"{_checksum(path)}.jsonl"
        for name in arguments.sets or sets:
            cases = sets[name]()
            cases = random.Random(1).sample(cases, min(arguments.most, len(cases)))
            rows.append({"reader": str(path), "set": name, "n": len(cases), **measure(reader, cases, kept)})
    if arguments.json:
        print(json.dumps([{k: asdict(v) if isinstance(v, Figure) else v for k, v in row.items()} for row in rows]))
    else:
        print(table(rows))
    return 0


def measure(reader: BatchReader, cases: Sequence[Question | Claim], kept: Path) -> dict[str, Figure]:
    """Return the figures of a set, which holds questions or claims."""
    texts = [pair for case in cases for pair in case.pairs]
    readings = iter(_read(reader, texts, kept))
    if isinstance(cases[0], Claim):
        judged = [case for case in cases if isinstance(case, Claim)]
        return claim_figures(judged, list(readings))
    asked = [case for case in cases if isinstance(case, Question)]
    return question_figures(asked, [[next(readings) for _ in case.pairs] for case in asked])


def question_figures(questions: Sequence[Question], readings: Sequence[Sequence[Reading]]) -> dict[str, Figure]:
    """Return AUROC, refusals at ANSWER_RATE, and whether the words of the surest window overlap or are the answer.

    Words are counted over the answerable questions, whether answered or not.
    """
    surest = [max(range(len(windows)), key=lambda place: windows[place].answerable) for windows in readings]
    best = [windows[place] for windows, place in zip(readings, surest, strict=True)]
    answerable = np.array([question.answerable for question in questions])
    scores = np.array([reading.answerable for reading in best])
    overlaps, exact = [], []
    for question, place, reading in zip(questions, surest, best, strict=True):
        if question.answerable:
            window = question.windows[place]
            gold = [(start, end) for number, start, end in question.gold if number == place]
            first, last = (reading.spans[0].start, reading.spans[0].end) if reading.spans else (0, 0)
            overlaps.append(any(first < end and start < last for start, end in gold))
            words = window[first:last].strip().lower()
            exact.append(any(words == window[start:end].strip().lower() for start, end in gold))
    return {
        "auroc": bootstrap(roc_auc_score, answerable, scores),
        "refused": bootstrap(refused_at, answerable, scores),
        "overlap": bootstrap(np.mean, np.array(overlaps)),
        "exact": bootstrap(np.mean, np.array(exact)),
    }


def claim_figures(claims: Sequence[Claim], readings: Sequence[Reading]) -> dict[str, Figure]:
    """Return the share of claims judged right of three ways, and the AUROC of the entailed against the others."""
    shares = np.array([astuple(reading.entailment) for reading in readings if reading.entailment])
    labels = np.array([claim.label for claim in claims])
    return {
        "accuracy": bootstrap(np.mean, shares.argmax(1) == labels),
        "auroc": bootstrap(roc_auc_score, labels == 0, shares[:, 0]),
    }


def refused_at(answerable: Flags, scores: Floats, rate: float = ANSWER_RATE) -> float:
    """Return the share of unanswerable questions refused by the threshold that answers `rate` of the answerable."""
    threshold = np.quantile(scores[answerable], 1 - rate)
    return float(np.mean(scores[~answerable] < threshold))


def bootstrap(statistic: Callable[..., float], *columns: Flags | Floats) -> Figure:
    """Return a statistic with the percentile interval of its bootstrap over cases."""
    rng = np.random.default_rng(1)
    count = len(columns[0])
    drawn = []
    for _ in range(RESAMPLES):
        places = rng.integers(0, count, count)
        sample = [column[places] for column in columns]
        if len(columns) == 1 or 0 < sample[0].sum() < count:
            drawn.append(statistic(*sample))
    low, high = np.quantile(drawn, [0.025, 0.975])
    return Figure(float(statistic(*columns)), float(low), float(high))


def table(rows: Sequence[dict[str, object]]) -> str:
    """Return the figures as a table in Markdown."""
    columns = ["auroc", "refused", "overlap", "exact", "accuracy"]
    lines = [f"| reader | set | n | {' | '.join(columns)} |", "|---" * (3 + len(columns)) + "|"]
    for row in rows:
        cells = [
            f"{figure.value:.3f} ({figure.low:.3f} to {figure.high:.3f})" if isinstance(figure, Figure) else ""
            for figure in (row.get(column) for column in columns)
        ]
        lines.append(f"| {row['reader']} | {row['set']} | {row['n']} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _read(reader: BatchReader, texts: Sequence[tuple[str, str]], kept: Path) -> list[Reading]:
    """Return what the reader says; readings that an earlier run kept are not made again."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    known: dict[str, Reading] = {}
    for line in kept.read_text("utf-8").splitlines() if kept.exists() else ():
        with suppress(json.JSONDecodeError):  # an interrupted run may leave half a line
            key, (answerable, spans, entailment) = json.loads(line)
            known[key] = Reading(answerable, tuple(AnswerSpan(*span) for span in spans), Entailment(*entailment))
    keys = [pair_key(*text) for text in texts]
    missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
    places = list(missing)
    with kept.open("a", encoding="utf-8") as lines:
        for begin in range(0, len(places), CHUNK):
            part = places[begin : begin + CHUNK]
            for key, reading in zip(part, reader.read([missing[key] for key in part]), strict=True):
                known[key] = reading
                lines.write(f"\n{json.dumps([key, astuple(reading)])}")
            lines.flush()
    return [known[key] for key in keys]


def _checksum(path: Path) -> str:
    files = [path] if path.is_file() else [path / WEIGHTS, path / "model.int8.safetensors", path / "reader.onnx"]
    return hashlib.sha256(next(file for file in files if file.exists()).read_bytes()).hexdigest()[:12]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
