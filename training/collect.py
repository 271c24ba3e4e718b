"""Training rows: the features of the hits of each question, and which of them answer it.

Used by `training.fit` and `training.stack`; it has no command line of its own.
"""

from __future__ import annotations

import random
import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.domain.answers import Hit
from index.domain.ports import Query
from index.embedding.onnx_embedder import BUNDLED, OnnxEmbedder
from index.embedding.sentence_transformer import SentenceTransformerEmbedder
from index.evaluation.metrics import Question
from index.indexing.indexer import Indexer
from index.retrieval.faiss_store import FaissStore
from index.retrieval.retriever import Retriever
from index.retrieval.search_index import SearchIndex
from index.snapshots.store import SnapshotStore
from index.sources.folder import read_sources
from index.text.passages import passage_text
from index.text.questions import QuestionAnalysis

__all__ = ["Row", "build_search_index", "collect"]

CAPITALS = re.compile(r"(?<=\s)[A-Z][\w'’-]*(?: [A-Z][\w'’-]*)*")


CANDIDATES = 50

PART = 3_000
"""Characters of a small index: about as many as the release article has."""


@dataclass(frozen=True, slots=True)
class Row:
    """One question asked of one index: `features` has shape (hits, FEATURES), `gold` marks the hits that answer.

    `texts` are what was embedded of each hit, with its own part. `fold` is the article it belongs to; `kind` is
    "asked", "part" (asked of a small part of its article), "stranger" (asked of an index without its article) or
    "swapped" (a name in it was replaced by another of its article).
    """

    fold: str
    kind: str
    question: str
    answerable: bool
    features: NDArray[np.float32]
    gold: NDArray[np.bool_]
    texts: tuple[tuple[str, str], ...] = ()


class _NoReranker:
    """Leaves the hits in the order of retrieval."""

    def rerank(self, query: Query, hits: Sequence[Hit]) -> list[Hit]:
        return list(hits)


def collect(documents: Path, questions: Sequence[Question], *, augment: bool, seed: int = 0) -> Iterator[Row]:
    """Yield a row for every question asked of the whole folder.

    With `augment`, questions are also asked of a small part of their article, there also with a name swapped, and
    strangers' questions are asked there too.
    """
    embedder = OnnxEmbedder(lambda: SentenceTransformerEmbedder(BUNDLED))
    retriever = Retriever(reranker=_NoReranker(), candidates=CANDIDATES)
    generator = random.Random(seed)

    def retrieve(index: SearchIndex, text: str) -> list[Hit]:
        return retriever.retrieve(index, QuestionAnalysis.of(text), embedder.question(text))

    def make_row(
        index: SearchIndex,
        question: Question,
        kind: str,
        fold: str,
        answerable: bool,
        text: str = "",
        hits: Sequence[Hit] = (),
    ) -> Row:
        text = text or question.question
        hits = hits or retrieve(index, text)
        gold = [answerable and _holds_gold(question, hit, index) for hit in hits]
        features = np.asarray([hit.features for hit in hits], np.float32)
        texts = tuple((hit.passage.embedded, passage_text(hit.passage)) for hit in hits)
        return Row(fold, kind, text, answerable, features, np.asarray(gold), texts)

    whole_index = build_search_index(documents, embedder)
    positions = {}
    for question in questions:
        hits = retrieve(whole_index, question.question)
        positions[question.id] = _position(question, hits, whole_index)
        yield make_row(whole_index, question, "asked", question.source, question.answerable, hits=hits)
    if not augment:
        return
    for article in sorted({question.source for question in questions}):
        own = [question for question in questions if question.source == article]
        strangers = [question for question in questions if question.source != article]
        names = sorted({name for question in own for name in CAPITALS.findall(question.question)})
        for start, end, index in _small_indexes(documents / article, embedder):
            questions_here = [
                _shift_spans(question, start) for question in own if start <= positions[question.id] < end
            ]
            for question in questions_here:
                yield make_row(index, question, "part", article, question.answerable)
                if question.answerable and (swapped_question := _swap_name(question, names, index, generator)):
                    yield make_row(index, question, "swapped", article, False, swapped_question)
            for question in generator.sample(strangers, min(len(questions_here) // 4, len(strangers))):
                yield make_row(index, question, "stranger", article, False)


def _position(question: Question, hits: Sequence[Hit], index: SearchIndex) -> int:
    """Return where in its article a question belongs: at its answer, or at the best hit there."""
    if question.spans:
        return question.spans[0][0]
    own = [hit for hit in hits if index.documents[hit.passage.document_id].source == question.source]
    return max(own, key=lambda hit: hit.cosine).passage.start if own else 0


def _small_indexes(path: Path, embedder: OnnxEmbedder) -> Iterator[tuple[int, int, SearchIndex]]:
    """Yield small indexes of an article cut at paragraphs, each with its place in the article's text."""
    text = path.read_bytes().decode("utf-8")
    start = 0
    while start < len(text):
        end = text.find("\n\n", start + PART)
        end = len(text) if end < 0 or len(text) - end < PART // 2 else end
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, path.name).write_bytes(text[start:end].encode())
            yield start, end, build_search_index(Path(folder), embedder)
        start = end


def _shift_spans(question: Question, by: int) -> Question:
    return replace(question, spans=tuple((start - by, end - by, text) for start, end, text in question.spans))


def _swap_name(question: Question, names: Sequence[str], index: SearchIndex, generator: random.Random) -> str:
    """Return the question with one of its names replaced by one that its evidence lacks; "" if it has none."""
    own_names = CAPITALS.findall(question.question)
    if not own_names:
        return ""
    text = next(iter(index.documents.values())).text
    evidence = " ".join(text[max(0, start - 300) : end + 300] for start, end, _ in question.spans)
    others = [name for name in names if name not in evidence and name not in question.question]
    return question.question.replace(generator.choice(own_names), generator.choice(others)) if others else ""


def _holds_gold(question: Question, hit: Hit, index: SearchIndex) -> bool:
    passage = hit.passage
    if index.documents[passage.document_id].source != question.source:
        return False
    return any(passage.start < end and start < passage.end for start, end, _ in question.spans)


def build_search_index(documents: Path, embedder: OnnxEmbedder) -> SearchIndex:
    """Return an index of a folder, in memory."""
    with tempfile.TemporaryDirectory() as folder:
        indexer = Indexer(
            snapshots=SnapshotStore(Path(folder)),
            embedder=embedder,
            new_store=FaissStore,
        )
        return indexer.build(Path(folder), read_sources(documents, 100_000_000)).search_index
