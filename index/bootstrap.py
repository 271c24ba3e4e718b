"""Composition root: the one place that names concrete engines."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from index.embedding.thread_pools import wait_passively
from index.journal.journal import Journal
from index.library import Library
from index.settings import Settings
from index.snapshots.store import SnapshotStore
from index.sources.web import Web

if TYPE_CHECKING:
    from index.answering.answerer import Answerer
    from index.domain.ports import Embedder, Scorer
    from index.indexing.indexer import Indexer

__all__ = ["open_library"]

READER = "bundled"
"""The value of RERANKER_MODEL for the reader that is part of this package."""


def open_library(settings: Settings) -> Library:
    """A library ready to load; opens nothing yet, so that a caller can answer before the model is there."""
    for name in ("faiss", "sentence_transformers"):
        logging.getLogger(name).setLevel(logging.WARNING)  # they tell how they loaded at every start
    wait_passively()
    snapshots = SnapshotStore(settings.index_dir)
    journal = Journal(settings.journal_file, keep_days=settings.keep_questions_days)

    def embedder() -> Embedder:
        from index.embedding.onnx_embedder import BUNDLED, OnnxEmbedder

        def sentences() -> Embedder:
            from index.embedding.sentence_transformer import SentenceTransformerEmbedder

            return SentenceTransformerEmbedder(settings.embedding_model)

        return OnnxEmbedder(sentences) if settings.embedding_model == BUNDLED else sentences()

    def answerer(loaded: Embedder) -> Answerer:
        from index.answering.abstention import NEARNESS, AbstentionExplainer
        from index.answering.answerer import Answerer
        from index.answering.extractive import ExtractiveGenerator
        from index.embedding.onnx_embedder import BUNDLED
        from index.ranking.calibration import threshold
        from index.retrieval.retriever import Retriever

        scorer = _scorer(settings, loaded.name)
        return Answerer(
            embedder=loaded,
            retriever=Retriever(reranker=scorer),
            generator=ExtractiveGenerator(),
            confidence=scorer.confidence,
            threshold=threshold(scorer.curve, settings.max_wrong),
            silence=AbstentionExplainer(reads=["en"], nearness=NEARNESS)
            if loaded.name == BUNDLED
            else AbstentionExplainer(),
        )

    def indexer(loaded: Embedder) -> Indexer:
        from index.indexing.indexer import Indexer
        from index.retrieval.faiss_store import FaissStore

        return Indexer(
            snapshots=snapshots,
            embedder=loaded,
            new_store=FaissStore,
            open_store=FaissStore.load,
            seconds=settings.extract_seconds,
        )

    max_bytes = int(settings.max_source_mb * 1_000_000)
    return Library(
        snapshots=snapshots,
        seeds=settings.seeds_dir,
        max_bytes=max_bytes,
        model=settings.embedding_model,
        embedder=embedder,
        answerer=answerer,
        indexer=indexer,
        journal=journal,
        keep=settings.keep_snapshots,
        web=Web(settings.index_dir / "fetched", allowed=settings.fetch_allow_hosts, max_bytes=max_bytes),
        seconds=settings.extract_seconds,
    )


def _scorer(settings: Settings, embedding_model: str) -> Scorer:
    """What orders passages and says how sure an answer is. The bundled reader goes on from the bundled model's
    states; with another EMBEDDING_MODEL the features alone decide."""
    from index.embedding.onnx_embedder import BUNDLED
    from index.ranking.logistic import LogisticRanker

    base, wanted = LogisticRanker(), settings.reranker_model
    bundled = wanted.lower() == READER
    if wanted.lower() == "none" or (bundled and embedding_model != BUNDLED):
        return base
    if bundled:
        from index.ranking.onnx_reader import OnnxReader
        from index.ranking.stacking import StackedRanker

        return StackedRanker(base, OnnxReader())
    from index.ranking.cross_encoder import CrossEncoderReranker

    return CrossEncoderReranker(base, wanted)
