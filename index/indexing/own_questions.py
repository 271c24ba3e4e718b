"""The operator's own questions, questions.jsonl among the sources: an edit that breaks an answer is seen at once.

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
"""In the folder of the sources; it is none of them."""

EXAMPLE = '{"question": "When is it?", "answer": "May 1"}'
MOST = 200
"""Questions that are asked, the first of the file."""
SECONDS = 30.0
"""How long asking them may take in all."""
MOST_BYTES = 1_000_000
MOST_LISTED = 50
"""Questions that are listed as answered otherwise, and as answered wrong."""

Ask = Callable[[str], Answer]


@dataclass(frozen=True, slots=True)
class OwnQuestion:
    """A question, and words that its answer should contain; none where that is empty."""

    question: str
    answer: str = ""
    id: str = ""


def ask_own_questions(
    file: Path, before: Ask | None, now: Ask, progress: Progress, *, clock: Callable[[], float] = time.monotonic
) -> OwnQuestions | None:
    """How the questions of a file are answered now, and where that differs from before; None without such a file.

    Never fails for what is in the file: what is wrong with it is said.
    """
    if not file.exists():
        return None
    try:
        wanted = read_own_questions(file)
    except QuestionsUnreadable as error:
        return OwnQuestions(0, 0, problem=message_of(error))
    until, asked, changed, wrong = clock() + SECONDS, 0, [], []
    for one in wanted[:MOST]:
        if clock() > until:
            break
        progress(Stage.ASKING_OWN_QUESTIONS, asked, len(wanted[:MOST]))
        answer, asked = now(one.question), asked + 1
        right = _right(answer, one)
        if right is False:
            wrong.append(one.question)
        if before is not None and (was := before(one.question)) and _differ(was, answer, one):
            changed.append(ChangedAnswer(one.question, _first(was), _first(answer), right, one.id))
    problem = ""
    if asked < len(wanted):
        problem = Message("Only the first {asked} of {written} questions were asked.", asked=asked, written=len(wanted))
    return OwnQuestions(len(wanted), asked, tuple(changed[:MOST_LISTED]), tuple(wrong[:MOST_LISTED]), problem)


def read_own_questions(file: Path) -> list[OwnQuestion]:
    """The questions of a file. Raises QuestionsUnreadable that names the line."""
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
    return [_wanted(line, number, file.name) for number, line in enumerate(lines, 1) if line.strip()]


def _wanted(line: str, number: int, name: str) -> OwnQuestion:
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


def _differ(was: Answer, now: Answer, wanted: OwnQuestion) -> bool:
    return _first(was) != _first(now) or _right(was, wanted) != _right(now, wanted)


def _first(answer: Answer) -> str:
    return "" if answer.abstained or not answer.citations else answer.citations[0].shown


def _right(answer: Answer, wanted: OwnQuestion) -> bool | None:
    """Whether a quotation holds the words that it should, however they are spaced and written; None if none need be."""
    if not wanted.answer.strip():
        return None
    words = " ".join(wanted.answer.split()).casefold()
    return not answer.abstained and any(
        words in " ".join(text.split()).casefold() for at in answer.citations for text in (at.quote, at.shown)
    )
