"""Question sets -> rows of features, with what the right answer would have been."""

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

__all__ = ["Row", "collect", "shelf_of"]

CAPITALS = re.compile(r"(?<=\s)[A-Z][\w'’-]*(?: [A-Z][\w'’-]*)*")


CANDIDATES = 50

PART = 3_000
"""Characters of a small index: about as many as the release article has."""


@dataclass(frozen=True, slots=True)
class Row:
    """One question asked of one index: `features` has shape (hits, FEATURES), `gold` marks the hits that answer.

    `texts` are what was embedded of each hit, with its own part.
    `fold` is the article it belongs to; `kind` is "asked", "part" (asked of a small part of its article),
    "stranger" (asked of an index without its article) or "swapped" (a name in it was replaced by another of it).
    """

    fold: str
    kind: str
    question: str
    answerable: bool
    features: NDArray[np.float32]
    gold: NDArray[np.bool_]
    texts: tuple[tuple[str, str], ...] = ()


class _AsFused:
    """Leaves the hits in the order of retrieval."""

    def rerank(self, query: Query, hits: Sequence[Hit]) -> list[Hit]:
        return list(hits)


def collect(documents: Path, questions: Sequence[Question], *, augment: bool, seed: int = 0) -> Iterator[Row]:
    """Every question asked of the whole folder; with `augment` also of a small part of its article, where it is
    also asked with a name swapped, and where strangers' questions are asked."""
    embedder = OnnxEmbedder(lambda: SentenceTransformerEmbedder(BUNDLED))
    retriever = Retriever(reranker=_AsFused(), candidates=CANDIDATES)
    chance = random.Random(seed)

    def found(shelf: SearchIndex, text: str) -> list[Hit]:
        return retriever.retrieve(shelf, QuestionAnalysis.of(text), embedder.question(text))

    def asked(
        shelf: SearchIndex,
        at: Question,
        kind: str,
        fold: str,
        answerable: bool,
        text: str = "",
        hits: Sequence[Hit] = (),
    ) -> Row:
        text = text or at.question
        hits = hits or found(shelf, text)
        gold = [answerable and _holds(at, hit, shelf) for hit in hits]
        features = np.asarray([hit.features for hit in hits], np.float32)
        texts = tuple((hit.passage.embedded, passage_text(hit.passage)) for hit in hits)
        return Row(fold, kind, text, answerable, features, np.asarray(gold), texts)

    whole = shelf_of(documents, embedder)
    places = {}
    for at in questions:
        hits = found(whole, at.question)
        places[at.id] = _place(at, hits, whole)
        yield asked(whole, at, "asked", at.source, at.answerable, hits=hits)
    if not augment:
        return
    for article in sorted({at.source for at in questions}):
        own = [at for at in questions if at.source == article]
        strangers = [at for at in questions if at.source != article]
        names = sorted({name for at in own for name in CAPITALS.findall(at.question)})
        for start, end, shelf in _parts(documents / article, embedder):
            here = [_moved(at, start) for at in own if start <= places[at.id] < end]
            for at in here:
                yield asked(shelf, at, "part", article, at.answerable)
                if at.answerable and (swapped := _swapped(at, names, shelf, chance)):
                    yield asked(shelf, at, "swapped", article, False, swapped)
            for at in chance.sample(strangers, min(len(here) // 4, len(strangers))):
                yield asked(shelf, at, "stranger", article, False)


def _place(at: Question, hits: Sequence[Hit], shelf: SearchIndex) -> int:
    """Where in its article a question belongs: at its answer, or at the best hit there."""
    if at.spans:
        return at.spans[0][0]
    own = [hit for hit in hits if shelf.documents[hit.passage.document_id].source == at.source]
    return max(own, key=lambda hit: hit.cosine).passage.start if own else 0


def _parts(path: Path, embedder: OnnxEmbedder) -> Iterator[tuple[int, int, SearchIndex]]:
    """An article cut at paragraphs into small indexes, each with its place in the article's text."""
    text = path.read_bytes().decode("utf-8")
    start = 0
    while start < len(text):
        end = text.find("\n\n", start + PART)
        end = len(text) if end < 0 or len(text) - end < PART // 2 else end
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, path.name).write_bytes(text[start:end].encode())
            yield start, end, shelf_of(Path(folder), embedder)
        start = end


def _moved(at: Question, by: int) -> Question:
    return replace(at, spans=tuple((start - by, end - by, text) for start, end, text in at.spans))


def _swapped(at: Question, names: Sequence[str], shelf: SearchIndex, chance: random.Random) -> str:
    """The question with one of its names replaced, by a name that its evidence does not hold; "" if it has none."""
    found = CAPITALS.findall(at.question)
    if not found:
        return ""
    text = next(iter(shelf.documents.values())).text
    evidence = " ".join(text[max(0, start - 300) : end + 300] for start, end, _ in at.spans)
    others = [name for name in names if name not in evidence and name not in at.question]
    return at.question.replace(chance.choice(found), chance.choice(others)) if others else ""


def _holds(at: Question, hit: Hit, shelf: SearchIndex) -> bool:
    passage = hit.passage
    if shelf.documents[passage.document_id].source != at.source:
        return False
    return any(passage.start < end and start < passage.end for start, end, _ in at.spans)


def shelf_of(documents: Path, embedder: OnnxEmbedder) -> SearchIndex:
    """An index of a folder, in memory."""
    with tempfile.TemporaryDirectory() as folder:
        indexer = Indexer(
            snapshots=SnapshotStore(Path(folder)),
            embedder=embedder,
            new_store=FaissStore,
        )
        return indexer.build(Path(folder), read_sources(documents, 100_000_000)).search_index
