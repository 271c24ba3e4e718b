"""Embedding that goes on after a kill where it was: finished parts are kept on disk."""

from __future__ import annotations

import hashlib
import io
import shutil
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np

from index.domain.ports import Embedder, Progress, Vectors, WindowText
from index.embedding._token_progress import TokenProgress
from index.storage.atomic import write_atomically

__all__ = ["PART", "ResumableEmbedding"]

PART = 200
"""Texts of a part: some seconds of work, which is all that a kill costs."""


class ResumableEmbedding:
    """Embeds texts with a model; parts of them that were embedded before are read from a folder.

    A part's file is named by the model, its version and the texts, so that only vectors that would come out the same
    are taken. The folder is made when it is first needed.
    """

    def __init__(self, embedder: Embedder, folder: Path) -> None:
        self._embedder = embedder
        self._folder = folder

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
        while part := list(islice(rest, PART)):
            path = self._folder / f"{self._digest(part)}.npy"
            counts = [len(text.spans) for text in part]
            vectors = _read(path, (sum(counts), self._embedder.dimension))
            if vectors is None:
                vectors = self._embed(part, total)
                self._write(path, vectors)
            else:
                for text in part:
                    total.add(text.characters, self._embedder.count(text.text))
            yield from np.split(vectors, np.cumsum(counts)[:-1])

    def clear(self) -> None:
        """Remove the kept parts."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _embed(self, part: Sequence[WindowText], total: TokenProgress) -> Vectors:
        characters = sum(text.characters for text in part)
        tokens = 0

        def report(stage: str, done: int, all_tokens: int) -> None:
            nonlocal tokens
            tokens = done
            total.within(characters, done, max(done, all_tokens))

        vectors = np.concatenate(list(self._embedder.windows(part, report, characters=characters)))
        total.add(characters, tokens)
        return vectors

    def _digest(self, part: Sequence[WindowText]) -> str:
        digest = hashlib.sha256(f"{self._embedder.name}\0{self._embedder.version}".encode())
        for text in part:
            digest.update(f"\0{text.spans}\0{len(text.text)}\0{text.text}".encode("utf-8", "surrogatepass"))
        return digest.hexdigest()

    def _write(self, path: Path, vectors: Vectors) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        data = io.BytesIO()
        np.save(data, vectors, allow_pickle=False)
        write_atomically(path, data.getvalue())


def _read(path: Path, shape: tuple[int, int]) -> Vectors | None:
    """Return a part's vectors; None if it is not kept, or damaged."""
    try:
        vectors: Vectors = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    return vectors if vectors.shape == shape and vectors.dtype == np.float32 else None
