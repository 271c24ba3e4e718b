"""Protocols of the engines, and the values they exchange.

A protocol holds only what every engine can do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from index.domain.answers import Answer, Citation, Hit
from index.domain.documents import Document
from index.domain.reading import Entailment, Reading

__all__ = [
    "AnswerEngine",
    "Draft",
    "Embedder",
    "Encoding",
    "EntailmentModel",
    "Generator",
    "Progress",
    "Query",
    "Reader",
    "Reranker",
    "Scorer",
    "States",
    "VectorStore",
    "Vectors",
    "WindowReader",
]

Vectors = NDArray[np.floating[Any]]

Progress = Callable[[str, int, int], None]
"""Called as progress(stage, done, total) during a long task; total is 0 if it is not known."""


@dataclass(frozen=True, slots=True)
class States:
    """The hidden states of a text at a lower layer of a model; empty if a model gives none.

    Attributes
    ----------
    rows : array of float, shape (tokens, width)
    ids : array of int, shape (tokens,)
        The tokens' ids in the model's vocabulary.
    """

    rows: Vectors
    ids: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.ids)

    def first(self, tokens: int) -> States:
        """Return the states of the first tokens only."""
        return States(self.rows[:tokens], self.ids[:tokens])


@dataclass(frozen=True, slots=True)
class Encoding:
    """One text as a model encodes it.

    Attributes
    ----------
    vector : array of float, shape (dimension,)
        The embedding, of length 1.
    tokens : array of float, shape (n, width)
        Token embeddings of length 1, for the text itself, without context and special tokens.
    pieces : tuple of str
        The n tokens.
    spans : tuple of pairs of int
        Of a question: the characters (start, end) of each token.
    states : States or None
        The hidden states that a reader continues from: of a question with special tokens, n + 2; of a passage without,
        n. None from a model without a reader.
    """

    vector: Vectors
    tokens: Vectors
    pieces: tuple[str, ...]
    spans: tuple[tuple[int, int], ...] = ()
    states: States | None = None


class Embedder(Protocol):
    """An embedding model: text to unit vectors."""

    @property
    def name(self) -> str:
        """The model's name, as the manifest has it."""

    @property
    def dimension(self) -> int:
        """Length of a vector."""

    @property
    def max_tokens(self) -> int:
        """How many tokens of a text are read, special tokens included; further ones would be dropped."""

    def count(self, text: str) -> int:
        """Return the number of tokens by the model's own tokenizer, special tokens included, without a limit."""

    def question(self, text: str) -> Encoding:
        """Return the encoding of a question."""

    def passages(self, texts: Sequence[tuple[str, str]], progress: Progress | None = None) -> Iterator[list[Encoding]]:
        """Yield the encodings of texts in their order, in batches; a text is a pair (with its context, without)."""


class VectorStore(Protocol):
    """Rows of unit vectors, searched by cosine similarity."""

    def __len__(self) -> int: ...

    def add(self, vectors: Vectors) -> None:
        """Append rows; they are numbered from 0 in the order added."""

    def search(self, vector: Vectors, k: int) -> list[tuple[int, float]]:
        """Return the k nearest rows as (row, cosine), best first; fewer if there are fewer rows."""

    def cosines(self, vector: Vectors, rows: Sequence[int]) -> list[float]:
        """Return the cosine similarity of each of the rows, in their order."""

    def rows(self, start: int, stop: int) -> Vectors:
        """Return rows `start` to `stop` (exclusive) as they were added, shape (stop - start, dimension)."""

    def save(self, path: Path) -> None:
        """Write to one file, in an open format."""


@dataclass(frozen=True, slots=True)
class Query:
    """A question asked of one search index.

    `states` returns the hidden states of the passage in a row, empty if the embedder has none.
    """

    text: str
    encoding: Encoding
    states: Callable[[int], States]


class Reranker(Protocol):
    """Orders candidates by how likely each answers the question."""

    def rerank(self, query: Query, hits: Sequence[Hit]) -> list[Hit]:
        """Return the same passages with `score` set to a probability, best first."""


class Scorer(Reranker, Protocol):
    """A reranker that also estimates the probability that the best candidates answer the question."""

    @property
    def curve(self) -> Sequence[tuple[float, float]]:
        """Pairs (confidence, share of wrong answers from there up); see `index.ranking.calibration`."""

    def confidence(self, hits: Sequence[Hit]) -> float:
        """Return the probability, 0..1, that the sources answer the question, from its reranked hits."""


class Reader(Protocol):
    """A model that reads a question and a candidate together."""

    def odds(self, query: Query, hits: Sequence[Hit]) -> list[float | None]:
        """Return the log-odds that each hit answers rather than none does; None for one that cannot be read."""


class WindowReader(Protocol):
    """A model that reads a question and a window together."""

    @property
    def name(self) -> str:
        """The model's name, for the record."""

    def read(self, question: str, window: str) -> Reading:
        """Return whether a window answers a question, and by which of its words."""


class EntailmentModel(Protocol):
    """A model that reads a claim and evidence together."""

    def entailment(self, claim: str, evidence: str) -> Entailment:
        """Return whether the evidence entails the claim."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An answer before its citations are checked."""

    text: str
    citations: tuple[Citation, ...]


class Generator(Protocol):
    """Writes an answer from evidence; its quotations are checked afterwards, not trusted."""

    @property
    def name(self) -> str:
        """The name in `Answer.generator`."""

    def generate(
        self, question: str, hits: Sequence[Hit], documents: Mapping[str, Document], *, sure: bool = True
    ) -> Draft:
        """Write a draft from reranked hits, best first; if not `sure`, it shows the nearest passages."""


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
