"""Passages embedded by a server with OpenAI's interface, for large rebuilds; questions by the same model here."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from index.domain.errors import EmbeddingServerFault
from index.domain.messages import Message
from index.domain.ports import Embedder, Progress, Vectors, WindowText
from index.domain.served_model import ServedModel
from index.embedding._embeddings_client import EmbeddingsClient
from index.embedding._ordered import map_in_order
from index.embedding._token_progress import TokenProgress
from index.embedding.vectors import l2_normalize

__all__ = ["ServedEmbedder"]

MOST_TEXTS, MOST_TOKENS = 64, 8_192
"""Of one request; servers take so many by default."""

CONCURRENCY = 4
SECONDS = 120.0
"""How long one request may take with all its retries."""

PROBES = (
    "How many experts does the model have?",
    "The context window holds ten million tokens.",
    "Bread needs yeast, flour and water.",
    "La licence interdit cet usage.",
)
LEAST_COSINE = 0.9
"""What the vectors of the probes must agree at least: servers pool special tokens too, and round otherwise."""

LEAST_SAME = 0.98
"""What the vector of a probe must agree with that of the build before: other hardware and rounding change less."""

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Batch:
    texts: list[WindowText] = field(default_factory=list)
    inputs: list[str] = field(default_factory=list)
    tokens: list[int] = field(default_factory=list)
    """Of each input."""
    parts: list[int] = field(default_factory=list)
    """Of each span, in how many inputs it is."""


class ServedEmbedder:
    """A model on this machine whose passages a server embeds. Thread-safe.

    The server returns one vector for a text: a span is sent with the headings above it, and is embedded as such, where
    `local` would pool the span's own tokens. Before the first text, and whenever a request failed, it is checked that
    the server serves the same model.
    """

    def __init__(self, local: Embedder, base_url: str, api_key: str = "", *, seconds: float = SECONDS) -> None:
        self._local = local
        self._client = EmbeddingsClient(base_url, api_key, seconds=seconds)
        self._lock = threading.Lock()
        self._model = ""
        self._expected: ServedModel | None = None
        self.served: ServedModel | None = None
        self.name = local.name
        self.version = f"{local.version}-served"
        self.dimension = local.dimension
        self.max_tokens = local.max_tokens

    def expect(self, served: ServedModel | None) -> None:
        with self._lock:
            self._model, self._expected, self.served = "", served, None

    def count(self, text: str) -> int:
        return self._local.count(text)

    def question(self, text: str) -> Vectors:
        return self._local.question(text)

    def windows(
        self, texts: Iterable[WindowText], progress: Progress | None = None, *, characters: int = 0
    ) -> Iterator[Vectors]:
        """Yield the vectors of spans as the port says. Raises EmbeddingServerFault."""
        done = TokenProgress(progress, characters)
        for batch, vectors in map_in_order(self._embed, self._batches(texts), CONCURRENCY):
            done.add(sum(text.characters for text in batch.texts), sum(batch.tokens))
            row = span = 0
            for text in batch.texts:
                block = []
                for parts in batch.parts[span : span + len(text.spans)]:
                    weights = np.asarray(batch.tokens[row : row + parts], np.float32)
                    block.append(l2_normalize(weights @ vectors[row : row + parts]))
                    row += parts
                span += len(text.spans)
                yield np.stack(block) if block else np.zeros((0, self.dimension), np.float32)

    def _batches(self, texts: Iterable[WindowText]) -> Iterator[_Batch]:
        batch = _Batch()
        for text in texts:
            spans = [self._inputs(text, begin, end) for begin, end in text.spans]
            inputs = [part for span in spans for part in span]
            tokens = [self.count(part) for part in inputs]
            full = len(batch.inputs) + len(inputs) > MOST_TEXTS or sum(batch.tokens) + sum(tokens) > MOST_TOKENS
            if batch.texts and full:
                yield batch
                batch = _Batch()
            batch.texts.append(text)
            batch.inputs += inputs
            batch.tokens += tokens
            batch.parts += map(len, spans)
        if batch.texts:
            yield batch

    def _inputs(self, text: WindowText, begin: int, end: int) -> list[str]:
        """Return what is sent for a span: it under the headings, alone, or in parts if it is too long."""
        own = text.text[begin:end]
        headed = text.text[: text.spans[0][0]] + own
        return [headed] if self.count(headed) <= self.max_tokens else self._parts(own)

    def _parts(self, own: str) -> list[str]:
        if self.count(own) <= self.max_tokens or len(own) < 2:
            return [own]
        middle = own.rfind(" ", 0, len(own) // 2) + 1 or len(own) // 2
        return [*self._parts(own[:middle]), *self._parts(own[middle:])]

    def _embed(self, batch: _Batch) -> tuple[_Batch, Vectors]:
        model, failures = self._checked(), self._client.failures
        try:
            blocks = [
                self._client.embed(model, batch.inputs[start : start + MOST_TEXTS], self.dimension)
                for start in range(0, len(batch.inputs), MOST_TEXTS)
            ]
        finally:
            if self._client.failures != failures:  # another server may have come up in its place
                self._model = ""
        self._checked()
        return batch, np.concatenate(blocks) if blocks else np.zeros((0, self.dimension), np.float32)

    def _checked(self) -> str:
        """Return the name by which the server knows the model, once it is known to be the same. Raises LibraryError."""
        with self._lock:
            if not self._model:
                model, before = _choose(self._client.models(), self.name), self._expected
                probes = [*PROBES, before.probe] if before else PROBES
                rows = self._client.embed(model, probes, self.dimension)
                cosine = min(float(self._local.question(text) @ row) for text, row in zip(PROBES, rows, strict=False))
                if cosine < LEAST_COSINE:
                    raise _other_model(self.name, cosine)
                if before and (cosine := float(_row(before, self.dimension) @ rows[-1])) < LEAST_SAME:
                    raise _changed_model(self.name, cosine)
                log.info("Passages are embedded by a server, as %s; its vectors agree by %.3f", model, cosine)
                vector = tuple(round(float(number), 5) for number in rows[0])
                self._model, self.served = model, ServedModel(model, PROBES[0], vector)
            return self._model


def _row(served: ServedModel, dimension: int) -> Vectors:
    """Return the vector of a probe; one without a direction if it is of another length."""
    row = np.asarray(served.vector, np.float32)
    return l2_normalize(row) if row.shape == (dimension,) and row.any() else np.zeros(dimension, np.float32)


def _other_model(model: str, cosine: float) -> EmbeddingServerFault:
    return EmbeddingServerFault(
        Message(
            "The embedding server's vectors are not those of {model} (cosine {cosine}, at least "
            "{least} is needed): let it serve the model that EMBEDDING_MODEL names.",
            model=model,
            cosine=f"{cosine:.2f}",
            least=f"{LEAST_COSINE:.2f}",
        )
    )


def _changed_model(model: str, cosine: float) -> EmbeddingServerFault:
    return EmbeddingServerFault(
        Message(
            "The embedding server's vectors are not those that it gave when the index was built (cosine {cosine}, at "
            "least {least} is needed): let it serve {model} as before, or remove the index and reindex.",
            model=model,
            cosine=f"{cosine:.2f}",
            least=f"{LEAST_SAME:.2f}",
        )
    )


def _choose(served: Sequence[str], model: str) -> str:
    """Return which of the served models is the one of this name, whoever published it; the name if none is listed."""
    for name in served:
        if _short(name) == _short(model):
            return name
    if served:
        raise EmbeddingServerFault(
            Message(
                "The embedding server serves {served}, not {model}: let it serve the model that EMBEDDING_MODEL names.",
                served=tuple(served[:5]),
                model=model,
            )
        )
    return model


def _short(name: str) -> str:
    return name.replace("\\", "/").rstrip("/").rpartition("/")[2].lower().removeprefix("gt-")
