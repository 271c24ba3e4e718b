"""The bundled embedder as training uses it: questions, and few passages at a time."""

from __future__ import annotations

from index.domain.ports import Embedder
from index.embedding.onnx_embedder import OnnxEmbedder

__all__ = ["open_embedder"]


def open_embedder() -> Embedder:
    """Return the bundled embedder, which here has no engine for many passages at once."""
    return OnnxEmbedder(_no_other_engine)


def _no_other_engine() -> Embedder:
    raise RuntimeError("training embeds passages in parts that the bundled engine reads by itself")
