"""Protocols of the engines, and the values they exchange.

A protocol holds only what every engine can do.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from index.domain.answers import Answer, SourceChange
from index.domain.documents import Document, DocumentEntry, Passage
from index.domain.generation import ChatMessage, WritingRequest
from index.domain.reading import Reading
from index.domain.stages import AnswerStage

__all__ = [
    "AnswerEngine",
    "ClaimChecker",
    "Deleted",
    "Embedder",
    "Generator",
    "KeywordEngine",
    "KeywordIndex",
    "Progress",
    "Reader",
    "SourceFiles",
    "StageObserver",
    "VectorEngine",
    "VectorStore",
    "VectorWriter",
    "Vectors",
    "WindowText",
]

Vectors = NDArray[np.floating[Any]]

Deleted = NDArray[np.bool_]
"""Whether each row is deleted."""

Progress = Callable[[str, int, int], None]
"""Called as progress(stage, done, total) during a long task; total is 0 if it is not known."""

StageObserver = Callable[[AnswerStage, float], None]
"""Called with a stage and the seconds that it took, right after it and in its thread, also if it failed.

A stage may come several times in one answer. It must not raise.
"""


@dataclass(frozen=True, slots=True)
class WindowText:
    """A text that is encoded once; `spans` are the characters of it whose vectors are wanted, in ascending order."""

    text: str
    spans: tuple[tuple[int, int], ...]

    @property
    def characters(self) -> int:
        """The length of its spans together."""
        return sum(end - begin for begin, end in self.spans)


class Embedder(Protocol):
    """An embedding model: text to unit vectors."""

    @property
    def name(self) -> str:
        """The model's name, as the manifest has it."""

    @property
    def version(self) -> str:
        """What the vectors depend on besides the name: it changes if the same text would get another vector."""

    @property
    def dimension(self) -> int:
        """Length of a vector."""

    @property
    def max_tokens(self) -> int:
        """How many tokens of a text are read, special tokens included; further ones would be dropped."""

    def count(self, text: str) -> int:
        """Return the number of tokens by the model's own tokenizer, special tokens included, without a limit."""

    def question(self, text: str) -> Vectors:
        """Return the unit vector of a question, shape (dimension,)."""

    def windows(
        self, texts: Iterable[WindowText], progress: Progress | None = None, *, characters: int = 0
    ) -> Iterator[Vectors]:
        """Yield the unit vectors of each text's spans, shape (len(spans), dimension), in the order of the texts.

        Only some texts are read ahead, and none is cut off. Progress is reported in tokens; their total is estimated
        from `characters`, the length of all spans together, or 0 if that is not known.
        """


class VectorStore(Protocol):
    """Rows of unit vectors on disk, searched by cosine similarity. Thread-safe."""

    def __len__(self) -> int: ...

    def search(self, vector: Vectors, k: int, *, deleted: Deleted | None = None) -> list[tuple[int, float]]:
        """Return the k nearest rows as (row, cosine), best first and ties by row; fewer if there are fewer rows.

        Parameters
        ----------
        deleted
            True for each row that is never returned, shape (len(self),).

        Raises
        ------
        ValueError
            A file is not as it was written.
        """

    def rows(self, start: int, stop: int) -> Vectors:
        """Return rows `start` to `stop` (exclusive) as they were added, shape (stop - start, dimension)."""


class VectorWriter(Protocol):
    """Writes the rows of a store to the disk as they come."""

    def add(self, vectors: Vectors) -> None:
        """Append rows; they are numbered from 0 in the order added."""

    def add_queries(self, vectors: Vectors) -> None:
        """Take up vectors of questions or headings, by which an approximate search is tuned; none need be given."""


class VectorEngine(Protocol):
    """What writes vector stores and opens them."""

    def writer(
        self, folder: Path, dimension: int, *, progress: Progress | None = None
    ) -> AbstractContextManager[VectorWriter]:
        """Return what writes a store into a folder; the store is whole when the block ends without an error.

        Raises OSError, with its `errno`, if the disk refuses.
        """

    def open(self, folder: Path) -> VectorStore:
        """Return the store of a folder without reading its rows. Raises ValueError if a file is damaged."""


class KeywordIndex(Protocol):
    """Rows of passages, searched by the stems of a question. Thread-safe."""

    def search(self, stems: Sequence[str], k: int) -> list[tuple[int, float]]:
        """Return the k best rows as (row, score), best first, ties by row; only rows that have a stem, score above 0.

        A passage's own words count three times, its headings and the sentence before once. A stem that is given twice
        counts once. One of 5 letters or more that no passage has counts as the most similar one, at edit distance 1.
        Scores have no upper bound and mean nothing across indexes.

        Raises
        ------
        ValueError
            The files are damaged.
        """


