"""The writer: a language model's answer, sentence by sentence as each is checked; or the one that only quotes."""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from index.answering.answerer import Answerer, ReadAnswer, ReadQuestion
from index.answering.summariser import Summary
from index.domain.answers import Answer
from index.domain.generation import ChatMessage, GenerationError, GenerationFault, Turn, WritingRequest
from index.domain.ports import Generator
from index.domain.reading import Window
from index.generation._relevance_check import RelevanceCheck
from index.generation.answer_cache import AnswerCache
from index.generation.budgets import TokenBudgets
from index.generation.checked_output import CheckedOutput
from index.generation.composition import Composition
from index.generation.evidence import Evidence
from index.generation.grounding import Grounder
from index.generation.model_stream import ModelStream
from index.generation.output import OUTPUT_SCHEMA
from index.generation.prompts import (
    build_messages,
    build_summary_messages,
    build_translation_messages,
    new_canary,
    read_translation,
    whole_or_best,
)
from index.generation.sentence_verifier import SentenceVerifier
from index.retrieval.search_index import SearchIndex
from index.text.languages import detect_foreign_language

__all__ = ["Writer"]

log = logging.getLogger(__name__)

MOST_WINDOWS = 12
"""Windows that a model is given of a corpus that is too large to give whole."""

WHOLE_SHARE = 4
"""A corpus is given whole if it fits, with room to spare, into this part of what the model reads at once."""


@dataclass(frozen=True, slots=True)
class _Task:
    """What a model is asked, and what its output is checked against; `read` is None of a summary."""

    messages: Sequence[ChatMessage]
    canary: str
    evidence: Sequence[Evidence]
    read: ReadQuestion | None


class Writer:
    """Writes answers by a language model; if it fails, returns what was checked until then, or the extractive answer.

    Thread-safe. `timeout` is how many seconds an answer may take, `max_tokens` how many the model may write.
    """

    def __init__(
        self,
        *,
        generator: Generator,
        grounder: Grounder,
        answerer: Answerer,
        timeout: float,
        max_tokens: int,
        budgets: TokenBudgets | None = None,
        cache: AnswerCache | None = None,
    ) -> None:
        self._generator = generator
        self._grounder = grounder
        self._answerer = answerer
        self._timeout = timeout
        self._cache = cache or AnswerCache()
        self._stream = ModelStream(generator, max_tokens=max_tokens, budgets=budgets)

    def write(
        self, search_index: SearchIndex, read_answer: ReadAnswer, before: Sequence[str], request: WritingRequest
    ) -> Answer:
        """Return the written answer to a question, or the extractive one: of small talk and where sources disagree too.

        `before` are the questions that it follows; the turns of the request say what these were answered.
        """
        extractive, read = read_answer.answer, read_answer.read
        if read is None or extractive.conflict:
            return extractive
        turns = request.turns or tuple(Turn(question) for question in before)
        cached = not turns and not request.pictures
        question = extractive.question
        if cached and (known := self._cache.get(search_index.id, self._generator.name, question)):
            answer = replace(known, question=question)
            if request.on_answer:
                request.on_answer(answer)
            return answer
        request = replace(request, turns=turns)

        def prepare(deadline: float) -> _Task:
            return self._question_task(search_index, question, read, request, deadline)

        answer = self._attempt(search_index, extractive, request, prepare)
        if cached and answer.sentences and not answer.fault and not (request.stopped and request.stopped.is_set()):
            self._cache.put(search_index.id, answer.generator, question, answer)
        return answer

    def summarise(self, search_index: SearchIndex, summary: Summary, request: WritingRequest) -> Answer:
        """Return a written summary of the same windows, or the extractive one: also if there are none."""
        if not summary.windows or summary.answer.abstained:
            return summary.answer

        def prepare(deadline: float) -> _Task:
            evidence, canary = _numbered(summary.windows), new_canary()
            messages = build_summary_messages(
                evidence, canary=canary, budget_tokens=self._stream.most_in_time(deadline), about=summary.about
            )
            return _Task(messages, canary, evidence, None)

        return self._attempt(search_index, summary.answer, request, prepare)

    def _attempt(
        self,
        search_index: SearchIndex,
        extractive: Answer,
        request: WritingRequest,
        prepare: Callable[[float], _Task],
    ) -> Answer:
        """Return what a task gives, or the extractive answer with the fault."""
        deadline = time.monotonic() + self._timeout
        try:
            if request.on_asked:
                request.on_asked()
            return self._compose(search_index, extractive, request, prepare(deadline), deadline)
        except GenerationError as error:
            log.warning("An answer is not written: %s", error)
            fault = error.fault
        except Exception as error:  # the answer that quotes is there, and is given
            frame = traceback.extract_tb(error.__traceback__)[-1]
            place = f"{Path(frame.filename).name}:{frame.lineno}"
            log.error("defect: an answer is not written: %s at %s", type(error).__name__, place)
            fault = GenerationFault.UNUSABLE
        return replace(extractive, fault=fault.value)

    def _question_task(
        self,
        search_index: SearchIndex,
        question: str,
        read: ReadQuestion,
        request: WritingRequest,
        deadline: float,
    ) -> _Task:
        if detect_foreign_language(question) and (english := self._translate(question, request, deadline)):
            read = self._answerer.read(search_index, english)
        most = min(self._stream.most_in_time(deadline), self._generator.context_tokens // WHOLE_SHARE)
        evidence = whole_or_best(self._answerer.rank_windows(search_index, read), most, MOST_WINDOWS)
        canary = new_canary()
        messages = build_messages(
            question,
            evidence,
            canary=canary,
            budget_tokens=self._stream.most_tokens,
            turns=request.turns,
            pictures=request.pictures if self._generator.reads_pictures else (),
        )
        return _Task(messages, canary, evidence, read)

    def _translate(self, question: str, request: WritingRequest, deadline: float) -> str:
        """Return a question in English, which retrieval and reader read; empty if the model gives nothing usable."""
        return read_translation("".join(self._stream.pieces(build_translation_messages(question), request, deadline)))

    def _compose(
        self,
        search_index: SearchIndex,
        extractive: Answer,
        request: WritingRequest,
        task: _Task,
        deadline: float,
    ) -> Answer:
        """Return the answer made of the sentences that pass, with the fault if one ended them."""
        composition, relevance = Composition(extractive), RelevanceCheck(self._answerer, extractive, task.read)
        output = CheckedOutput(
            generator=self._generator,
            extractive=extractive,
            canary=task.canary,
            composition=composition,
            relevance=relevance,
            verifier=SentenceVerifier(
                self._grounder, composition, relevance, task.evidence, search_index, extractive.verdict
            ),
            request=request,
        )
        return output.answer(self._stream.pieces(task.messages, request, deadline, OUTPUT_SCHEMA), deadline)


def _numbered(windows: Sequence[Window]) -> list[Evidence]:
    return [Evidence(number, window) for number, window in enumerate(windows, 1)]
