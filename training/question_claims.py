"""Claims from questions with their answers, so that the checker learns which of two things a text tells something of.

A claim is a question followed by words of its passage: the answer, or the answer of another question over the same
passage, of the same kind. As in Demszky, Guu and Liang 2018, arXiv 1809.02922, but that the question is not made a
statement.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from training.data import NLI, followup_question

__all__ = ["evidence_around", "question_claims"]

LONGEST_ANSWER = 60
"""Characters of an answer that is a claim's end; longer ones are whole sentences."""
UNANSWERABLE = 0.4
"""Share of the unanswerable questions: nearly all of their claims are easy."""
BOUNDARY = re.compile(r"(?<=[.!?])\s+|\n+")


def question_claims(rows: Iterable[Mapping[str, Any]], rng: random.Random) -> Iterator[dict[str, Any]]:
    """Yield claims over the passages of questions, each with `passage`, `question`, `label`, `answer` and `start`.

    An answered question gives an entailed claim and, if its passage has another answer of its kind, one that is not; an
    unanswerable one is followed by an answer of the passage, and is neutral.
    """
    by_passage = defaultdict(list)
    for row in rows:
        by_passage[row["passage"]].append(row)
    for passage, asked in by_passage.items():
        answers = list(dict.fromkeys((row["start"], row["answer"]) for row in asked if _is_short(row)))
        for row in asked:
            question = followup_question([_question(turn) for turn in row.get("history") or ()], row["question"])
            if row["label"] == 1 and _is_short(row):
                yield _claim(passage, question, row["answer"], row["start"], "entailed", rng)
                others = [other for other in answers if _may_be_taken_for(row["answer"], other[1])]
                if others:
                    _, answer = rng.choice(others)
                    yield _claim(passage, question, answer, row["start"], "contradicted", rng)
            elif row["label"] == 0 and answers and rng.random() < UNANSWERABLE:
                start, answer = rng.choice(answers)
                yield _claim(passage, question, answer, start, "neutral", rng)


def evidence_around(passage: str, start: int, rng: random.Random) -> str:
    """Return the sentence or line at character `start`, at random with its neighbours."""
    ends = [match.start() for match in BOUNDARY.finditer(passage)] + [len(passage)]
    begins = [0] + [match.end() for match in BOUNDARY.finditer(passage)]
    place = next(number for number, end in enumerate(ends) if start <= end)
    first, last = max(0, place - rng.randint(0, 2)), min(len(ends) - 1, place + rng.randint(0, 2))
    return passage[begins[first] : ends[last]].strip()


def _is_short(row: Mapping[str, Any]) -> bool:
    return row["label"] == 1 and row["kind"] != "yesno" and 0 < len(row.get("answer", "")) <= LONGEST_ANSWER


def _may_be_taken_for(answer: str, other: str) -> bool:
    """Whether another answer is of the same kind, a number or words, and neither holds the other."""
    one, two = answer.lower(), other.lower()
    return _has_number(one) == _has_number(two) and one not in two and two not in one


def _has_number(text: str) -> bool:
    return any(char.isdigit() for char in text)


def _question(turn: Mapping[str, Any] | str) -> str:
    return turn if isinstance(turn, str) else turn["question"]


def _claim(passage: str, question: str, answer: str, start: int, label: str, rng: random.Random) -> dict[str, Any]:
    evidence = evidence_around(passage, start, rng)
    if answer not in evidence:
        evidence = passage
    claim = f"{question.rstrip('?. ')}? {answer}"
    return {"hypothesis": claim, "premise": evidence, "nli": NLI[label], "src": "claims-questions"}
