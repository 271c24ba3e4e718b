"""Embedding that goes on after a kill where it was: finished parts are kept on disk."""

from __future__ import annotations

import hashlib
import io
import shutil
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Protocol

import numpy as np

from index.domain.ports import Embedder, Progress, Vectors, WindowText
from index.embedding._token_progress import TokenProgress
from index.storage.atomic import write_atomically

__all__ = ["PART", "EmbeddedPart", "Part", "RemoteEmbedding", "ResumableEmbedding", "embed_part"]

PART = 200
"""Texts of a part: some seconds of work, which is all that a kill costs."""

Part = Sequence[WindowText]


@dataclass(frozen=True, slots=True)
class EmbeddedPart:
    """The vectors of all spans of some texts, shape (spans, dimension), and how many tokens were read for them."""

    vectors: Vectors
    tokens: int


class RemoteEmbedding(Protocol):
    """Embeds parts on other machines, with the same result as `embed_part` here."""

    @property
    def parts_at_once(self) -> int:
        """How many parts it is given together."""

    @property
    def least_parts(self) -> int:
        """The least number of parts that are worth its while; fewer are embedded here."""

    def embed(self, embedder: Embedder, parts: Sequence[Part]) -> Generator[EmbeddedPart | None, None, None]:
        """Yield each part in its order, and None again and again in between, so that whoever waits can give up."""


def embed_part(embedder: Embedder, texts: Part, progress: Progress | None = None) -> EmbeddedPart:
    """Return the vectors of some texts; progress is reported in their tokens."""
    tokens = 0

    def report(stage: str, done: int, total: int) -> None:
        nonlocal tokens
        tokens = done
        if progress:
            progress(stage, done, total)

    blocks = list(embedder.windows(texts, report, characters=_characters(texts)))
    return EmbeddedPart(np.concatenate(blocks), tokens)


class ResumableEmbedding:
    """Embeds texts with a model; parts of them that were embedded before are read from a folder.

    A part's file is named by the model, its version and the texts, so that only vectors that would come out the same
    are taken. The folder is made when it is first needed. Where there are many parts, `remote` embeds them.
    """

    def __init__(self, embedder: Embedder, folder: Path, remote: RemoteEmbedding | None = None) -> None:
        self._embedder = embedder
        self._folder = folder
        self._remote = remote

    def windows(
        self, texts: Iterable[WindowText], progress: Progress | None = None, *, characters: int = 0
    ) -> Iterator[Vectors]:
        """Yield the vectors of each text's spans, like `Embedder.windows`.

        Raises
        ------
        OSError
            A part cannot be written; `errno` says why.
        """
        total = TokenProgress(progress, characters)
        rest = iter(texts)
        parts = iter(lambda: list(islice(rest, PART)), [])
        while batch := list(islice(parts, self._remote.parts_at_once if self._remote else 1)):
            kept = [self._kept(part) is not None for part in batch]
            missing = [part for part, is_kept in zip(batch, kept, strict=True) if not is_kept]
            with closing(self._embed(missing, total)) as embedded:
                for part, is_kept in zip(batch, kept, strict=True):
                    vectors = self._kept(part) if is_kept else None
                    if vectors is None:
                        vectors = next(self._embed([part], total) if is_kept else embedded)
                        self._write(self._path(part), vectors)
                    else:
                        for text in part:
                            total.add(text.characters, self._embedder.count(text.text))
                    yield from np.split(vectors, np.cumsum([len(text.spans) for text in part])[:-1])

    def clear(self) -> None:
        """Remove the kept parts."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _embed(self, parts: Sequence[Part], total: TokenProgress) -> Generator[Vectors, None, None]:
        """Yield the vectors of parts, embedded when they are asked for."""
        if self._remote and len(parts) >= self._remote.least_parts:
            left = iter(parts)
            with closing(self._remote.embed(self._embedder, parts)) as answers:
                for answer in answers:
                    if answer is None:
                        total.repeat()
                    else:
                        total.add(_characters(next(left)), answer.tokens)
                        yield answer.vectors
            return
        for texts in parts:
            characters = _characters(texts)

            def report(stage: str, done: int, all_tokens: int, characters: int = characters) -> None:
                total.within(characters, done, max(done, all_tokens))

            part = embed_part(self._embedder, texts, report)
            total.add(characters, part.tokens)
            yield part.vectors

    def _kept(self, part: Part) -> Vectors | None:
        return _read(self._path(part), (sum(len(text.spans) for text in part), self._embedder.dimension))

    def _path(self, part: Part) -> Path:
        return self._folder / f"{self._digest(part)}.npy"

    def _digest(self, part: Part) -> str:
        digest = hashlib.sha256(f"{self._embedder.name}\0{self._embedder.version}".encode())
        for text in part:
            digest.update(f"\0{text.spans}\0{len(text.text)}\0{text.text}".encode("utf-8", "surrogatepass"))
        return digest.hexdigest()

    def _write(self, path: Path, vectors: Vectors) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        data = io.BytesIO()
        np.save(data, vectors, allow_pickle=False)
        write_atomically(path, data.getvalue())


def _characters(texts: Part) -> int:
    return sum(text.characters for text in texts)


def _read(path: Path, shape: tuple[int, int]) -> Vectors | None:
    """Return a part's vectors; None if it is not kept, or damaged."""
    try:
        vectors: Vectors = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    return vectors if vectors.shape == shape and vectors.dtype == np.float32 else None
