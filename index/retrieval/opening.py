"""The engines of vectors and keywords that STORE_URL names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from index.domain.ports import KeywordEngine, VectorEngine

__all__ = ["Engines", "open_engines"]


@dataclass(frozen=True, slots=True)
class Engines:
    """What writes and opens vectors and keywords; `make_live` is told the keyword folder of the live snapshot."""

    vectors: VectorEngine
    keywords: KeywordEngine
    make_live: Callable[[Path], None] | None = None


def open_engines(url: str, root: Path, *, shared: bool = True) -> Engines:
    """Return the engines of an index in a folder; nothing is connected to yet.

    Without a URL they are files of the index alone. Only the `shared` index is made live for other programs.
    """
    if not url:
        return Engines(_file_vectors(), _file_keywords())
    if url.startswith("postgres"):
        from index.retrieval.postgres_keywords import PostgresKeywordEngine
        from index.retrieval.postgres_tables import PostgresTables
        from index.retrieval.postgres_vectors import PgVectorEngine

        tables = PostgresTables(url, owner_file=root / "postgres-owner")
        return Engines(PgVectorEngine(tables), PostgresKeywordEngine(tables, root / "snapshots"))
    from index.retrieval.milvus_keywords import MilvusKeywordEngine
    from index.retrieval.milvus_server import MilvusServer
    from index.retrieval.milvus_vectors import MilvusVectorEngine

    server = MilvusServer(url, owner_file=root / "milvus-owner")
    keywords = MilvusKeywordEngine(server, root / "snapshots")
    return Engines(MilvusVectorEngine(server), keywords, keywords.make_live if shared else None)


def _file_vectors() -> VectorEngine:
    """Return FAISS, or NumPy without it, over the same files."""
    if _installed("faiss"):
        from index.retrieval.faiss_store import FaissEngine

        return FaissEngine()
    from index.retrieval.numpy_store import NumpyEngine

    return NumpyEngine()


def _file_keywords() -> KeywordEngine:
    from index.retrieval.tantivy_keywords import TantivyEngine

    return TantivyEngine()


def _installed(package: str) -> bool:
    try:
        return find_spec(package) is not None
    except ImportError:
        return False
