"""The bundled embedder."""

from __future__ import annotations

from index.domain.ports import Embedder
from index.embedding.onnx_embedder import OnnxEmbedder

__all__ = ["open_embedder"]


def open_embedder() -> Embedder:
    """Return the bundled embedder."""
    return OnnxEmbedder()
