"""Written answers: how much passes the checks, how long it takes, and each sentence with its evidence, to judge."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import Any

from index.domain.answers import Answer
from index.domain.generation import WritingRequest, WritingTimes
from index.evaluation.questions import Question
from index.library import Library

__all__ = ["ask_written", "sentence_lines", "writing_scores"]


def ask_written(library: Library, question: Question) -> tuple[Answer, dict[str, float]]:
    """Return the answer to a question, written if that is possible, and the times of writing if the model was asked."""
    times: list[WritingTimes] = []
    request = WritingRequest(on_times=times.append)
    answer = library.ask(question.question, question.before, request)
    return answer, {name: round(value, 4) for name, value in asdict(times[0]).items()} if times else {}


def writing_scores(answer: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    """Yield what an answer line adds to the figures of writing; nothing if it has no `writing`.

    Shares of questions: `written`, and `fell_back`, those whose answer quotes since writing failed. `dropped` is the
    share of the model's sentences that did not pass. Seconds and tokens a second of each output: `first_sentence_s`,
    `writing_s`, `tokens_s`, and `checks`, the share of the time that the checks take.
    """
    if (times := answer.get("writing")) is None:
        return
    yield "written", bool(answer["sentences"])
    yield "fell_back", answer["fault"] is not None
    for _ in answer["sentences"]:
        yield "dropped", False
    for _ in range(answer["dropped"]):
        yield "dropped", True
    if times:
        if times["first_sentence"]:
            yield "first_sentence_s", times["first_sentence"]
        yield "writing_s", times["total"]
        yield "checks", times["checks"] / times["total"] if times["total"] else 0.0
        if (seconds := times["total"] - times["first_piece"] - times["checks"]) > 0:
            yield "tokens_s", times["pieces"] / seconds


def sentence_lines(lines: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield each sentence that passed with its question and evidence; `right` is for who judges it."""
    for line in lines:
        quoted = {citation["number"]: citation for citation in line["citations"]}
        for sentence in line.get("sentences", ()):
            cited = [quoted[number] for number in sentence["citations"] if number in quoted]
            yield {
                "id": line["id"],
                "question": line["question"],
                "model": line["generator"],
                "sentence": sentence["text"],
                "evidence": [{"section": each["section"], "quote": each["shown"]} for each in cited],
                "right": None,
            }
