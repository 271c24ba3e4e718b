"""Vectors of length one."""

from __future__ import annotations

import numpy as np

from index.domain.ports import Vectors

__all__ = ["l2_normalize"]


def l2_normalize(vectors: Vectors) -> Vectors:
    """Return the vectors scaled to length 1 along the last axis; a vector of zeros stays."""
    norms = np.linalg.norm(vectors, axis=-1, keepdims=True)
    result: Vectors = (vectors / np.where(norms > 0, norms, 1)).astype(np.float32)
    return result
