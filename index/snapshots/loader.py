"""Opening a snapshot on disk as a search index."""

from __future__ import annotations

from pathlib import Path

from index.domain.errors import Damaged, IndexMismatch
from index.domain.messages import REBUILD, REINDEX, with_fix
from index.domain.ports import Embedder, KeywordEngine, VectorEngine, VectorStore
from index.retrieval.search_index import SearchIndex
from index.retrieval.segmented_vectors import SegmentedVectors
from index.snapshots.files import KEYWORD, read_suggestions
from index.snapshots.manifest import Manifest
from index.snapshots.store import SnapshotStore
from index.snapshots.texts import SnapshotTexts

__all__ = ["SnapshotLoader", "open_vectors"]


class SnapshotLoader:
    """Opens snapshots for one model, with one engine of vectors and one of keywords."""

    def __init__(
        self, *, snapshots: SnapshotStore, embedder: Embedder, vectors: VectorEngine, keywords: KeywordEngine
    ) -> None:
        self._snapshots = snapshots
        self._embedder = embedder
        self._vectors = vectors
        self._keywords = keywords

    def load(self, manifest: Manifest, *, whole: bool = False) -> SearchIndex:
        """Return a snapshot as a search index.

        Of a large snapshot only small files are checked at once, unless `whole`; its texts are checked as they are
        read.

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
        most_bytes = None if whole else self._snapshots.most_checked(manifest)
        folder = self._snapshots.verify(manifest, most_bytes=most_bytes)
        return self.open(folder, manifest.snapshot.id)

    def open(self, folder: Path, snapshot: str) -> SearchIndex:
        """Return what is in a folder as a search index, unchecked. Raises Damaged if it cannot be opened."""
        try:
            texts = SnapshotTexts(folder)
            return SearchIndex(
                snapshot,
                texts,
                open_vectors(texts, self._vectors, self._embedder.dimension),
                self._keywords.open(folder / KEYWORD),
                read_suggestions(folder),
            )
        except (OSError, ValueError, TypeError) as error:
            fault = with_fix(REBUILD, "The files of snapshot {id} are damaged", id=snapshot)
            raise Damaged(fault, log_detail=str(error)) from error


def open_vectors(texts: SnapshotTexts, engine: VectorEngine, dimension: int) -> VectorStore:
    """Return the vectors of all segments of a snapshot. Raises OSError, ValueError."""
    stores = [(segment.first, engine.open(segment.folder)) for segment in texts.segments]
    return SegmentedVectors(stores, dimension, deleted=texts.deleted)
