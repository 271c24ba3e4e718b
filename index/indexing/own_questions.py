"""The operator's own regression questions, questions.jsonl among the sources.

A line is an object with `question`, and may have `id`, and `answer`: words that the answer should contain.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from index.domain.errors import QuestionsUnreadable
from index.domain.messages import Message, system_message
from index.text.normalize import replace_surrogates

__all__ = ["FILE_NAME", "RegressionQuestion", "read_own_questions"]

FILE_NAME = "questions.jsonl"
"""In the folder of the sources, but no source."""

EXAMPLE = '{"question": "When is it?", "answer": "May 1"}'
MOST_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class RegressionQuestion:
    """A question, and the words that its answer should contain, if any."""

    question: str
    answer: str = ""
    id: str = ""


def read_own_questions(file: Path) -> list[RegressionQuestion]:
    """Return the questions of a file. Raises QuestionsUnreadable, which names the line."""
    try:
        if not file.is_file():
            raise QuestionsUnreadable(
                Message("{file} is no file: put a file there with a question a line.", file=file.name)
            )
        with file.open("rb") as stream:
            data = stream.read(MOST_BYTES + 1)
        lines = data.decode("utf-8-sig").split("\n")
    except OSError as error:
        raise QuestionsUnreadable(
            Message("{file} cannot be read: {why}.", file=file.name, why=system_message(error))
        ) from error
    except UnicodeDecodeError as error:
        raise QuestionsUnreadable(
            Message("{file} is not UTF-8 (byte {byte}): save it as UTF-8.", file=file.name, byte=str(error.start))
        ) from error
    if len(data) > MOST_BYTES:
        raise QuestionsUnreadable(
            Message("{file} is larger than {size} MB: leave some questions out.", file=file.name, size=MOST_BYTES / 1e6)
        )
    return [_parse(line, number, file.name) for number, line in enumerate(lines, 1) if line.strip()]


def _parse(line: str, number: int, name: str) -> RegressionQuestion:
    try:
        row = json.loads(line)
        question, answer, known = row["question"], row.get("answer") or "", row.get("id", "")
        if not (isinstance(question, str) and question.strip() and isinstance(answer, str)):
            raise TypeError("question")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise QuestionsUnreadable(
            Message(
                "Line {line} of {file} is no question: write it like {example}.",
                line=str(number),
                file=name,
                example=EXAMPLE,
            )
        ) from error
    return RegressionQuestion(replace_surrogates(question), answer, "" if known is None else str(known))
