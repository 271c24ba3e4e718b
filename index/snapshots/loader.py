"""Loading a snapshot from disk as a search index."""

from __future__ import annotations

from index.domain.errors import IndexMismatch
from index.domain.messages import REINDEX, with_fix
from index.domain.ports import Embedder, KeywordEngine, VectorEngine
from index.retrieval.search_index import SearchIndex
from index.snapshots.files import KEYWORD, read_suggestions, read_texts
from index.snapshots.manifest import Manifest
from index.snapshots.store import SnapshotStore

__all__ = ["SnapshotLoader"]


class SnapshotLoader:
    """Loads snapshots for one model and one engine each of vectors and keywords."""

    def __init__(
        self, *, snapshots: SnapshotStore, embedder: Embedder, vectors: VectorEngine, keywords: KeywordEngine
    ) -> None:
        self._snapshots = snapshots
        self._embedder = embedder
        self._vectors = vectors
        self._keywords = keywords

    def load(self, manifest: Manifest) -> SearchIndex:
        """Return a snapshot as a search index, every file of it checked.

        Raises
        ------
        IndexMismatch
            The snapshot was built with a model of other dimensions or another limit of tokens.
        Damaged
            A file is not as it was written.
        """
        built = (manifest.snapshot.dimension, manifest.max_tokens)
        if built != (self._embedder.dimension, self._embedder.max_tokens):
            raise IndexMismatch(
                with_fix(
                    REINDEX,
                    "The index was built with a model of {built} dimensions that reads {read} tokens, the model "
                    "{model} has {dimensions} and {tokens}",
                    built=str(built[0]),
                    read=str(built[1]),
                    model=self._embedder.name,
                    dimensions=str(self._embedder.dimension),
                    tokens=str(self._embedder.max_tokens),
                )
            )
        folder = self._snapshots.verify(manifest)
        documents, passages = read_texts(folder)
        return SearchIndex.of(
            manifest.snapshot.id,
            documents,
            passages,
            self._vectors.open(folder),
            self._keywords.open(folder / KEYWORD),
            suggestions=read_suggestions(folder),
        )