class KeywordEngine(Protocol):
    """What writes keyword indexes to folders, and opens them."""

    def build(
        self,
        folder: Path,
        added: Iterable[tuple[int, Passage]],
        *,
        previous: Path | None = None,
        removed: Collection[str] = (),
    ) -> None:
        """Write an index of passages by row into a folder that does not exist yet.

        Parameters
        ----------
        added
            Pairs of row and passage, in ascending order of the rows; read once, never held in memory all together.
        previous
            The folder of an index to start from: its rows stay, but those of the documents in `removed`. Its files are
            linked or copied and never change. Rows that are added must be others than those that stay.
        removed
            Ids of documents of the previous index; ids that it does not have are ignored. A document may be removed
            and added again under other rows in one call.

        Raises
        ------
        OSError
            A file cannot be written, `errno` says why; or the previous folder cannot be read. The folder is then to be
            thrown away.
        ValueError
            The previous index is damaged.
        """

    def open(self, folder: Path) -> KeywordIndex:
        """Return the index in a folder, without reading all of it.

        Raises OSError if a file cannot be read, ValueError if one is damaged.
        """


class Reader(Protocol):
    """A model that reads a question and a window together."""

    @property
    def name(self) -> str:
        """The model's name, for the record."""

    def read(self, question: str, window: str) -> Reading:
        """Return whether a window answers a question, and by which of its words; or carries a claim."""


class ClaimChecker(Protocol):
    """What says whether evidence carries a claim."""

    def entailed(self, evidence: str, claim: str) -> float:
        """Return the probability, 0..1, that the evidence entails the claim."""


class Generator(Protocol):
    """A language model behind a chat interface."""

    @property
    def name(self) -> str:
        """The model's name, as answers and logs have it."""

    @property
    def context_tokens(self) -> int:
        """How many tokens it reads at once, its own output included."""

    @property
    def reads_pictures(self) -> bool: ...

    def stream(
        self,
        messages: Sequence[ChatMessage],
        *,
        schema: Mapping[str, Any] | None = None,
        deadline: float,
        stopped: Event | None = None,
        on_usage: Callable[[int], None] | None = None,
    ) -> Iterator[str]:
        """Yield the pieces of the output as they come.

        Parameters
        ----------
        schema
            JSON schema of the output, for servers that can hold a model to it.
        deadline
            Moment of `time.monotonic()` by which the last piece must have come.
        stopped
            Ends the stream without an error when it is set.
        on_usage
            Called once at the end, whatever the end, with the tokens read and written: the server's count, else an
            estimate; 0 if the server took nothing.

        Raises
        ------
        GenerationError
            Before the first piece or between two.
        """

    def close(self) -> None:
        """End what is being written and close the connections; nothing can be asked after it."""


class AnswerEngine(Protocol):
    """The model together with the live snapshot."""

    def ask(self, question: str, before: Sequence[str] = (), writing: WritingRequest | None = None) -> Answer:
        """Return the answer from exactly one snapshot; `before` are the questions that it follows, oldest first.

        With `writing` a language model writes it, if one is configured and its sentences pass the checks.
        """

    def nearest(self, question: str, count: int) -> Answer:
        """Return an abstention with the `count` passages that are nearest to a question."""

    def vectors(self, questions: Sequence[str]) -> list[Vectors]:
        """Return the unit vectors of questions, each of shape (dimension,)."""

    def live_id(self) -> str:
        """Return the live snapshot's id; empty if there is none."""

    def documents(self, snapshot: str) -> Mapping[str, Document] | None:
        """Return the documents of a kept snapshot by source, read when they are asked for; None if it is gone."""

    def entries(self, snapshot: str) -> Sequence[DocumentEntry]:
        """Return what is known of the documents of a kept snapshot without reading them; none if it is gone."""

    def suggestions(self) -> Sequence[str]:
        """Return questions that the live snapshot answers."""


class SourceFiles(Protocol):
    """The files of sources as they are on disk now."""

    def change(self, document: Document) -> SourceChange:
        """Return EDITED or DELETED if the file is not the one that the document was read from; else NONE."""

    def original(self, document: Document) -> bytes | None:
        """Return the bytes of a document's file; None if there is none, or not the one that was indexed."""
