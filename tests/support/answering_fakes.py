"""Readers that find given words, and a question asked of the answering pipeline with them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from index.domain.answers import Answer
from index.domain.reading import AnswerSpan, Entailment, Reading
from index.retrieval.search_index import SearchIndex
from tests.support.index_fakes import WordEmbedder, answerer, search_index

BREAD = "Bread is made of flour and water.\n\nTea is made of leaves and time.\n"
INDEX = search_index(a_md=BREAD)


class FixedReader:
    """Reads every window with the log-odds of the question, by all of its words or the given ones."""

    name = "fixed"
    entailment: Entailment | None = None

    def __init__(self, odds: Mapping[str, float], spans: Callable[[str], tuple[AnswerSpan, ...]] | None = None) -> None:
        self.odds = odds
        self.spans = spans or (lambda window: (AnswerSpan(0, len(window), 0.0),))

    def read(self, question: str, window: str) -> Reading:
        return Reading(self.odds.get(question, -9.0), self.spans(window), self.entailment)


def words_reader(odds: float, *words: str) -> FixedReader:
    """Return a reader that finds these words, best first, in every window that holds them."""

    class Always(dict[str, float]):
        def get(self, key: str, default: object = None) -> float:  # type: ignore[override]
            return odds

    def spans(window: str) -> tuple[AnswerSpan, ...]:
        places = [(window.find(word), word) for word in words]
        return tuple(AnswerSpan(at, at + len(word), -0.1 * n) for n, (at, word) in enumerate(places) if at >= 0)

    return FixedReader(Always(), spans)


def ask(reader: FixedReader, question: str = "q?", *before: str, index: SearchIndex = INDEX) -> Answer:
    return answerer(WordEmbedder(), reader=reader).answer(index, question, before)


class WordsByQuestion(FixedReader):
    """Reads each question with its log-odds and finds its words."""

    def __init__(self, found: Mapping[str, tuple[float, str]]) -> None:
        super().__init__({question: odds for question, (odds, _) in found.items()})
        self.found = found

    def read(self, question: str, window: str) -> Reading:
        odds, words = self.found.get(question, (-9.0, ""))
        at = window.find(words)
        return Reading(odds if at >= 0 else -9.0, (AnswerSpan(at, at + len(words), 0.0),) if words and at >= 0 else ())
