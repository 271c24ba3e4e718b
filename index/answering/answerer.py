"""The answering pipeline: retrieve windows, read them, decide, quote, then verify every quotation."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from index.answering.abstention import explain_abstention
from index.answering.candidates import ALIKE, MOST_QUOTATIONS, Candidate, cite, find_candidates, select
from index.answering.quotations import cite_passage
from index.answering.recency import section_recency
from index.answering.small_talk import reply_to_small_talk
from index.answering.summariser import GENERATOR, Summariser, Summary
from index.answering.timing import timed
from index.answering.verdicts import find_verdict
from index.answering.verification import verify_citations, verify_short_answer
from index.domain.answers import NO_QUESTION, Answer, Citation
from index.domain.errors import LibraryError
from index.domain.messages import message_of
from index.domain.ports import Embedder, StageObserver, Vectors
from index.domain.reading import Window, WindowReading
from index.domain.stages import AnswerStage
from index.reading.calibration import Calibration
from index.reading.intents import Intent, IntentClassifier
from index.reading.windows_reader import WindowsReader
from index.retrieval.retriever import Retriever
from index.retrieval.search_index import SearchIndex
from index.text.moments import find_since
from index.text.normalize import normalize_question
from index.text.offsets import source_span
from index.text.tokens import content_stems

__all__ = ["GENERATOR", "Answerer", "ReadAnswer", "ReadQuestion"]

LEAST_NEWS = 0.25
"""Probability from which on a request that names a moment ("what changed since April") asks what is new."""

MOST_ALIKE = 8
"""Passages near to the one that answers which may be a newer version of it."""

MOST_NEWER = 2
"""Windows that are read for a newer version of what was found."""

MOST_BEFORE = 2
"""Earlier questions that a follow-up is read with."""

FOLLOW_UP_MARGIN = 0.0
"""Log-odds by which a reading with the questions before must beat the one of the question alone."""


@dataclass(frozen=True, slots=True)
class ReadQuestion:
    """A question as it was read, and the readings of its windows, best first.

    `before` are the questions that it was read after, as one text with it. `is_open` tells that the questions before it
    make a reading surer, but that this reading answers only them: then nothing is known of what was asked.
    """

    text: str
    before: tuple[str, ...]
    vector: Vectors
    readings: list[WindowReading]
    is_open: bool = False

    @property
    def odds(self) -> float:
        return self.readings[0].reading.answerable if self.readings else -math.inf

    @property
    def words(self) -> tuple[str, int, int] | None:
        """Document, start and end of the words that answer best, if they stand for something in the source."""
        if not self.readings or not self.readings[0].reading.spans:
            return None
        window, span = self.readings[0].window, self.readings[0].reading.spans[0]
        place = source_span(window.runs, span.start, span.end)
        return (window.document_id, *place) if place else None


@dataclass(frozen=True, slots=True)
class ReadAnswer:
    """An answer with the question as it was read for it; None if that asks nothing of the sources, or for a summary."""

    answer: Answer
    read: ReadQuestion | None
    summary: Summary | None = None


class Answerer:
    """Answers questions from a search index, or abstains if the confidence, 0..1, is below the threshold.

    Without `intents` every message is taken for a question.
    """

    def __init__(
        self,
        *,
        embedder: Embedder,
        retriever: Retriever,
        reader: WindowsReader,
        calibration: Calibration,
        threshold: float,
        intents: IntentClassifier | None = None,
        summariser: Summariser | None = None,
        observe: StageObserver | None = None,
    ) -> None:
        self._embedder = embedder
        self._retriever = retriever
        self._reader = reader
        self._calibration = calibration
        self._threshold = threshold
        self._intents = intents
        self._summariser = summariser or Summariser()
        self._observe = observe

    def answer(self, search_index: SearchIndex, question: str, before: Sequence[str] = ()) -> Answer:
        """Return the answer, or an abstention whose citations are the nearest passages.

        `before` are the questions that this one follows, oldest first: it is read alone and after the last ones, and
        the surest reading counts. `read_as` is what was read, if that is not the question alone.
        """
        return self.read_and_answer(search_index, question, before).answer

    def read_and_answer(self, search_index: SearchIndex, question: str, before: Sequence[str] = ()) -> ReadAnswer:
        """Return the answer of `answer` together with the question as it was read."""
        if news := self._news(search_index, question):
            return news
        vector = self._embedder.question(question)  # of all of it: "thanks" alone is small talk
        intent = self._intents.classify(vector) if self._intents else Intent.QUESTION
        if intent is not Intent.QUESTION and (reply := self._reply(search_index, question, vector, intent)):
            return reply
        before = _other_questions(question, before)
        alone = self._read_alone(search_index, question, before)
        best = self._after(search_index, question, alone, before)
        answer = self._decide(search_index, question, best)
        if not answer.abstained:
            answer = replace(answer, read_as=" ".join([*best.before, question])) if best.before else answer
            return ReadAnswer(answer, best)
        if best.before:  # what the questions before add is worth telling only if it answers
            answer = self._decide(search_index, question, alone)
        intent = self._intents.guess(vector) if self._intents else Intent.QUESTION
        reply = self._reply(search_index, question, vector, intent) if intent is not Intent.QUESTION else None
        return reply or ReadAnswer(answer, best)

    def summarise(self, search_index: SearchIndex, *, source: str = "", since: str = "") -> Summary:
        """Return a summary of all sources or one, or what is new there. Raises NoSuchSource, NoSuchMoment."""
        return self._summariser.summarise(search_index, source=source, since=since)

    def answer_from(self, search_index: SearchIndex, question: str, windows: Sequence[Window]) -> Answer:
        """Return the answer to a question that stands alone, from these windows alone, or an abstention."""
        text = normalize_question(question)
        read = ReadQuestion(text, (), self._embedder.question(text), self._reader.read(text, windows))
        return self._decide(search_index, question, read)

    def nearest(self, search_index: SearchIndex, question: str, most: int) -> Answer:
        """Return an abstention that cites the passages nearest to a question, each by itself, at most `most`."""
        rows = self._retriever.rows(search_index, question, self._embedder.question(question))[:most]
        return self._abstain(search_index, question, 0.0, self._cite_rows(search_index, rows))

    def read(self, search_index: SearchIndex, question: str, before: Sequence[str] = ()) -> ReadQuestion:
        """Return the surest reading of a question, alone or after the last of the questions before it.

        One that only finds again what answers the question before does not count; then the question is open.
        """
        before = _other_questions(question, before)
        return self._after(search_index, question, self._read_alone(search_index, question, before), before)

    def rank_windows(self, search_index: SearchIndex, read: ReadQuestion) -> Iterator[Window]:
        """Yield the windows of an index for a question: those that were read, those that search finds, then all."""
        ranked = {each.window.rows: each.window for each in read.readings}
        for row in self._retriever.rows(search_index, read.text, read.vector):
            found = (search_index.windows[place] for place in search_index.windows_of(row))
            ranked |= {window.rows: window for window in found if window.rows not in ranked}
        yield from ranked.values()
        yield from (window for window in search_index.windows if window.rows not in ranked)

    def confidence_in(self, read: ReadQuestion, window: Window) -> float:
        """Return the probability, 0..1, that a question is answered right from a window."""
        return self._calibration.confidence(self._reader.read(read.text, [window])[0].reading)

    def _read_alone(self, search_index: SearchIndex, question: str, before: Sequence[str]) -> ReadQuestion:
        """Return the reading of a question alone; a follow-up without a word of its own ("of what") has none."""
        read = self._read(search_index, question)
        return replace(read, readings=[]) if before and not content_stems(question) else read

    def _after(
        self, search_index: SearchIndex, question: str, alone: ReadQuestion, before: Sequence[str]
    ) -> ReadQuestion:
        best = alone
        for count in range(1, min(len(before), MOST_BEFORE) + 1):
            read = self._read(search_index, question, tuple(before[-count:]))
            if read.odds > best.odds + FOLLOW_UP_MARGIN:
                best = read
        is_open = best is not alone and self._answers_earlier(search_index, best, alone)
        return replace(alone, is_open=True) if is_open else best

    def _answers_earlier(self, search_index: SearchIndex, read: ReadQuestion, alone: ReadQuestion) -> bool:
        """Return whether a follow-up's reading found the very words that answer the question before it.

        Then that one was read, and the follow-up was not: nobody asks for the same words again, but by asking the same
        in other words, which then find them alone, too.
        """
        earlier = self._read(search_index, read.before[-1], read.before[:-1])
        if not earlier.readings or self._calibration.confidence(earlier.readings[0].reading) < self._threshold:
            return False
        return _overlap(earlier.words, read.words) and not _overlap(earlier.words, alone.words)

    def _read(self, search_index: SearchIndex, question: str, before: tuple[str, ...] = ()) -> ReadQuestion:
        text = " ".join(map(normalize_question, [*before, question]))
        with timed(AnswerStage.RETRIEVE, self._observe):
            vector = self._embedder.question(text)
            windows = self._retriever.retrieve(search_index, text, vector)
        with timed(AnswerStage.READ, self._observe):
            readings = self._reader.read(text, windows)
        return ReadQuestion(text, before, vector, readings)

    def _decide(self, search_index: SearchIndex, question: str, attempt: ReadQuestion) -> Answer:
        confidence = self._calibration.confidence(attempt.readings[0].reading) if attempt.readings else 0.0
        candidates = find_candidates(attempt.text, attempt.readings, search_index, self._calibration)
        if attempt.is_open or confidence < self._threshold or not candidates:
            nearest = cite(search_index, candidates[:MOST_QUOTATIONS])
            if not nearest:
                rows = self._retriever.rows(search_index, attempt.text, attempt.vector)[:MOST_QUOTATIONS]
                nearest = self._cite_rows(search_index, rows)
            return self._abstain(search_index, question, confidence, nearest)
        if newer := self._read_newer(search_index, attempt, candidates[0]):
            candidates = find_candidates(attempt.text, [*attempt.readings, *newer], search_index, self._calibration)
        selection = select(candidates, attempt.text, self._threshold, search_index)
        chosen, conflict = selection.candidates, selection.conflict
        citations = verify_citations(cite(search_index, chosen), search_index.by_source)
        if not citations:
            return self._abstain(search_index, question, confidence, ())
        verdict = ""
        if not attempt.before and not conflict and chosen[0].repeats(candidates[0]):  # with others it may be theirs
            verdict = find_verdict(attempt.text, citations[0], attempt.readings[0], confidence, self._reader)
        short = chosen[0].quotation.short_answer(search_index.documents[chosen[0].document_id], 1)
        return Answer(
            question=question,
            text=" ".join(f"{citation.shown} [{citation.number}]" for citation in citations),
            citations=citations,
            confidence=round(confidence, 4),
            abstained=False,
            snapshot=search_index.id,
            generator=GENERATOR,
            short_answer=None if conflict else verify_short_answer(short, citations, search_index.by_source),
            verdict=verdict,
            conflict=conflict,
        )

    def _read_newer(self, search_index: SearchIndex, attempt: ReadQuestion, best: Candidate) -> Sequence[WindowReading]:
        """Return readings of unread windows with a passage like the best one, but newer: a value may have changed."""
        row, read = best.quotation.rows[0], {reading.window.rows for reading in attempt.readings}
        near = search_index.vectors.search(search_index.vectors.rows(row, row + 1)[0], MOST_ALIKE)
        newer = []
        for other, cosine in near:
            passage = search_index.passages[other]
            document = search_index.documents[passage.document_id]
            if cosine >= ALIKE and section_recency(document, passage.section).is_newer(best.recency):
                newer += [search_index.windows[place] for place in search_index.windows_of(other)]
        unread = {window.rows: window for window in newer if window.rows not in read}
        return self._reader.read(attempt.text, list(unread.values())[:MOST_NEWER])

    def _reply(self, search_index: SearchIndex, question: str, vector: Vectors, intent: Intent) -> ReadAnswer | None:
        """Return the reply to small talk, or a summary; None if there is nothing to quote."""
        if intent is Intent.SMALL_TALK:
            titles = [entry.title for entry in search_index.entries]
            text = reply_to_small_talk(titles, search_index.suggestions)
            return ReadAnswer(self._abstain(search_index, question, 0.0, (), (text, NO_QUESTION)), None)
        summary = self._summariser.of_request(search_index, question, vector)
        return ReadAnswer(summary.answer, None, summary) if summary else None

    def _news(self, search_index: SearchIndex, question: str) -> ReadAnswer | None:
        """Return what is new since the moment that a request names; None if it is another request or names none."""
        found = find_since(question, self._summariser.clock()) if self._intents else None
        if not found or not self._intents or not found[0]:
            return None
        request, moment = found
        vector = self._embedder.question(request)
        if moment.time and not self._intents.may_ask_for_summary(vector, LEAST_NEWS):
            return None
        try:
            summary = self._summariser.news_of_request(search_index, question, moment, vector)
        except LibraryError as error:
            return ReadAnswer(self._abstain(search_index, question, 0.0, (), (message_of(error), NO_QUESTION)), None)
        return ReadAnswer(summary.answer, None, summary)

    def _cite_rows(self, search_index: SearchIndex, rows: Sequence[int]) -> list[Citation]:
        passages, documents = search_index.passages, search_index.documents
        return [
            cite_passage(passages[row], documents[passages[row].document_id], number)
            for number, row in enumerate(rows, 1)
        ]

    def _abstain(
        self,
        search_index: SearchIndex,
        question: str,
        confidence: float,
        citations: Sequence[Citation],
        reason: tuple[str, str] | None = None,
    ) -> Answer:
        """Return an abstention; `reason` is its text and `why`, by default what the question's language says."""
        text, why = reason or explain_abstention(question)
        return Answer(
            question=question,
            text=text,
            citations=verify_citations(citations, search_index.by_source),
            confidence=round(confidence, 4),
            abstained=True,
            snapshot=search_index.id,
            generator=GENERATOR,
            why=why,
        )


def _other_questions(question: str, before: Sequence[str]) -> list[str]:
    """Return the questions before, without those that are the same asked again."""
    asked = normalize_question(question).casefold()
    return [each for each in before if normalize_question(each).casefold() != asked]


def _overlap(words: tuple[str, int, int] | None, others: tuple[str, int, int] | None) -> bool:
    if words is None or others is None or words[0] != others[0]:
        return False
    return words[1] < others[2] and others[1] < words[2]
