"""What an engine must be able to do. A port holds only what every engine can."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from index.domain.answers import Answer, Citation, Hit
from index.domain.documents import Document

__all__ = [
    "AnswerEngine",
    "Draft",
    "Embedder",
    "Encoding",
    "Generator",
    "Progress",
    "Query",
    "Reader",
    "Reranker",
    "Scorer",
    "States",
    "VectorStore",
    "Vectors",
]

Vectors = NDArray[np.floating[Any]]

Progress = Callable[[str, int, int], None]
"""Called as progress(what, done, total) while something takes time; total is 0 where it is not known."""


@dataclass(frozen=True, slots=True)
class States:
    """What a lower layer makes of each token: `rows` of shape (tokens, width), `ids` of shape (tokens,), the tokens'
    numbers in the model's vocabulary. Without rows where a model has none."""

    rows: Vectors
    ids: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.ids)

    def first(self, tokens: int) -> States:
        """Those of the first tokens alone."""
        return States(self.rows[:tokens], self.ids[:tokens])


@dataclass(frozen=True, slots=True)
class Encoding:
    """What a model makes of one text.

    `vector` has shape (dimension,), length 1. `tokens` has shape (n, width), rows of length 1, one for each of
    the n `pieces` of the text itself (context and special tokens left out). A question's `spans` say which
    characters each piece stands for, as (start, end). `states` are those that a reader goes on from: a question's
    with its special tokens, n + 2, a passage's without, n; None from a model that no reader goes on from.
    """

    vector: Vectors
    tokens: Vectors
    pieces: tuple[str, ...]
    spans: tuple[tuple[int, int], ...] = ()
    states: States | None = None


class Embedder(Protocol):
    """Text to unit vectors."""

    @property
    def name(self) -> str:
        """Which model this is, as the manifest names it."""

    @property
    def dimension(self) -> int:
        """Length of a vector."""

    @property
    def max_tokens(self) -> int:
        """How many tokens of a text are read, special tokens included; the rest would be dropped."""

    def count(self, text: str) -> int:
        """Tokens in `text`, special tokens included, by the model's own tokenizer, without a limit."""

    def question(self, text: str) -> Encoding:
        """A question's encoding."""

    def passages(self, texts: Sequence[tuple[str, str]], progress: Progress | None = None) -> Iterator[list[Encoding]]:
        """Encodings in the order of `texts`, a block at a time; each text is (what is read, its own end part)."""


class VectorStore(Protocol):
    """Rows of unit vectors, searched by cosine similarity."""

    def __len__(self) -> int: ...

    def add(self, vectors: Vectors) -> None:
        """Append rows; they are numbered from 0 in the order added."""

    def search(self, vector: Vectors, k: int) -> list[tuple[int, float]]:
        """The k nearest rows as (row, cosine), best first; fewer when there are fewer rows."""

    def cosines(self, vector: Vectors, rows: Sequence[int]) -> list[float]:
        """Cosine of each of the rows, in their order."""

    def rows(self, start: int, stop: int) -> Vectors:
        """Rows `start` to `stop` (exclusive) as they were added, shape (stop - start, dimension)."""

    def save(self, path: Path) -> None:
        """Write to one file, in an open format."""


@dataclass(frozen=True, slots=True)
class Query:
    """A question as it is asked of one shelf: `states` gives those of the passage in a row, none where
    the embedder has none."""

    text: str
    encoding: Encoding
    states: Callable[[int], States]


class Reranker(Protocol):
    """Orders candidates by how likely each answers the question."""

    def rerank(self, query: Query, hits: Sequence[Hit]) -> list[Hit]:
        """The same passages with `score` set to a probability, best first."""


class Scorer(Reranker, Protocol):
    """A reranker that can say what its order is worth."""

    @property
    def curve(self) -> Sequence[tuple[float, float]]:
        """Pairs (confidence, share wrong of the answers at least so sure), see `index.ranking.calibration`."""

    def confidence(self, hits: Sequence[Hit]) -> float:
        """Probability, 0..1, that the sources answer the question these reranked hits were found for."""


class Reader(Protocol):
    """Reads the question and a candidate together."""

    def odds(self, query: Query, hits: Sequence[Hit]) -> list[float | None]:
        """Log-odds that each hit answers rather than none does, in their order; None for one that it cannot read."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What a generator hands over before its citations are checked."""

    text: str
    citations: tuple[Citation, ...]


class Generator(Protocol):
    """Writes an answer from evidence. Its quotations are checked afterwards, not trusted."""

    @property
    def name(self) -> str:
        """As `Answer.generator` gives it."""

    def generate(
        self, question: str, hits: Sequence[Hit], documents: Mapping[str, Document], *, sure: bool = True
    ) -> Draft:
        """A draft from reranked hits, best first; `documents` are by id. Not `sure`: the nearest passages, for a reader
        to judge."""


class AnswerEngine(Protocol):
    """The model together with the live snapshot."""

    def ask(self, question: str) -> Answer:
        """Return the answer from exactly one snapshot."""

    def nearest(self, question: str, count: int) -> Answer:
        """Return an abstention with the `count` passages that are nearest to a question."""

    def vectors(self, questions: Sequence[str]) -> list[Vectors]:
        """Return the unit vectors of questions, each of shape (dimension,)."""

    def live_id(self) -> str:
        """Return the live snapshot's id; empty if there is none."""

    def documents(self, snapshot: str) -> Mapping[str, Document] | None:
        """Return the documents of a kept snapshot by source; None if it is gone."""

    def suggestions(self) -> Sequence[str]:
        """Return questions that the live snapshot answers."""
