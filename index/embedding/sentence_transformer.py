"""An `Embedder` on sentence-transformers, for any of its models by path or hub name."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from index.domain.errors import LibraryError, NotInstalled
from index.domain.ports import Progress, Vectors, WindowText
from index.embedding._pooling import pool_spans, split_ranges
from index.embedding._token_progress import TokenProgress
from index.embedding.onnx_embedder import BUNDLED, model_folder
from index.embedding.thread_pools import limit_numpy_threads, torch_threads
from index.embedding.vectors import l2_normalize

__all__ = ["SentenceTransformerEmbedder"]

BATCH = 32
WINDOWS = 256
"""Texts that are encoded together, sorted by length so that little is padded."""


class SentenceTransformerEmbedder:
    """A sentence-transformers model on the CPU. Thread-safe.

    A passage is read with its context and pooled over its own tokens alone if the model pools by the mean; a model that
    pools otherwise gives its own vector.

    Notes
    -----
    Late chunking: Günther et al. 2024, arXiv 2409.04701.
    """

    def __init__(self, model: str, *, threads: int | None = None) -> None:
        """Load the weights: `model` is BUNDLED, a path or a hub name. Windows take `threads`, by default all cores.

        Raises
        ------
        LibraryError
            The model cannot be loaded.
        NotInstalled
            sentence-transformers is missing.
        """
        self.name = model
        self.version = "1"
        self._threads = threads or os.cpu_count() or 1
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

    def windows(
        self, texts: Iterable[WindowText], progress: Progress | None = None, *, characters: int = 0
    ) -> Iterator[Vectors]:
        done = TokenProgress(progress, characters)
        rest = iter(texts)
        late = self._pools_by_mean and self._tokenizer.is_fast
        while block := list(islice(rest, WINDOWS)):
            with torch_threads(self._threads):
                vectors, tokens = self._late_chunked(block) if late else self._span_by_span(block)
            done.add(sum(text.characters for text in block), tokens)
            yield from vectors

    def _late_chunked(self, texts: Sequence[WindowText]) -> tuple[list[Vectors], int]:
        """Return the vectors of each text's spans, pooled from one encoding of the text, and the number of tokens."""
        with self._tokenizing:
            read = [
                self._tokenizer(text.text, truncation=False, return_offsets_mapping=True, verbose=False)
                for text in texts
            ]
            before, after = self._special_tokens
        owns = [(each["input_ids"], before, len(each["input_ids"]) - after) for each in read]
        pieces = [
            (place, begin, unread, end)
            for place, (_, first, stop) in enumerate(owns)
            for begin, unread, end in split_ranges(stop - first, self.max_tokens - before - after)
        ]
        vectors = [np.empty((stop - first, self.dimension), np.float32) for _, first, stop in owns]
        wholes = [np.zeros(self.dimension, np.float32)] * len(texts)
        order = sorted(range(len(pieces)), key=lambda number: pieces[number][3] - pieces[number][1])
        for start in range(0, len(order), BATCH):
            batch, ids = order[start : start + BATCH], []
            for number in batch:
                place, begin, _, end = pieces[number]
                all_ids, first, stop = owns[place]
                ids.append([*all_ids[:first], *all_ids[first + begin : first + end], *all_ids[stop:]])
            for number, tokens in zip(batch, self._token_vectors(ids), strict=True):
                place, begin, unread, end = pieces[number]
                vectors[place][unread:end] = tokens[before + unread - begin : before + end - begin]
                wholes[place] = tokens.mean(axis=0)
        pooled = [
            pool_spans(own, each["offset_mapping"][first:stop], text.spans, own.mean(axis=0) if len(own) else whole)
            for text, each, own, whole, (_, first, stop) in zip(texts, read, vectors, wholes, owns, strict=True)
        ]
        return pooled, sum(len(all_ids) for all_ids, _, _ in owns)

    def _token_vectors(self, ids: Sequence[Sequence[int]]) -> list[Vectors]:
        """Return the token vectors of some texts, special tokens included."""
        import torch

        with self._tokenizing:
            features = dict(self._tokenizer.pad({"input_ids": ids}, padding=True, return_tensors="pt"))
        with torch.inference_mode():
            output = self._model(features)["token_embeddings"].float().numpy()
        masks = features["attention_mask"].numpy().astype(bool)
        return [output[place][mask] for place, mask in enumerate(masks)]

    @cached_property
    def _special_tokens(self) -> tuple[int, int]:
        """How many special tokens stand before a text and after it."""
        mask = self._tokenizer("a", return_special_tokens_mask=True)["special_tokens_mask"]
        before = mask.index(0)
        return before, sum(mask) - before

    def _span_by_span(self, texts: Sequence[WindowText]) -> tuple[list[Vectors], int]:
        """Return the vectors of each text's spans, each read after the one before it, and the number of tokens."""
        vectors, tokens = [], 0
        for text in texts:
            pairs = []
            for before, (begin, end) in zip([(0, 0), *text.spans], text.spans, strict=False):
                own, context = text.text[begin:end], text.text[before[0] : end]
                pairs.append((context if self.count(context) <= self.max_tokens else own, own))
            parts = [self._encode(pairs[start : start + BATCH]) for start in range(0, len(pairs), BATCH)]
            vectors.append(np.concatenate(parts) if parts else np.zeros((0, self.dimension), np.float32))
            tokens += self.count(text.text)
        return vectors, tokens

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
