"""An `Embedder` on sentence-transformers, for any of its models by path or hub name."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from index.domain.errors import LibraryError, NotInstalled
from index.domain.ports import Progress, Vectors
from index.domain.stages import Stage
from index.embedding.onnx_embedder import BUNDLED, model_folder
from index.embedding.thread_pools import limit_numpy_threads, torch_threads
from index.embedding.vectors import l2_normalize

__all__ = ["SentenceTransformerEmbedder"]

BATCH = 32
BLOCK = 2_048
"""Passages encoded between two yields."""


class SentenceTransformerEmbedder:
    """A sentence-transformers model on the CPU. Thread-safe.

    A passage is read with its context and pooled over its own tokens alone if the model pools by the mean; a model that
    pools otherwise gives its own vector.

    Notes
    -----
    Late chunking: Günther et al. 2024, arXiv 2409.04701.
    """

    def __init__(self, model: str) -> None:
        """Load the weights: `model` is BUNDLED, a path or a hub name.

        Raises
        ------
        LibraryError
            The model cannot be loaded.
        NotInstalled
            sentence-transformers is missing.
        """
        self.name = model
        self._model = _load(model)
        limit_numpy_threads()
        self._tokenizer = self._model.tokenizer
        self._tokenizing = threading.Lock()
        self._pools_by_mean = _pools_by_mean(self._model)
        self.dimension = int(self._model.get_embedding_dimension() or 0)
        self.max_tokens = int(self._model.max_seq_length or 512)

    def count(self, text: str) -> int:
        with self._tokenizing:
            return len(self._tokenizer(text, truncation=False, verbose=False)["input_ids"])

    def question(self, text: str) -> Vectors:
        with torch_threads(1):
            vector: Vectors = self._encode([(text, "")])[0]
            return vector

    def passages(self, texts: Sequence[tuple[str, str]], progress: Progress | None = None) -> Iterator[Vectors]:
        with torch_threads(os.cpu_count() or 1):
            for begin in range(0, len(texts), BLOCK):
                yield self._block(texts[begin : begin + BLOCK], begin, len(texts), progress)

    def _block(self, texts: Sequence[tuple[str, str]], done: int, total: int, progress: Progress | None) -> Vectors:
        """Encode texts in batches of similar length, so that little is padded; returned in their order."""
        order = sorted(range(len(texts)), key=lambda place: len(texts[place][0]))
        vectors = np.empty((len(texts), self.dimension), np.float32)
        for begin in range(0, len(order), BATCH):
            batch = order[begin : begin + BATCH]
            vectors[batch] = self._encode([texts[place] for place in batch])
            if progress:
                progress(Stage.EMBEDDING_PASSAGES, done + begin + len(batch), total)
        return vectors

    def _encode(self, texts: Sequence[tuple[str, str]]) -> Vectors:
        import torch

        with self._tokenizing:
            features: dict[str, Any] = self._model.preprocess([text for text, _ in texts])
            tails = [self._tail(tail) for _, tail in texts]
        lengths = [int(length) for length in features["attention_mask"].sum(dim=1)]
        with torch.inference_mode():
            output = self._model(features)
        vectors = l2_normalize(output["sentence_embedding"].float().numpy())
        if not self._pools_by_mean:
            return vectors
        tokens = output["token_embeddings"].float().numpy()
        for place, (length, tail) in enumerate(zip(lengths, tails, strict=True)):
            count = min(tail or length, length - 2)
            if count > 0:
                vectors[place] = l2_normalize(tokens[place, length - 1 - count : length - 1].mean(axis=0))
        return vectors

    def _tail(self, text: str) -> int:
        """Return how many tokens the passage's own text has, which ends the text that is read; 0 means all."""
        return len(self._tokenizer(text, truncation=False, verbose=False, add_special_tokens=False)["input_ids"])


def _load(model: str) -> Any:
    try:
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging
    except ModuleNotFoundError as error:
        raise NotInstalled(f"The embedding model {model!r}") from error

    logging.disable_progress_bar()
    try:
        return SentenceTransformer(str(_source(model)), device="cpu").eval()
    except Exception as error:  # the errors of transformers, tokenizers and safetensors have no class in common
        raise LibraryError(
            f"The embedding model {model!r} cannot be loaded: set EMBEDDING_MODEL to {BUNDLED}, to the path of a "
            f"sentence-transformers model, or to a hub name (that needs the internet once). "
            f"({type(error).__name__})"
        ) from error


def _source(model: str) -> str | Path:
    if model != BUNDLED:
        return model
    return model_folder()


def _pools_by_mean(model: Any) -> bool:
    """Return whether a mean over token vectors lies in the same space as the model's own vectors."""
    parts = list(model)
    kinds = [type(part).__name__ for part in parts]
    plain = kinds in (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"])
    return plain and getattr(parts[1], "pooling_mode", None) == "mean"
