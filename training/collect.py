"""Question sets -> rows of signals, with what the right answer would have been."""

from __future__ import annotations

import random
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.embed import BUNDLED, SentenceEmbedder
from index.evaluate import Question
from index.faiss_store import FaissStore
from index.indexer import Indexer
from index.retrieve import Retriever, Shelf
from index.snapshot import Snapshots
from index.sources import read_sources
from index.types import Hit

__all__ = ["Row", "collect"]

CAPITALS = re.compile(r"(?<=\s)[A-Z][\w'’-]*(?: [A-Z][\w'’-]*)*")


@dataclass(frozen=True, slots=True)
class Row:
    """One question asked of one index: `signals` has shape (hits, SIGNALS), `gold` marks the hits that answer.

    `fold` is the article it belongs to; `kind` is "asked", "alone" (its article was the whole index), "stranger"
    (asked of an index without its article) or "swapped" (a name in it was replaced by another of the article).
    """

    fold: str
    kind: str
    question: str
    answerable: bool
    signals: NDArray[np.float32]
    gold: NDArray[np.bool_]
    rows: tuple[int, ...] = ()


class _AsFused:
    """Leaves the hits in the order of retrieval."""

    def rerank(self, question: str, hits: Sequence[Hit]) -> list[Hit]:
        return list(hits)


def collect(documents: Path, questions: Sequence[Question], *, augment: bool, seed: int = 0) -> Iterator[Row]:
    """Every question asked of the whole folder; with `augment` also of its article alone, of strangers, swapped."""
    embedder = SentenceEmbedder(BUNDLED)
    retriever = Retriever(reranker=_AsFused())
    chance = random.Random(seed)

    def asked(shelf: Shelf, at: Question, kind: str, fold: str, answerable: bool, text: str = "") -> Row:
        text = text or at.question
        hits = retriever.retrieve(shelf, text, embedder.question(text))
        sources = {document.id: document.source for document in shelf.documents.values()}
        gold = [answerable and _holds(at, hit, sources) for hit in hits]
        signals = np.asarray([hit.signals for hit in hits], np.float32)
        return Row(fold, kind, text, answerable, signals, np.asarray(gold), tuple(hit.row for hit in hits))

    whole = _shelf(documents, embedder)
    for at in questions:
        yield asked(whole, at, "asked", at.source, at.answerable)
    if not augment:
        return
    articles = sorted({at.source for at in questions})
    for article in articles:
        alone = _shelf(documents / article, embedder)
        own = [at for at in questions if at.source == article]
        strangers = [at for at in questions if at.source != article]
        for at in own:
            yield asked(alone, at, "alone", article, at.answerable)
        for at in chance.sample(strangers, min(len(own) // 4, len(strangers))):
            yield asked(alone, at, "stranger", article, False)
        names = sorted({name for at in own for name in CAPITALS.findall(at.question)})
        for at in (one for one in own if one.answerable):
            if swapped := _swapped(at, names, alone, chance):
                yield asked(alone, at, "swapped", article, False, swapped)


def _swapped(at: Question, names: Sequence[str], shelf: Shelf, chance: random.Random) -> str:
    """The question with one of its names replaced, by a name that its evidence does not hold; "" if it has none."""
    found = CAPITALS.findall(at.question)
    if not found:
        return ""
    text = next(iter(shelf.documents.values())).text
    evidence = " ".join(text[max(0, start - 300) : end + 300] for start, end, _ in at.spans)
    others = [name for name in names if name not in evidence and name not in at.question]
    return at.question.replace(chance.choice(found), chance.choice(others)) if others else ""


def _holds(at: Question, hit: Hit, sources: dict[str, str]) -> bool:
    passage = hit.passage
    if sources[passage.document_id] != at.source:
        return False
    return any(passage.start < end and start < passage.end for start, end, _ in at.spans)


def _shelf(documents: Path, embedder: SentenceEmbedder) -> Shelf:
    """An index in memory of a folder, or of one file."""
    with tempfile.TemporaryDirectory() as folder:
        seeds = documents
        if documents.is_file():
            seeds = Path(folder, "seeds")
            seeds.mkdir()
            shutil.copy(documents, seeds)
        indexer = Indexer(
            snapshots=Snapshots(Path(folder)),
            lock=Path(folder, "lock"),
            embedder=embedder,
            new_store=FaissStore,
            open_store=FaissStore.load,
            keep=1,
        )
        _, shelf = indexer.build(read_sources(seeds, 100_000_000))
        return shelf
