"""The operator's own regression questions, questions.jsonl among the sources.

A line is an object with `question`, and may have `id`, and `answer`: words that the answer should contain.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from index.domain.answers import Answer
from index.domain.errors import QuestionsUnreadable
from index.domain.messages import Message, message_of, system_message
from index.domain.ports import Progress
from index.domain.snapshots import ChangedAnswer, OwnQuestions
from index.domain.stages import Stage

__all__ = ["FILE_NAME", "OwnQuestion", "ask_own_questions", "read_own_questions"]

FILE_NAME = "questions.jsonl"
"""In the folder of the sources, but no source."""

EXAMPLE = '{"question": "When is it?", "answer": "May 1"}'
MOST_ASKED = 200
SECONDS = 30.0
"""How long asking all of them may take."""
MOST_BYTES = 1_000_000
MOST_LISTED = 50
"""Questions listed as answered differently, and as many as answered wrong."""

Ask = Callable[[str], Answer]


@dataclass(frozen=True, slots=True)
class OwnQuestion:
    """A question, and the words that its answer should contain, if any."""

    question: str
    answer: str = ""
    id: str = ""


def ask_own_questions(
    file: Path, before: Ask | None, now: Ask, progress: Progress, *, clock: Callable[[], float] = time.monotonic
) -> OwnQuestions | None:
    """Ask the questions of a file, and compare the answers with those of the previous snapshot.

    `before` and `now` answer from the previous snapshot, if there is one, and from the new one. Returns None without
    such a file; one that cannot be read is reported as a problem, not raised.
    """
    if not file.exists():
        return None
    try:
        questions = read_own_questions(file)
    except QuestionsUnreadable as error:
        return OwnQuestions(0, 0, problem=message_of(error))
    deadline, asked, changed, wrong = clock() + SECONDS, 0, [], []
    for question in questions[:MOST_ASKED]:
        if clock() > deadline:
            break
        progress(Stage.ASKING_OWN_QUESTIONS, asked, len(questions[:MOST_ASKED]))
        answer, asked = now(question.question), asked + 1
        right = _is_right(answer, question)
        if right is False:
            wrong.append(question.question)
        if before is not None and (was := before(question.question)) and _differ(was, answer, question):
            changed.append(ChangedAnswer(question.question, _first(was), _first(answer), right, question.id))
    problem = ""
    if asked < len(questions):
        problem = Message(
            "Only the first {asked} of {written} questions were asked.", asked=asked, written=len(questions)
        )
    return OwnQuestions(len(questions), asked, tuple(changed[:MOST_LISTED]), tuple(wrong[:MOST_LISTED]), problem)


def read_own_questions(file: Path) -> list[OwnQuestion]:
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


def _parse(line: str, number: int, name: str) -> OwnQuestion:
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
    return OwnQuestion(question, answer, "" if known is None else str(known))


def _differ(was: Answer, now: Answer, question: OwnQuestion) -> bool:
    return _first(was) != _first(now) or _is_right(was, question) != _is_right(now, question)


def _first(answer: Answer) -> str:
    return "" if answer.abstained or not answer.citations else answer.citations[0].shown


def _is_right(answer: Answer, question: OwnQuestion) -> bool | None:
    """Return whether a quotation contains the expected words, in any spacing and case; None if none are expected."""
    if not question.answer.strip():
        return None
    words = " ".join(question.answer.split()).casefold()
    return not answer.abstained and any(
        words in " ".join(text.split()).casefold()
        for citation in answer.citations
        for text in (citation.quote, citation.shown)
    )
