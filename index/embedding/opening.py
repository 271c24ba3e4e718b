"""The embedding model that EMBEDDING_MODEL names."""

from __future__ import annotations

from index.domain.ports import Embedder
from index.embedding.onnx_embedder import BUNDLED, OnnxEmbedder

__all__ = ["open_embedder"]


def open_embedder(model: str, *, threads: int | None = None) -> Embedder:
    """Return the model; it embeds sources on so many threads, by default on all cores.

    Raises LibraryError if it cannot be loaded.
    """
    if model == BUNDLED:
        return OnnxEmbedder(threads=threads)
    from index.embedding.sentence_transformer import SentenceTransformerEmbedder

    return SentenceTransformerEmbedder(model, threads=threads)
