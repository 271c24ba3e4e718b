"""What an engine must be able to do. A port holds only what every engine can."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from index.types import Citation, Document, Hit

__all__ = ["Draft", "Embedder", "Generator", "Progress", "Reranker", "VectorStore", "Vectors"]

Vectors = NDArray[np.float32]

Progress = Callable[[str, int, int], None]
"""Called as progress(what, done, total) while something takes time; total is 0 where it is not known."""


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

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Shape (len(texts), dimension), float32, each row of length 1."""


class VectorStore(Protocol):
    """Rows of unit vectors, searched by cosine similarity."""

    def __len__(self) -> int: ...

    def add(self, vectors: Vectors) -> None:
        """Append rows; they are numbered from 0 in the order added."""

    def search(self, vector: Vectors, k: int) -> list[tuple[int, float]]:
        """The k nearest rows as (row, cosine), best first; fewer when there are fewer rows."""

    def cosines(self, vector: Vectors, rows: Sequence[int]) -> list[float]:
        """Cosine of each of the rows, in their order."""

    def save(self, path: Path) -> None:
        """Write to one file, in an open format."""


class Reranker(Protocol):
    """Orders candidates by how likely each answers the question."""

    def rerank(self, question: str, hits: Sequence[Hit]) -> list[Hit]:
        """The same passages with `score` set to a probability, best first."""


class Generator(Protocol):
    """Writes an answer from evidence. Its quotations are checked afterwards, not trusted."""

    @property
    def name(self) -> str:
        """As `Answer.generator` gives it."""

    def generate(self, question: str, hits: Sequence[Hit], documents: dict[str, Document]) -> Draft: ...


class Draft(Protocol):
    """What a generator hands over before its citations are checked."""

    @property
    def text(self) -> str: ...

    @property
    def citations(self) -> tuple[Citation, ...]: ...
