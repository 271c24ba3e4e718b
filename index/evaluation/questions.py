"""Question sets: questions with the answers that are expected."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from index.domain.errors import LibraryError, QuestionsUnreadable
from index.storage.json_lines import read_json_lines

__all__ = ["Expected", "Question", "pair_answers", "read_questions"]

FORM = (
    'each line is an object with `id` and `question`, like {"id": "1", "question": "When is it?"}; '
    "`before` is a list of questions."
)


class Expected(StrEnum):
    """What a question typed by a member should get."""

    ANSWER = "answer"
    ABSTAIN = "abstain"
    CHAT = "chat"
    """It asks nothing of the sources."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question of a set, in one of two kinds.

    Attributes
    ----------
    id : str or int
        As the line has it, so that an answer line can repeat it.
    spans : tuple of (int, int, str)
        Gold answers as (start, end, text) in `source`.
    before : tuple of str
        The questions that it follows, oldest first.
    expected : Expected or None
        Of a question as members type it, which has no spans.
    gold : str
        The words that an answer to such a question must hold.
    """

    id: Any
    question: str
    source: str = ""
    answerable: bool = True
    spans: tuple[tuple[int, int, str], ...] = ()
    before: tuple[str, ...] = ()
    expected: Expected | None = None
    gold: str = ""


def read_questions(path: Path) -> list[Question]:
    """Return the questions of a JSON Lines file, one object a line with at least `id` and `question`.

    Raises QuestionsUnreadable, which names the line.
    """
    return read_json_lines(path, _question, error=QuestionsUnreadable, name="question", form=FORM)


def pair_answers(
    questions: Sequence[Question], answers: Iterable[Mapping[str, Any]]
) -> list[tuple[Question, Mapping[str, Any]]]:
    """Return each question with its answer line. Raises LibraryError if a question has none."""
    by_id = {str(answer["id"]): answer for answer in answers}
    for question in questions:
        if str(question.id) not in by_id:
            raise LibraryError(f"The question {question.id} has no answer.")
    return [(question, by_id[str(question.id)]) for question in questions]


def _question(row: dict[str, Any]) -> Question:
    before = [] if row.get("before") is None else row["before"]
    if not isinstance(before, list):
        raise TypeError("before")
    if not all(isinstance(text, str) for text in (row["question"], row.get("gold", ""), *before)):
        raise TypeError("question, gold or before")
    expected = Expected(row["expect"]) if "expect" in row else None
    return Question(
        id=row["id"],
        question=row["question"],
        source=row.get("source", ""),
        answerable=expected == Expected.ANSWER if expected else bool(row.get("answerable", True)),
        spans=tuple((span["start"], span["end"], span["text"]) for span in row.get("answers", ())),
        before=tuple(before),
        expected=expected,
        gold=row.get("gold", ""),
    )
