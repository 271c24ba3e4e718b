"""The sets that a reader is measured on; none of them is trained on."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import bm25s

from training.data import NLI, followup_question, given_verdicts, read_jsonl, verdict_label

__all__ = [
    "Claim",
    "Question",
    "claims",
    "fever_claims",
    "followups",
    "release_questions",
    "squad_questions",
    "verdicts",
]

WINDOWS = 4
"""Paragraphs that a question of SQuAD is read with, best by BM25."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question over windows.

    Attributes
    ----------
    gold : tuple of (int, int, int)
        Window, start and end of each answer; empty if no window answers.
    answerable : bool
        Whether the sources answer; then `gold` may still be empty, if retrieval missed the answer.
    """

    text: str
    windows: tuple[str, ...]
    gold: tuple[tuple[int, int, int], ...]
    answerable: bool

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """What the reader reads."""
        return [(self.text, window) for window in self.windows]


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim over evidence; `label` as in the data: 0 entailed, 1 neutral, 2 contradicted."""

    text: str
    evidence: str
    label: int

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """What the reader reads."""
        return [(self.text, self.evidence)]


def release_questions(given: Path) -> list[Question]:
    """Return the release questions of the test part, without those that follow up."""
    return _release(given, has_history=False)


def followups(given: Path) -> list[Question]:
    """Return the follow-ups of the test part, each read after the questions before it."""
    return _release(given, has_history=True)


def squad_questions(folder: Path, count: int, seed: int = 1) -> list[Question]:
    """Return a sample of the questions over articles of SQuAD 2.0, each with its article's best paragraphs."""
    rows = list(read_jsonl(folder / "questions.jsonl"))
    by_source = defaultdict(list)
    for row in random.Random(seed).sample(rows, min(count, len(rows))):
        by_source[row["source"]].append(row)
    sample = []
    for source, asked in sorted(by_source.items()):
        paragraphs = _paragraphs((folder / "documents" / source).read_text("utf-8"))
        index = bm25s.BM25()
        index.index(bm25s.tokenize([text for _, text in paragraphs], show_progress=False), show_progress=False)
        tokens = bm25s.tokenize([row["question"] for row in asked], show_progress=False)
        best, _ = index.retrieve(tokens, k=min(WINDOWS, len(paragraphs)), show_progress=False)
        for row, places in zip(asked, best, strict=True):
            windows = [paragraphs[int(place)] for place in places]
            gold = tuple(
                (number, answer["start"] - begin, answer["end"] - begin)
                for number, (begin, text) in enumerate(windows)
                for answer in row["answers"]
                if begin <= answer["start"] and answer["end"] <= begin + len(text)
            )
            sample.append(Question(row["question"], tuple(text for _, text in windows), gold, row["answerable"]))
    return sample


def claims(folder: Path) -> list[Claim]:
    """Return the claims over evidence of release documents."""
    return [Claim(row["claim"], row["evidence"], NLI[row["label"]]) for row in read_jsonl(folder / "claims.jsonl")]


def verdicts(given: Path) -> list[Claim]:
    """Return the yes-no questions of the test part as claims, and as many that ask for something else."""
    said, found = given_verdicts(), []
    rows = [
        row for row in read_jsonl(given / "release_questions.jsonl") if row["split"] == "test" and row["label"] == 1
    ]
    for row in rows:
        label = verdict_label(row, said).get("nli")
        if label is not None and not row.get("history"):
            found.append(Claim(row["question"], row["passage"], label))
    asked = [claim for claim in found if claim.label != NLI["neutral"]]
    others = [claim for claim in found if claim.label == NLI["neutral"]]
    return asked + random.Random(1).sample(others, min(len(asked), len(others)))


def fever_claims(given: Path) -> list[Claim]:
    """Return the claims of FEVER-symmetric, of which none is neutral."""
    rows = read_jsonl(given / "fever_symmetric.jsonl.gz")
    return [Claim(row["hypothesis"], row["premise"], int(row["nli"])) for row in rows]


def _release(given: Path, *, has_history: bool) -> list[Question]:
    selected = []
    for row in read_jsonl(given / "release_questions.jsonl"):
        earlier = [turn["question"] for turn in row.get("history") or ()]
        if row["split"] != "test" or bool(earlier) != has_history:
            continue
        gold = ((0, row["start"], row["end"]),) if row["label"] == 1 else ()
        text = followup_question(earlier, row["question"])
        selected.append(Question(text, (row["passage"],), gold, row["label"] == 1))
    return selected


def _paragraphs(text: str) -> list[tuple[int, str]]:
    """Return the paragraphs of a text with the places where they begin."""
    paragraphs, begin = [], 0
    for part in text.split("\n\n"):
        if part.strip() and not part.startswith("#"):
            paragraphs.append((begin, part))
        begin += len(part) + 2
    return paragraphs
