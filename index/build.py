"""Composition root: the one place that names concrete engines."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from index.library import Library
from index.settings import Settings
from index.snapshot import Snapshots

if TYPE_CHECKING:
    from index.answer import Answerer
    from index.indexer import Indexer
    from index.ports import Embedder

__all__ = ["open_library"]


def open_library(settings: Settings) -> Library:
    """A library ready to load; opens nothing yet, so that a caller can answer before the model is there."""
    for name in ("faiss", "sentence_transformers"):
        logging.getLogger(name).setLevel(logging.WARNING)  # they tell how they loaded at every start
    snapshots = Snapshots(settings.index_dir)

    def embedder() -> Embedder:
        from index.embed import SentenceEmbedder

        return SentenceEmbedder(settings.embedding_model)

    def answerer(loaded: Embedder) -> Answerer:
        from index.answer import Answerer
        from index.generate import QuotingGenerator
        from index.retrieve import Retriever
        from index.score import EvidenceScorer

        scorer = EvidenceScorer()
        threshold = settings.min_confidence if settings.min_confidence is not None else scorer.threshold
        return Answerer(
            embedder=loaded,
            retriever=Retriever(reranker=scorer),
            generator=QuotingGenerator(),
            confidence=scorer.confidence,
            threshold=threshold,
        )

    def indexer(loaded: Embedder) -> Indexer:
        from index.faiss_store import FaissStore
        from index.indexer import Indexer

        return Indexer(
            snapshots=snapshots,
            lock=settings.index_dir / "reindex.lock",
            embedder=loaded,
            new_store=FaissStore,
            open_store=FaissStore.load,
            keep=settings.keep_snapshots,
        )

    return Library(
        snapshots=snapshots,
        seeds=settings.seeds_dir,
        max_bytes=int(settings.max_source_mb * 1_000_000),
        model=settings.embedding_model,
        embedder=embedder,
        answerer=answerer,
        indexer=indexer,
    )
