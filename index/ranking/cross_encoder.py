"""A reranker that runs any cross-encoder, by path or hub name (`RERANKER_MODEL`), on sentence-transformers."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from index.domain.answers import Hit
from index.domain.errors import LibraryError
from index.domain.ports import Query
from index.embedding.thread_pools import torch_threads
from index.ranking.logistic import LogisticRanker
from index.ranking.stacking import DEPTH, rerank_read_hits

__all__ = ["CrossEncoderReranker"]


class CrossEncoderReranker:
    """Orders the best hits by a cross-encoder's score of question and passage in its context.

    Confidence stays that of the features: what another model's scores are worth was not measured. Thread-safe.
    """

    def __init__(self, base: LogisticRanker, model: str) -> None:
        """Load the model, a path or hub name.

        Raises
        ------
        LibraryError
            The model cannot be loaded or does not score pairs.
        """
        self._base = base
        self._model = _load(model)
        self._reading = threading.Lock()

    @property
    def curve(self) -> Sequence[tuple[float, float]]:
        return self._base.curve

    def rerank(self, query: Query, hits: Sequence[Hit]) -> list[Hit]:
        ranked = self._base.rerank(query, hits)
        best = ranked[:DEPTH]
        if not best:
            return ranked
        pairs = [(query.text, hit.passage.embedded) for hit in best]
        with self._reading, torch_threads(1):
            odds = np.asarray(self._model.predict(pairs, show_progress_bar=False), np.float64).reshape(len(best))
        read = [replace(hit, odds=float(odd)) for hit, odd in zip(best, odds, strict=True)]
        return rerank_read_hits(ranked, read, 1 / (1 + np.exp(-np.clip(odds, -30, 30))))

    def confidence(self, hits: Sequence[Hit]) -> float:
        """Return the probability, 0..1, that the sources answer the question, by the features alone."""
        before = [replace(hit, score=hit.prior) for hit in hits]
        return self._base.confidence(sorted(before, key=lambda hit: -hit.score))


def _load(model: str) -> Any:
    from sentence_transformers import CrossEncoder
    from torch import nn

    try:
        loaded = CrossEncoder(model, device="cpu", activation_fn=nn.Identity())
    except Exception as error:  # libraries below raise what they like; every case is a model that cannot be had
        raise LibraryError(
            f"The cross-encoder {model!r} cannot be loaded: set RERANKER_MODEL to the path of a cross-encoder, to a "
            f"hub name (that needs the internet once), to bundled, or to none. ({type(error).__name__})"
        ) from error
    if loaded.num_labels != 1:
        raise LibraryError(
            f"RERANKER_MODEL {model!r} gives {loaded.num_labels} scores a pair: choose a cross-encoder with one."
        )
    if not _scores_pairs(loaded):
        raise LibraryError(
            f"RERANKER_MODEL {model!r} is no cross-encoder: it has no weights that score a pair. Choose one that has, "
            f"or bundled, or none."
        )
    return loaded


def _scores_pairs(loaded: Any) -> bool:
    """Return whether the scores come from trained weights.

    To a bare model, such as an embedding model, sentence-transformers adds random weights and only logs it.
    """
    kinds = loaded.config.architectures or []
    return len(list(loaded)) > 1 or not kinds or any(kind.endswith("ForSequenceClassification") for kind in kinds)
