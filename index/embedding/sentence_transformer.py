"""An `Embedder` on sentence-transformers: one forward pass gives a passage's vector and its token vectors."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from index.domain.errors import LibraryError
from index.domain.ports import Encoding, Progress, States
from index.domain.stages import Stage
from index.embedding.onnx_embedder import BUNDLED, model_folder
from index.embedding.thread_pools import limit_numpy_threads, torch_threads
from index.embedding.vectors import l2_normalize

__all__ = ["LOWER_LAYERS", "SentenceTransformerEmbedder"]

LOWER_LAYERS = 3
"""Layers of the bundled model whose output the reader starts from; see `index.ranking.onnx_reader`."""

BATCH = 32
BLOCK = 2_048
"""Passages encoded between two yields, which bounds the token vectors in memory."""


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
        """
        self.name = model
        self._model = _load(model)
        self._with_states = model == BUNDLED
        self._model[0].auto_model.config.output_hidden_states = self._with_states
        limit_numpy_threads()
        self._tokenizer = self._model.tokenizer
        self._tokenizing = threading.Lock()
        self._pools_by_mean = _pools_by_mean(self._model)
        self.dimension = int(self._model.get_embedding_dimension() or 0)
        self.max_tokens = int(self._model.max_seq_length or 512)

    def count(self, text: str) -> int:
        with self._tokenizing:
            return len(self._tokenizer(text, truncation=False, verbose=False)["input_ids"])

    def question(self, text: str) -> Encoding:
        with torch_threads(1):
            encoding = self._encode([(text, "")])[0]
        with self._tokenizing:
            offsets = self._tokenizer(
                text, truncation=False, verbose=False, add_special_tokens=False, return_offsets_mapping=True
            )["offset_mapping"]
        return replace(encoding, spans=tuple((int(a), int(b)) for a, b in offsets[: len(encoding.pieces)]))

    def passages(self, texts: Sequence[tuple[str, str]], progress: Progress | None = None) -> Iterator[list[Encoding]]:
        with torch_threads(os.cpu_count() or 1):
            for begin in range(0, len(texts), BLOCK):
                yield self._block(texts[begin : begin + BLOCK], begin, len(texts), progress)

    def _block(
        self, texts: Sequence[tuple[str, str]], done: int, total: int, progress: Progress | None
    ) -> list[Encoding]:
        """Encode texts in batches of similar length, so that little is padded; returned in their order."""
        order = sorted(range(len(texts)), key=lambda place: len(texts[place][0]))
        encoded: dict[int, Encoding] = {}
        for begin in range(0, len(order), BATCH):
            batch = order[begin : begin + BATCH]
            encoded.update(zip(batch, self._encode([texts[place] for place in batch]), strict=True))
            if progress:
                progress(Stage.EMBEDDING_PASSAGES, done + len(encoded), total)
        return [encoded[place] for place in range(len(texts))]

    def _encode(self, texts: Sequence[tuple[str, str]]) -> list[Encoding]:
        import torch

        with self._tokenizing:
            features: dict[str, Any] = self._model.preprocess([text for text, _ in texts])
            lengths = [int(n) for n in features["attention_mask"].sum(dim=1)]
            pieces = [
                self._tokenizer.convert_ids_to_tokens(row[:n].tolist())
                for row, n in zip(features["input_ids"], lengths, strict=True)
            ]
            tails = [self._tail(tail) for _, tail in texts]
        with torch.inference_mode():
            out = self._model(features)
        tokens = out["token_embeddings"].float().numpy()
        vectors = l2_normalize(out["sentence_embedding"].float().numpy())
        states = out["all_layer_embeddings"][LOWER_LAYERS].float().numpy() if self._with_states else None
        encodings = []
        for place, (_, tail) in enumerate(texts):
            own_count = min(tails[place] or lengths[place], lengths[place] - 2)
            encoding = self._encoding(vectors[place], tokens[place], pieces[place], own_count)
            if states is not None:
                end = lengths[place]
                with_states = slice(end - 1 - own_count, end - 1) if tail else slice(end)
                ids = features["input_ids"][place, with_states].numpy()
                encoding = replace(encoding, states=States(states[place, with_states].copy(), ids.copy()))
            encodings.append(encoding)
        return encodings

    def _tail(self, text: str) -> int:
        """Return how many tokens the passage's own text has, which ends the text that is read; 0 means all."""
        return len(self._tokenizer(text, truncation=False, verbose=False, add_special_tokens=False)["input_ids"])

    def _encoding(self, vector: Any, tokens: Any, pieces: list[str], tail: int) -> Encoding:
        end = len(pieces) - 1
        own_tokens = tokens[end - tail : end] if tail > 0 else tokens[:1]
        pooled = l2_normalize(own_tokens.mean(axis=0)) if self._pools_by_mean and tail > 0 else vector
        return Encoding(pooled, l2_normalize(own_tokens), tuple(pieces[end - tail : end] if tail > 0 else pieces[:1]))


def _load(model: str) -> Any:
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()
    try:
        return SentenceTransformer(str(_source(model)), device="cpu").eval()
    except (OSError, ValueError, RuntimeError, KeyError) as error:
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
